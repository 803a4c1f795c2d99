"""The set-up, checked before it matters."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from sora2batch.app.backend.api_client import open_client
from sora2batch.app.backend.connection import Access, find_access, redact
from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.layout import BatchLayout
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.editor_check import check_editor
from sora2batch.app.output.check import Check, Verdict
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.app.program_version import version_and_python
from sora2batch.app.settings_check import SettingsReport, report_settings
from sora2batch.app.store_check import check_store
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.plainfile import is_led_out, reason, refuse_unless_plain
from sora2batch.ground.terminal_width import without_controls
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.hold import lock_fault, lock_holder
from sora2batch.manifest.git import GitError, NoRepositoryError, ask_git

_CLOCK_SECONDS = 60


def examine(
    printer: Printer, *, manifest: Path | None, tools_dirs: Sequence[Path], as_json: bool
) -> ExitCode:
    """Look at everything that a run needs and print what was found."""
    checks: list[Check] = []
    settings: list[JsonValue] = []
    for one in _found(manifest, tools_dirs):
        if isinstance(one, Check):
            checks.append(one)
        else:
            checks += one.checks
            settings += one.settings
    faults = {check.exit_code for check in checks if check.verdict is Verdict.BAD}
    if as_json:
        told: list[JsonValue] = [_to_json(check) for check in checks]
        print_json({"version": 1, "ok": not faults, "checks": told, "settings": settings}, printer)
    else:
        printer.output_listing(_line(check) for check in checks)
    if faults == {ExitCode.UNREACHABLE}:
        return ExitCode.UNREACHABLE
    return ExitCode.USAGE if faults else ExitCode.DONE


def _line(check: Check) -> str:
    return without_controls(f"{check.verdict:<4}  {check.name}: {check.message}")


def _to_json(check: Check) -> JsonObject:
    return {"name": check.name, "verdict": check.verdict.value, "message": check.message}


def _found(manifest: Path | None, tools_dirs: Sequence[Path]) -> Iterator[Check | SettingsReport]:
    yield _fine("program", version_and_python())
    yield from _check_api()
    try:
        loader = loader_for(tools_dirs)
        _, catalog = loader.tools_for(manifest.parent if manifest else Path())
        yield _fine("catalogue", f"{len(catalog.tools)} tools")
        batch = loader.load(manifest) if manifest else None
    except Sora2BatchError as error:
        yield _bad("manifest" if manifest else "catalogue", error)
        yield report_settings(None, tools_dirs, folder=manifest.parent if manifest else Path())
        return
    yield report_settings(batch.manifest if batch else None, tools_dirs)
    if batch:
        yield _fine("manifest", f"{batch.manifest.file}: {len(batch.expansion.jobs):,} jobs")
        yield _check_lockfile(batch)
        if fault := lock_fault(batch.manifest.path):
            yield _bad("locks", fault)
        yield _check_output_folder(batch)
        yield _check_folder("lockfile's folder", batch.lock_path.parent)
        yield from _check_git(batch)
        yield from check_editor(batch.manifest.path.parent, batch.catalog)
    yield from check_store(batch)


def _check_api() -> Iterator[Check]:
    try:
        access = find_access(os.environ)
        yield _fine("key", f"found; it is sent to {access.endpoint.url} only")
        yield from run_loop(partial(_ask, access))
    except Sora2BatchError as error:
        yield _bad("API", error)


async def _ask(access: Access) -> list[Check]:
    async with open_client(access) as client:
        account = await client.account()
        drift = (client.clock.now() - SystemClock().now()).total_seconds()
    checks = [_fine("API", f"answers; {account.balance:,} credits")]
    if abs(drift) > _CLOCK_SECONDS:
        message = f"this machine's clock differs by {drift:,.0f} s from the API's; the API's is used"
        checks.append(Check(name="clock", verdict=Verdict.NOTE, message=message))
    return checks


def _check_lockfile(batch: Batch) -> Check:
    try:
        lockfile = batch.read_lockfile()
        holder = lock_holder(batch.lock_path)
    except Sora2BatchError as error:
        return _bad("lockfile", error)
    if holder:
        return Check(name="lockfile", verdict=Verdict.NOTE, message=f"held by {holder}")
    doubts = sum(entry.state is State.IN_DOUBT for entry in lockfile.entries.values())
    message = f"{len(lockfile.entries):,} jobs, {lockfile.spent:,} credits spent"
    if doubts:
        message += f", {doubts:,} in doubt: `sora2batch reconcile` settles them"
    return Check(name="lockfile", verdict=Verdict.NOTE if doubts else Verdict.FINE, message=message)


def _check_output_folder(batch: Batch) -> Check:
    if is_led_out(batch.output_dir, batch.manifest.path.parent):
        message = f"{batch.output_dir} leads out of the manifest's folder, through a link"
        return Check(name="output folder", verdict=Verdict.BAD, message=message)
    return _check_folder("output folder", batch.output_dir)


def _check_folder(name: str, folder: Path) -> Check:
    """See whether files can be made there, or in the nearest folder above that exists."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return _fine(name, f"{folder} can be written")
    return Check(name=name, verdict=Verdict.BAD, message=f"{folder} cannot be written")


def _check_git(batch: Batch) -> Iterator[Check]:
    """Ask git itself how it would treat the lockfile and the journal."""
    if in_the_way := list(_no_files_of_git(batch.lock_path.parent)):
        yield from in_the_way
        return
    try:
        yield from _check_git_files(batch.layout)
    except NoRepositoryError:
        yield _note("git", "no repository here: lockfiles want one")
    except GitError as error:
        yield _note("git", f"{error.message}; {error.hint}" if error.hint else error.message)


def _check_git_files(layout: BatchLayout) -> Iterator[Check]:
    folder, lock, journal = layout.lockfile.parent, layout.lockfile.name, layout.journal.name
    merge = ask_git(folder, "check-attr", "merge", "--", f"./{lock}").decode(errors="replace")
    if not merge.strip().endswith(("union", "sora2batch")):
        yield _note(
            "git", "lockfiles are not merged line by line: add `*.lock.jsonl merge=union` to .gitattributes"
        )
    if not ask_git(folder, "check-ignore", "--", f"./{journal}", fine=(0, 1)):
        yield _note("git", "journals are not ignored: add `*.journal.jsonl` to .gitignore")
    if ask_git(folder, "check-ignore", "--", f"./{lock}", fine=(0, 1)):
        message = f"{lock} is ignored, but it is what must be committed"
        yield Check(name="git", verdict=Verdict.BAD, message=message)


def _note(name: str, message: str) -> Check:
    return Check(name=name, verdict=Verdict.NOTE, message=message)


def _no_files_of_git(folder: Path) -> Iterator[Check]:
    """Find what git would wait for: a pipe in the place of one of its own files."""
    for above in (folder, *folder.absolute().parents):
        for name in (".gitignore", ".gitattributes"):
            path = above / name
            try:
                if not path.is_symlink():  # which git does not follow
                    refuse_unless_plain(path)
            except OSError as error:
                yield Check(name="git", verdict=Verdict.BAD, message=f"{path}: {reason(error)}")
        if (above / ".git").exists():
            return


def _fine(name: str, message: str) -> Check:
    return Check(name=name, verdict=Verdict.FINE, message=message)


def _bad(name: str, error: Sora2BatchError) -> Check:
    message = f"{error.message}; {error.hint}" if error.hint else error.message
    return Check(name=name, verdict=Verdict.BAD, message=redact(message), exit_code=error.exit_code)
