"""Manifests, plans, statuses and lockfiles, read for scripts; nothing is written, and nobody is asked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from sora2batch.app.batch.findings import findings_of
from sora2batch.app.batch.layout import MANIFEST_ENDINGS, BatchLayout
from sora2batch.app.batch.loader import BatchLoader, loader_for
from sora2batch.app.batch.snapshot import status_of
from sora2batch.app.output.excerpt import in_order
from sora2batch.app.planning.planning import Planned, read_selection, within_groups
from sora2batch.ground.digits import SAFE_INTEGER
from sora2batch.ground.errors import UsageError
from sora2batch.ground.garbage import nothing_set_aside
from sora2batch.ground.option_words import in_script
from sora2batch.ground.problem import Problem
from sora2batch.ground.text import visible
from sora2batch.library.arguments import whole_number
from sora2batch.library.public_batch import Batch
from sora2batch.library.public_jobs import Jobs
from sora2batch.library.public_lockfile import Lockfile
from sora2batch.library.public_plan import Plan
from sora2batch.library.public_status import Status
from sora2batch.lockfile.journal import journal_path
from sora2batch.lockfile.state import read_state
from sora2batch.manifest.manifest_error import ManifestError

FilePath: TypeAlias = str | os.PathLike[str]
Words: TypeAlias = str | Sequence[str]


@nothing_set_aside()
@in_script()
def load(
    manifest: FilePath,
    *,
    simulate: bool = False,
    max_credits: int | None = None,
    tools_dirs: FilePath | Sequence[FilePath] | None = None,
) -> Batch:
    """Read, check and expand a manifest; nothing is written and nothing is sent.

    Args:
        manifest: a YAML or JSON file.
        simulate: whether runs of it go to the simulator: free, and with a lockfile and a folder of their own.
        max_credits: the budget over all runs, in credits, instead of the manifest's.
        tools_dirs: folders with further tool files; None takes those that are configured.

    Raises:
        ManifestError: it has problems; ``problems`` has all of them, each with its line.
        UsageError: it cannot be read, or was recorded under another name.
    """
    loader = _loader(tools_dirs, simulate=simulate, max_credits=max_credits)
    return Batch(internal=loader.load(_absolute(manifest)))


@nothing_set_aside()
@in_script()
def load_all(
    *manifests: FilePath,
    simulate: bool = False,
    max_credits: int | None = None,
    tools_dirs: FilePath | Sequence[FilePath] | None = None,
) -> tuple[Batch, ...]:
    """Read, check and expand several manifests, and those in folders; each once, in order.

    Args:
        manifests: files, or folders with manifests.
        simulate: as for ``load``.
        max_credits: as for ``load``, for each of them.
        tools_dirs: as for ``load``.

    Raises:
        ManifestError: with the problems of all of them.
        UsageError: one cannot be read, a folder has none, or two would have the same lockfile.
    """
    loader = _loader(tools_dirs, simulate=simulate, max_credits=max_credits)
    return tuple(Batch(internal=one) for one in loader.load_all([_absolute(path) for path in manifests]))


@nothing_set_aside()
@in_script()
def validate(batch: Batch | FilePath) -> tuple[Problem, ...]:
    """List what is wrong with a manifest, and what may be a slip; ``level`` tells one from the other.

    Returns:
        Every problem with its line, in order; nothing where there is none. ``str`` of one is a line.

    Raises:
        UsageError: the manifest cannot be read.
    """
    try:
        found = findings_of(loaded(batch).internal)
    except ManifestError as error:
        return error.problems
    return tuple(in_order(found))


@nothing_set_aside()
@in_script()
def expand(batch: Batch | FilePath) -> Jobs:
    """List every job that a manifest asks for, in its order, each with its whole input and its price.

    Raises:
        ManifestError: a manifest that is named has problems.
        UsageError: it cannot be read.
    """
    return loaded(batch).jobs


@nothing_set_aside()
@in_script()
def plan(
    batch: Batch | FilePath,
    lockfile: Lockfile | None = None,
    *,
    select: Words = (),
    where: Words = (),
    limit: int | None = None,
    retry_failed: bool = False,
    force: bool = False,
    until: Words = (),
    only: bool = False,
    simulate: bool | None = None,
) -> Plan:
    """Find out what a run would do now and what it would cost; nothing is written and nothing is sent.

    Args:
        batch: what ``load`` returned, or a manifest.
        lockfile: what has been paid for, as ``read_lockfile`` returned it; None reads it now.
        select: globs on keys; a job that fits one of them is in.
        where: texts ``axis=value``; values of one axis are alternatives, different axes must all fit.
        limit: how many jobs may be submitted; the rest waits.
        retry_failed: whether failed and rejected jobs are submitted again.
        force: whether that goes for jobs too whose picture the API refused.
        until: groups; only their jobs, and what these are made from.
        only: whether what the named jobs are made from is left out.
        simulate: whether it is for the simulator; None leaves it as the batch was loaded.

    Raises:
        ManifestError: a manifest that is named has problems.
        UsageError: a selection fits no job, or a setting is no good.
        LockfileError: the lockfile cannot be read.
    """
    most = whole_number("limit", limit, least=0)
    selection = read_selection(words(select), words(where), most, retry_failed=retry_failed, force=force)
    selection = within_groups(selection, words(until), only=only)
    internal = loaded(batch, simulate=simulate).internal
    known = internal.read_lockfile() if lockfile is None else lockfile
    made = Planned(batch=internal, lockfile=known, plan=internal.plan(known, selection))
    return Plan(internal=made, selection=selection, outlook=made.outlook)


@nothing_set_aside()
@in_script()
def status(batch: Batch | FilePath, *, simulate: bool | None = None) -> Status:
    """Read where every job stands; nothing is written and nothing is sent.

    Raises:
        ManifestError: a manifest that is named has problems.
        UsageError: it cannot be read.
        LockfileError: the lockfile cannot be read.
    """
    internal = loaded(batch, simulate=simulate).internal
    return Status(internal=(internal, status_of(internal)))


@nothing_set_aside()
@in_script()
def read_lockfile(lockfile: Batch | FilePath) -> Lockfile:
    """Read what was paid for, with the journal of a run that is under way or was cut off.

    Args:
        lockfile: ``NAME.lock.jsonl``; or the batch, or the manifest, that it belongs to. Of these it has no
            entries before the first run.

    Raises:
        UsageError: a lockfile that is named is not there.
        LockfileError: it cannot be read.
    """
    layout = _layout_of(lockfile)
    if layout:
        found = read_state(layout.lockfile, manifest=layout.manifest.name)
    else:
        assert not isinstance(lockfile, Batch)
        found = read_state(_existing(_absolute(lockfile)))
    return Lockfile(manifest=found.manifest, entries=found.entries)


def loaded(batch: Batch | FilePath, *, simulate: bool | None = None) -> Batch:
    """Load a manifest, or take a batch as it is, real or simulated as it is wished.

    Raises:
        ManifestError: it has problems.
        UsageError: it cannot be read.
    """
    if not isinstance(batch, Batch):
        return load(batch, simulate=bool(simulate))
    if simulate is None or simulate is batch.simulated:
        return batch
    return Batch(internal=replace(batch.internal, simulated=simulate))


def _loader(
    tools_dirs: FilePath | Sequence[FilePath] | None, *, simulate: bool, max_credits: int | None
) -> BatchLoader:
    folders = [tools_dirs] if isinstance(tools_dirs, str | os.PathLike) else tools_dirs or ()
    budget = whole_number("max_credits", max_credits, least=0, most=SAFE_INTEGER)
    return loader_for(tuple(map(_absolute, folders)), simulated=simulate, max_credits=budget)


def _absolute(path: FilePath) -> Path:
    """Spell a path so that it means the same file later, wherever a notebook has gone meanwhile.

    Raises:
        UsageError: no file can have that name.
    """
    if "\0" in str(path):
        raise UsageError(f"{visible(str(path))}: no file has such a name")
    return Path(path).absolute()


def _layout_of(given: Batch | FilePath) -> BatchLayout | None:
    """Find the files that belong to a batch or a manifest; None of what is neither."""
    if isinstance(given, Batch):
        return given.internal.layout
    path = _absolute(given)
    return BatchLayout(manifest=path, simulated=False) if path.suffix in MANIFEST_ENDINGS else None


def _existing(lockfile: Path) -> Path:
    if not (lockfile.exists() or journal_path(lockfile).exists()):
        raise UsageError(f"there is no lockfile {lockfile}")
    return lockfile


def words(given: Words) -> Sequence[str]:
    """Take one text for a list of one."""
    return (given,) if isinstance(given, str) else given
