"""Saved plans: written by `plan --out`, carried out by `run --plan`."""

from __future__ import annotations

import os
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.planning.planning import Planned
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.ground.output_file import STANDARD_OUTPUT, Replaceable, check_target, put_in_place
from sora2batch.lockfile.content import Lockfile
from sora2batch.plan.action import Plan
from sora2batch.plan.baseline import baseline_of
from sora2batch.plan.plan_file import (
    Proof,
    SavedPlan,
    StalePlanError,
    encode_saved_plan,
    make_proof,
    read_saved_plan,
)
from sora2batch.plan.selection import Selection


def plan_again(batch: Batch, lockfile: Lockfile, saved: SavedPlan) -> Plan:
    """Make the plan of a plan file anew: what it lists and has not done yet, and nothing else.

    Raises:
        StalePlanError: something else than its own run changed what it was made from.
    """
    saved.check(proof_of(batch, lockfile), lockfile)
    return saved.baseline.rest_of(batch.plan(lockfile, saved.whole_selection))


def planned_again(batch: Batch, saved: SavedPlan) -> Planned:
    """Make it anew for what the lockfile says now.

    Raises:
        StalePlanError: as above.
        LockfileError: the lockfile cannot be read.
    """
    lockfile = batch.read_lockfile()
    return Planned(batch=batch, lockfile=lockfile, plan=plan_again(batch, lockfile, saved))


def proof_of(batch: Batch, lockfile: Lockfile) -> Proof:
    """Take the digests of everything that a plan of this batch rests on."""
    expansion = batch.expansion
    return make_proof(batch.manifest.digest, expansion.data_digests, expansion.asked, lockfile, batch.catalog)


def save_plan(planned: Planned, *, selection: Selection, max_credits: int | None, out: Path) -> None:
    """Write a plan file; another plan may be written over, nothing else.

    Raises:
        UsageError: the file cannot be written, or is something else than a plan.
    """
    target = check_plan_file(out)
    saved = saved_plan_of(
        planned, selection=selection, max_credits=max_credits, folder=target.resolve().parent
    )
    put_in_place(target, encode_saved_plan(planned.plan, saved))


def saved_plan_of(
    planned: Planned, *, selection: Selection, max_credits: int | None = None, folder: Path = Path()
) -> SavedPlan:
    """Keep what decides what a plan sends, and the proof that it still fits; for a file in that folder."""
    batch = planned.batch
    return SavedPlan(
        manifest_path=_seen_from(folder, batch.manifest.path),
        tools_dirs=tuple(_seen_from(folder, one) for one in batch.tools_dirs),
        selection=selection,
        max_credits=None if max_credits is None else Credits(max_credits),
        simulated=batch.simulated,
        proof=proof_of(batch, planned.lockfile),
        baseline=baseline_of(planned.plan, planned.lockfile),
    )


def _seen_from(folder: Path, path: Path) -> str:
    """Spell a path relative to a folder, through the links of its folders but not through one at its end.

    A manifest that is a link has its lockfile beside the link.
    """
    place = path.absolute().parent.resolve() / path.name
    try:
        return Path(os.path.relpath(place, folder)).as_posix()
    except ValueError:  # on another drive
        return place.as_posix()


def check_plan_file(out: Path) -> Path:
    """Find the file that a plan is to be written to; of others, only an older plan may be written over.

    Raises:
        UsageError: something else is there.
    """
    if out == STANDARD_OUTPUT:
        raise UsageError(
            "--out needs a file: a saved plan finds its manifest from its own folder",
            hint="`sora2batch plan MANIFEST --json` prints the plan",
        )
    return check_target(out, Replaceable(noun="saved plan", is_one=_is_saved_plan))


def _is_saved_plan(path: Path) -> bool:
    """Keep ``--out campaign.yaml`` from costing somebody their manifest."""
    try:
        read_saved_plan(path)
    except StalePlanError:
        return True
    except UsageError:
        return False
    return True
