"""The gallery of one batch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.history import jobs_at, lockfile_at
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.gallery.agreement import disagreements
from sora2batch.gallery.page.card import Mark
from sora2batch.gallery.page.html import render_page
from sora2batch.gallery.page.link import Links
from sora2batch.gallery.page.make import Base, BatchState, GalleryInputs, make_gallery
from sora2batch.gallery.page.page_file import GALLERY, write_page
from sora2batch.gallery.page.tariff import tariffs_of
from sora2batch.gallery.picks import read_picks
from sora2batch.gallery.sheet.sheet_file import sheets_of, write_sheet
from sora2batch.ground.errors import Sora2BatchError, UsageError
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Credits
from sora2batch.ground.output_file import STANDARD_OUTPUT, check_target
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry
from sora2batch.lockfile.path import parts_inside
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.plan.job_status import Status, make_status


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportArgs:
    """The command line, as given."""

    manifest: Path
    output: Path | None
    sheet: Path | None
    picks: Path | None
    compare: str | None
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]


def report(args: ReportArgs, printer: Printer) -> None:
    """Write the page and tell where it is.

    Raises:
        Sora2BatchError: the manifest or a lockfile cannot be read, or the page cannot be written.
    """
    batch = loader_for(args.tools_dirs, simulated=args.simulated).load(args.manifest)
    view = ReportView(batch=batch, lockfile=batch.read_lockfile(), args=args, printer=printer)
    page = args.output or batch.layout.report
    _check_targets(page, args, batch)
    written = {"gallery": view.write_gallery(page)}
    if args.sheet:
        written["sheet"] = view.write_sheet(args.sheet)
    if args.as_json:
        print_json({"version": 1, "manifest": batch.manifest.file, **written}, printer)
    else:
        tell = printer.info if STANDARD_OUTPUT in {page, args.sheet} else printer.output
        tell("\n".join(f"{name + ':':<8} {path}" for name, path in written.items()))


def _check_targets(page: Path, args: ReportArgs, batch: Batch) -> None:
    """Refuse targets before anything is written, or drawn.

    Raises:
        UsageError: the page or the sheet may not be written there.
    """
    if args.as_json and STANDARD_OUTPUT in {page, args.sheet}:
        raise UsageError("- is standard output: leave --json out, or name a file")
    if page != STANDARD_OUTPUT:
        check_target(page, GALLERY)
    if args.sheet is None:
        return
    if os.path.realpath(args.sheet) == os.path.realpath(page):
        raise UsageError(f"the page and the sheet cannot both be {args.sheet}", hint="name another file")
    if args.sheet != STANDARD_OUTPUT:
        check_target(args.sheet, sheets_of(batch.manifest.file))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """One batch as it is now, to be shown in several ways."""

    batch: Batch
    lockfile: Lockfile
    args: ReportArgs
    printer: Printer

    @property
    def status(self) -> Status:
        """Where every job stands."""
        batch = self.batch
        return make_status(batch.manifest.file, batch.expansion.jobs, self.lockfile, batch.budget)

    def write_gallery(self, path: Path) -> str:
        """Write the page and name it."""
        page = render_page(make_gallery(self._inputs(path)))
        if path == STANDARD_OUTPUT:
            self.printer.output_file(page)
        else:
            write_page(path, page)
        return str(path)

    def write_sheet(self, path: Path) -> str:
        """Write the contact sheet and name it."""
        from sora2batch.gallery.sheet.make import make_sheet  # noqa: PLC0415  # a page needs no Pillow

        batch = self.batch
        sheet = make_sheet(
            self.status,
            batch.artifacts.locate,
            locate_input=self._locate_input,
            simulated=batch.simulated,
            tell=self.printer.info,
        )
        if path == STANDARD_OUTPUT:
            self.printer.output_file(sheet)
        else:
            write_sheet(path, sheet, batch.manifest.file)
        return str(path)

    def _locate_input(self, found: FileInput) -> Path | None:
        """Say where a file lies that a job sends; one outside of the manifest's folder is not opened."""
        folder = self.batch.manifest.path.parent
        path = folder.joinpath(*parts_inside(found.file))
        is_inside = path.resolve().is_relative_to(folder.resolve())
        return path if is_inside else None

    def _inputs(self, page: Path) -> GalleryInputs:
        batch, jobs = self.batch, self.batch.expansion.jobs
        used = {job.tool_type for job in jobs}
        tools = (tool for name, tool in sorted(batch.catalog.tools.items()) if name in used)
        return GalleryInputs(
            manifest=batch.manifest.file,
            name=batch.manifest.name,
            simulated=batch.simulated,
            now=BatchState(jobs=jobs, lockfile=self.lockfile),
            money=self.status.money,
            links=Links.between(page, batch.output_dir),
            input_links=Links.between(page, batch.manifest.path.parent),
            price_of_former=self._price_of_former,
            tariffs=tariffs_of(tools),
            base=self._base(),
            marks=self._marks(),
        )

    def _price_of_former(self, entry: Entry) -> Credits:
        return self.batch.catalog.price_or_none(entry.tool_type, entry.input) or Credits(0)

    def _base(self) -> Base | None:
        ref = self.args.compare
        return Base(ref=ref, state=_state_at(self.batch, ref, self.printer)) if ref else None

    def _marks(self) -> tuple[Mark, ...]:
        """Read earlier picks; those of jobs that are not here are left to whoever promotes them.

        Raises:
            ManifestError: the file has problems, or two picks say different things of one job.
        """
        if self.args.picks is None:
            return ()
        by_key = {job.key: job.fingerprint for job in self.batch.expansion.jobs}
        picks = read_picks(self.args.picks)
        named = ((pick, pick.fingerprint or by_key.get(pick.key or "")) for pick in picks.picks)
        known = [(pick, fingerprint) for pick, fingerprint in named if fingerprint]
        if problems := tuple(disagreements(picks, known)):
            raise ManifestError(problems)
        return tuple(
            Mark(fingerprint=mine, favourite=bool(pick.favourite), rating=pick.rating, note=pick.note)
            for pick, mine in known
        )


def _state_at(batch: Batch, ref: str, printer: Printer) -> BatchState:
    """Find what was asked for and what was known at a ref.

    A manifest that had problems then still lets its lockfile be compared: every job in it was asked for once.

    Raises:
        Sora2BatchError: there is no such ref, or the lockfile cannot be read.
    """
    lockfile = lockfile_at(batch, ref)
    try:
        return BatchState(jobs=jobs_at(batch, ref), lockfile=lockfile)
    except Sora2BatchError as error:
        printer.info(f"notice: only the lockfile of {ref} is compared: {error.message}")
        return BatchState(jobs=None, lockfile=lockfile)
