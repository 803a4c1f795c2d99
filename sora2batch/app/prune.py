"""The output folder tidied up: what the manifest no longer asks for is set aside, or deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.execution.consent import DeclinedError
from sora2batch.app.execution.result_renaming import renamer_of
from sora2batch.app.execution.settling import held
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Display
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.job import FORMER_FOLDER, Fingerprint
from sora2batch.ground.terminal_width import isolated
from sora2batch.ground.text import counted, readable, visible
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.lockfile.path import is_former
from sora2batch.run.prunable import FolderSurvey, Prunable
from sora2batch.run.pruner import PruneError, Pruner


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneArgs:
    """The command line, as given."""

    manifest: Path
    only: tuple[str, ...]
    deletes: bool
    dry_run: bool
    agreed: bool
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]


def prune(args: PruneArgs, printer: Display) -> ExitCode:
    """List what could go, ask, and move it to ``.former/``, or delete it.

    Raises:
        UsageError: nobody is there to ask, and --yes was not given.
        DeclinedError: the answer was no; nothing was touched.
        Sora2BatchError: the lockfile cannot be read, is held, or cannot be written.
    """
    batch = loader_for(args.tools_dirs, simulated=args.simulated).load(args.manifest)
    if args.dry_run:
        found = _prunable(batch, batch.read_lockfile(), args.only)
        return _end(_Outcome(found=found), batch, args, printer)
    with held(batch) as store:
        found = _prunable(batch, store.lockfile, args.only)
        outcome = _Outcome(found=found)
        if todo := [one for one in found if args.deletes or not _is_set_aside(one)]:
            _agree(todo, batch, args, printer)
            run_loop(partial(_carry_out, batch, store, todo, args, outcome))
    return _end(outcome, batch, args, printer)


@dataclass(slots=True, kw_only=True)
class _Outcome:
    """What could go, and what went."""

    found: Sequence[Prunable]
    gone: dict[str, str | None] = field(default_factory=dict)
    """By the path that it had: where a file is now; None if it is deleted."""
    left: dict[str, str] = field(default_factory=dict)
    """By path: why it could not go."""


def _prunable(batch: Batch, lockfile: Lockfile, only: tuple[str, ...]) -> list[Prunable]:
    survey = FolderSurvey(
        root=batch.output_dir,
        entries=lockfile.entries,
        wanted=_wanted(batch, lockfile),
        beside=tuple(batch.lockfiles_beside().values()),
        is_own=_is_own(batch),
    )
    return [one for one in survey.prunable() if not only or one.kind in only]


def _wanted(batch: Batch, lockfile: Lockfile) -> set[Fingerprint]:
    """Find the jobs whose files stay: those that are asked for, and what was made of those that wait now.

    These wait until what they need is known again; then it shows whether they are still what is asked for.
    """
    now = batch.at(lockfile).expansion
    waiting = {job.key for job in now.stages.waiting} if now.stages else set[str]()
    kept = {fingerprint for fingerprint, entry in lockfile.entries.items() if entry.key in waiting}
    return kept | {job.fingerprint for job in now.jobs}


def _is_own(batch: Batch) -> bool:
    """Tell whether the folder of results can be nobody else's: it lies below the manifest's."""
    root, home = batch.output_dir.resolve(), batch.manifest.path.resolve().parent
    return root != home and root.is_relative_to(home)


def _agree(todo: Sequence[Prunable], batch: Batch, args: PruneArgs, printer: Display) -> None:
    if args.agreed:
        return
    what = f"{counted(len(todo), 'file')}, {_size(sum(one.bytes for one in todo))}"
    if not printer.can_ask:
        raise UsageError(
            f"this would {'delete' if args.deletes else 'move'} {what}, and nobody is there to ask",
            hint="say --yes if that is what you want; --dry-run only lists them",
        )
    for line in _lines(todo):
        printer.info(line)
    former = batch.output_dir / FORMER_FOLDER
    question = f"Delete {what}, for good?" if args.deletes else f"Move {what} to {former}?"
    if not printer.confirm(question):
        raise DeclinedError(f"{batch.manifest.file}: not agreed to; nothing was touched")


async def _carry_out(
    batch: Batch, store: LockfileStore, todo: Sequence[Prunable], args: PruneArgs, outcome: _Outcome
) -> None:
    async with store.session():
        pruner = Pruner(batch.output_dir, renamer_of(batch, store))
        if args.deletes:
            await _note_deletions(store, todo)
        for one in todo:
            try:
                if args.deletes:
                    await asyncio.to_thread(pruner.delete, one)
                    outcome.gone[one.path] = None
                else:
                    outcome.gone[one.path] = await pruner.move(one)
            except PruneError as error:
                outcome.left[one.path] = error.message
        await store.checkpoint()


async def _note_deletions(store: LockfileStore, todo: Sequence[Prunable]) -> None:
    """Write down what is deleted on purpose, before it is: a file that stays all the same does no harm."""
    for one in todo:
        if one.result and (digest := one.result.output.sha256):
            store.prune(one.result.owner.fingerprint, {digest})
    await store.checkpoint()


def _end(outcome: _Outcome, batch: Batch, args: PruneArgs, printer: Display) -> ExitCode:
    if args.as_json:
        print_json(_to_json(outcome, batch), printer)
    elif args.dry_run or args.agreed:
        for line in _lines(outcome.found):
            printer.output(line)
    for message in outcome.left.values():
        printer.error(visible(message))
    printer.info(_summary(outcome, batch))
    return ExitCode.FAILED if outcome.left else ExitCode.DONE


def _lines(found: Sequence[Prunable]) -> Iterator[str]:
    """Write a line a file: what it is, how big, what it cost, where it lies."""
    for one in found:
        cost = f"{one.credits:,} credits" if one.credits is not None else ""
        stored = "  in the store as well" if one.result and one.result.output.stored else ""
        path = isolated(visible(one.path))
        yield f"{one.kind.value:<7} {_size(one.bytes):>10}  {cost:>14}  {path}{stored}"


def _summary(outcome: _Outcome, batch: Batch) -> str:
    if not outcome.found:
        return f"{batch.output_dir}: nothing to tidy up"
    if outcome.gone:
        deleted = sum(path is None for path in outcome.gone.values())
        freed = sum(one.bytes for one in outcome.found if one.path in outcome.gone)
        if deleted:
            return f"{counted(deleted, 'file')} deleted, {_size(freed)}; what they cost stays in the lockfile"
        return f"{counted(len(outcome.gone), 'file')} moved to {batch.output_dir / FORMER_FOLDER}"
    paid = sum(one.credits or 0 for one in outcome.found)
    size = _size(sum(one.bytes for one in outcome.found))
    if all(map(_is_set_aside, outcome.found)):
        where = f"{counted(len(outcome.found), 'file')}, {size}, in {batch.output_dir / FORMER_FOLDER}"
        return f"nothing to set aside; {where}: --delete deletes what lies there"
    return f"{counted(len(outcome.found), 'file')}, {size}, {paid:,} credits; nothing was touched"


def _is_set_aside(one: Prunable) -> bool:
    """Whether a file lies in ``.former/`` already: a former one, or a stray that was moved there."""
    return is_former(one.path)


def _size(length: int) -> str:
    if length < 1_000_000:
        return f"{length / 1000:,.0f} kB" if length >= 1000 else f"{length} B"
    return f"{length / 1_000_000:,.1f} MB" if length < 1_000_000_000 else f"{length / 1_000_000_000:,.1f} GB"


def _to_json(outcome: _Outcome, batch: Batch) -> JsonObject:
    return {
        "version": 1,
        "manifest": batch.manifest.file,
        "files": [_file_to_json(one, outcome) for one in outcome.found],
        "summary": {
            "files": len(outcome.found),
            "bytes": sum(one.bytes for one in outcome.found),
            "credits": sum(one.credits or 0 for one in outcome.found),
            "moved": sum(path is not None for path in outcome.gone.values()),
            "deleted": sum(path is None for path in outcome.gone.values()),
            "left": len(outcome.left),
        },
    }


def _file_to_json(one: Prunable, outcome: _Outcome) -> JsonObject:
    gone, left = outcome.gone.get(one.path), outcome.left.get(one.path)
    is_deleted = one.path in outcome.gone and gone is None
    return {
        "path": readable(one.path),
        "kind": one.kind.value,
        "bytes": one.bytes,
        "key": one.key,
        "fingerprint": one.result.owner.fingerprint if one.result else None,
        "credits": one.credits,
        "stored": bool(one.result and one.result.output.stored),
        "moved_to": gone and readable(gone),
        "deleted": is_deleted,
        "error": left and readable(left),
    }
