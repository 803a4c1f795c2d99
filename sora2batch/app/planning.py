"""What `plan` and `run` do alike: narrow down, compare, save, and check that it can be paid."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sora2batch.app.batch import Batch
from sora2batch.ground.clock import Clock
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.ground.output_file import STANDARD_OUTPUT, Replaceable, check_target, put_in_place
from sora2batch.lockfile.content import Lockfile
from sora2batch.plan.action import Plan
from sora2batch.plan.budget import check_balance, check_budget, check_tools
from sora2batch.plan.selection import Selection, parse_where

if TYPE_CHECKING:
    from sora2batch.plan.compare import Comparison
    from sora2batch.plan.saved import Proof, SavedPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, and what it was made from."""

    batch: Batch
    lockfile: Lockfile
    plan: Plan
    comparison: Comparison | None = None


def read_selection(
    select: Sequence[str], where: Sequence[str], limit: int | None, *, retry_failed: bool, force: bool
) -> Selection:
    """Read the flags that narrow a plan down.

    Raises:
        UsageError: a --where is no axis=value; --force stands alone.
    """
    if force and not retry_failed:
        raise UsageError(
            "--force goes with --retry-failed: it also submits jobs whose picture the API has refused",
            hint="say both, or neither",
        )
    pairs = tuple(parse_where(text) for text in where)
    return Selection(select=tuple(select), where=pairs, limit=limit, retry_failed=retry_failed, force=force)


def compare_with(batch: Batch, ref: str) -> Comparison:
    """Expand the manifest as it stands in git at a ref and compare; where it is new, every job is.

    Raises:
        Sora2BatchError: there is no such ref, or the manifest has problems there.
    """
    from sora2batch.app.history import jobs_at  # noqa: PLC0415  # few plans compare
    from sora2batch.plan.compare import compare  # noqa: PLC0415

    return compare(ref, jobs_at(batch, ref), batch.expansion.jobs)


def narrow(batches: Sequence[Batch], selection: Selection) -> Sequence[Batch]:
    """Leave out the manifests of several in which the selection fits nothing.

    Raises:
        UsageError: it fits nothing in any of them.
    """
    if len(batches) == 1:
        return batches
    kept: list[Batch] = []
    misfit: UsageError | None = None
    for batch in batches:
        try:
            selection.pick(batch.expansion.jobs)
        except UsageError as error:
            misfit = misfit or error
        else:
            kept.append(batch)
    if misfit and not kept:
        raise misfit
    return kept


def plan_again(batch: Batch, lockfile: Lockfile, saved: SavedPlan) -> Plan:
    """Make the plan of a plan file anew: what it lists and has not done yet, and nothing else.

    Raises:
        StalePlanError: something else than its own run changed what it was made from.
    """
    saved.check(proof_of(batch, lockfile), lockfile)
    return saved.onset.rest_of(batch.plan(lockfile, saved.whole_selection))


def check_plan(batch: Batch, plan: Plan) -> None:
    """Refuse a plan that must not be carried out, as far as one can tell without asking anybody.

    Raises:
        RetiredToolError: a tool is gone.
        BudgetError: over the budget.
    """
    check_tools(plan, batch.catalog)
    check_budget(plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """The account that pays, as far as it has told anything."""

    clock: Clock
    """To stamp intents with: the API's, where its answer has told the time."""
    account: str | None = None
    """A hash of whose account it is, if the time was told with it: one without the other proves nothing."""


def check_account(plan: Plan) -> Payer:
    """Refuse a plan that the account cannot pay; tell whose it is, and what time it is there.

    Raises:
        BudgetError: the balance is too small.
        UsageError: there is no key.
        ApiError: the API does not tell.
        KeyRefusedError: it refused the key.
    """
    from sora2batch.app.loop import run_loop  # noqa: PLC0415  # few plans ask the account

    balance, payer = run_loop(_read_balance)
    check_balance(plan, balance)
    return payer


async def _read_balance() -> tuple[float, Payer]:
    from sora2batch.app.connection import find_access  # noqa: PLC0415

    async with find_access(os.environ).open_client() as client:
        account = await client.account()
        identity = account.identity if client.clock.is_told else None
        return account.balance, Payer(clock=client.clock, account=identity)


def proof_of(batch: Batch, lockfile: Lockfile) -> Proof:
    """Take the digests of everything that a plan of this batch rests on."""
    from sora2batch.plan.saved import make_proof  # noqa: PLC0415  # few plans are saved

    expansion = batch.expansion
    return make_proof(batch.manifest.digest, expansion.data_digests, expansion.jobs, lockfile, batch.catalog)


def save_plan(planned: Planned, selection: Selection, max_credits: int | None, out: Path) -> None:
    """Write a plan file; another plan may be written over, nothing else.

    Raises:
        UsageError: the file cannot be written, or is something else than a plan.
    """
    from sora2batch.plan.onset import onset_of  # noqa: PLC0415
    from sora2batch.plan.saved import SavedPlan, encode_saved_plan  # noqa: PLC0415

    target = check_plan_file(out)
    batch, folder = planned.batch, target.resolve().parent
    saved = SavedPlan(
        manifest_path=_seen_from(folder, batch.manifest.path),
        tools_dirs=tuple(_seen_from(folder, one) for one in batch.tools_dirs),
        selection=selection,
        max_credits=None if max_credits is None else Credits(max_credits),
        simulated=batch.simulated,
        proof=proof_of(batch, planned.lockfile),
        onset=onset_of(planned.plan, planned.lockfile),
    )
    put_in_place(target, encode_saved_plan(planned.plan, saved))


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
    from sora2batch.plan.saved import StalePlanError, read_saved_plan  # noqa: PLC0415

    try:
        read_saved_plan(path)
    except StalePlanError:
        return True
    except UsageError:
        return False
    return True
