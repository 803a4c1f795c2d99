"""The gallery of one batch, as a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.report.browser import open_in_browser
from sora2batch.app.report.report_picks import MarkSource, ReportPicks
from sora2batch.app.report.report_view import PageLinks, ReportView, base_of
from sora2batch.gallery.page.html import render_page
from sora2batch.gallery.page.page_file import GALLERY, write_page
from sora2batch.gallery.sheet.sheet_file import sheets_of, write_sheet
from sora2batch.ground.errors import UsageError
from sora2batch.ground.garbage import keep_to_the_end
from sora2batch.ground.output_file import STANDARD_OUTPUT, check_target
from sora2batch.picks.picks import read_picks


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportArgs:
    """The command line, as given."""

    manifest: Path
    output: Path | None
    sheet: Path | None
    picks: Path | None
    compare: str | None
    opens: bool
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]


def report(args: ReportArgs, printer: Printer) -> None:
    """Write the page and tell where it is.

    Raises:
        Sora2BatchError: the manifest or a lockfile cannot be read, or the page cannot be written.
    """
    batch = loader_for(args.tools_dirs, simulated=args.simulated).load(args.manifest)
    base = base_of(batch, args.compare, printer)
    view = ReportView(batch=batch, lockfile=batch.read_lockfile(), base=base)
    keep_to_the_end(view)
    page = args.output or batch.layout.report
    _check_targets(page, args, batch)
    written = {"gallery": _write_gallery(view, page, args, printer)}
    if args.sheet:
        written["sheet"] = _write_sheet(view, args.sheet, printer)
    if args.as_json:
        print_json({"version": 1, "manifest": batch.manifest.file, **written}, printer)
    else:
        tell = printer.info if STANDARD_OUTPUT in {page, args.sheet} else printer.output
        tell("\n".join(f"{name + ':':<8} {path}" for name, path in written.items()))
    if args.opens:
        open_in_browser(page, printer)


def _check_targets(page: Path, args: ReportArgs, batch: Batch) -> None:
    """Refuse targets before anything is written, or drawn.

    Raises:
        UsageError: the page or the sheet may not be written there.
    """
    if args.as_json and STANDARD_OUTPUT in {page, args.sheet}:
        raise UsageError("- is standard output: leave --json out, or name a file")
    if args.opens and page == STANDARD_OUTPUT:
        raise UsageError("- is standard output, which no browser opens: leave --open out, or name a file")
    if page != STANDARD_OUTPUT:
        check_target(page, GALLERY)
    if args.sheet is None:
        return
    if os.path.realpath(args.sheet) == os.path.realpath(page):
        raise UsageError(f"the page and the sheet cannot both be {args.sheet}", hint="name another file")
    if args.sheet != STANDARD_OUTPUT:
        check_target(args.sheet, sheets_of(batch.manifest.file))


def _write_gallery(view: ReportView, path: Path, args: ReportArgs, printer: Printer) -> str:
    """Write the page and name it."""
    given = (MarkSource(read_picks(args.picks)),) if args.picks else ()
    marks = (*ReportPicks(view.batch, None).read(), *given)
    gallery = view.gallery(PageLinks.between(path, view.batch), marks)
    keep_to_the_end(gallery)
    page = render_page(gallery)
    if path == STANDARD_OUTPUT:
        printer.output_file(page)
    else:
        write_page(path, page)
    return str(path)


def _write_sheet(view: ReportView, path: Path, printer: Printer) -> str:
    """Write the contact sheet and name it."""
    sheet = view.sheet(printer.info)
    if path == STANDARD_OUTPUT:
        printer.output_file(sheet)
    else:
        write_sheet(path, sheet, view.batch.manifest.file)
    return str(path)
