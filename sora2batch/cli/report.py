"""The gallery of one batch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sora2batch.cli.batch import Batch, loading
from sora2batch.cli.chatter import Chatter
from sora2batch.cli.document import print_json
from sora2batch.cli.history import moment_at
from sora2batch.cli.result import echo
from sora2batch.gallery.file import write_page
from sora2batch.gallery.link import Links
from sora2batch.gallery.make import Base, Basis, Moment, make_gallery
from sora2batch.gallery.model import Gallery
from sora2batch.gallery.page import render_page
from sora2batch.gallery.tariff import tariffs_of
from sora2batch.plan.status import make_status


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The command line, as given."""

    manifest: Path
    output: Path | None
    compare: str | None
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]
    verbose: int
    quiet: bool

    @property
    def chatter(self) -> Chatter:
        """How much to tell."""
        return Chatter.of(self.verbose, quiet=self.quiet)


def report(flags: Flags) -> None:
    """Write the page and tell where it is.

    Raises:
        Sora2BatchError: the manifest or a lockfile cannot be read, or the page cannot be written.
    """
    batch = loading(flags.tools_dirs, simulated=flags.simulated).load(flags.manifest)
    page = flags.output or page_path(batch)
    gallery = _gallery(batch, page, flags)
    write_page(page, render_page(gallery))
    if flags.as_json:
        print_json({"version": 1, "manifest": batch.manifest.file, "gallery": str(page)})
    else:
        echo(f"gallery: {page}")


def page_path(batch: Batch) -> Path:
    """``NAME.report.html`` beside the manifest; the simulator has its own."""
    path = batch.manifest.path
    return path.with_name(f"{path.stem}{'.sim' if batch.simulated else ''}.report.html")


def _gallery(batch: Batch, page: Path, flags: Flags) -> Gallery:
    jobs, lockfile = batch.expansion.jobs, batch.read_lockfile()
    status = make_status(batch.manifest.file, jobs, lockfile, batch.budget)
    used = {job.tool_type for job in jobs}
    base = None
    if flags.compare:
        base = Base(ref=flags.compare, moment=moment_at(batch, flags.compare, flags.chatter))
    return make_gallery(
        Basis(
            manifest=batch.manifest.file,
            name=batch.manifest.name,
            simulated=batch.simulated,
            now=Moment(jobs=jobs, lockfile=lockfile),
            money=status.money,
            links=Links.between(page, batch.output_dir),
            tariffs=tariffs_of(tool for name, tool in sorted(batch.catalog.tools.items()) if name in used),
            base=base,
        )
    )
