"""The set-up, checked before it matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from sora2batch.app.batch.loader import loader_for
from sora2batch.app.checks.api_check import check_api
from sora2batch.app.checks.batch_check import check_batch
from sora2batch.app.checks.check import Check, Verdict
from sora2batch.app.checks.editor_check import check_editor
from sora2batch.app.checks.git_check import check_git
from sora2batch.app.checks.input_files_check import check_input_files
from sora2batch.app.checks.settings_check import SettingsReport, report_settings
from sora2batch.app.checks.store_check import check_store
from sora2batch.app.config.settings import configured_queue
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.program_version import version_and_python
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.terminal_width import without_controls


def examine(
    printer: Printer, *, manifest: Path | None, tools_dirs: Sequence[Path], as_json: bool
) -> ExitCode:
    """Look at everything that a run needs and print what was found."""
    return tell_all((*everything(manifest, tools_dirs), *_without_fleet()), printer, as_json=as_json)


def tell_all(found: Iterable[Check | SettingsReport], printer: Printer, *, as_json: bool) -> ExitCode:
    """Print what was found, and say what it comes to."""
    checks: list[Check] = []
    settings: list[JsonValue] = []
    for one in found:
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


def everything(manifest: Path | None, tools_dirs: Sequence[Path]) -> Iterator[Check | SettingsReport]:
    """Look at everything but a fleet's database."""
    yield Check.fine("program", version_and_python())
    yield from check_api()
    try:
        loader = loader_for(tools_dirs)
        _, catalog = loader.tools_for(manifest.parent if manifest else Path())
        yield Check.fine("catalogue", f"{len(catalog.tools)} tools")
        batch = loader.load(manifest) if manifest else None
    except Sora2BatchError as error:
        yield Check.failed("manifest" if manifest else "catalogue", error)
        yield report_settings(None, tools_dirs, folder=manifest.parent if manifest else Path())
        return
    yield report_settings(batch.manifest if batch else None, tools_dirs)
    if batch:
        yield from check_batch(batch)
        yield from check_git(batch.layout)
        yield from check_editor(batch.manifest.path.parent, batch.catalog)
        yield from check_input_files(batch)
    yield from check_store(batch)


def _without_fleet() -> Iterator[Check]:
    """Tell that a fleet is configured, and cannot be asked here."""
    with suppress(Sora2BatchError):  # it is told with the settings
        if configured_queue():
            told = "what a fleet needs is not installed: pip install 'sora2batch[fleet]'"
            yield Check.bad("queue", told)
