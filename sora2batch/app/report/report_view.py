"""One batch as it is at some moment, to be shown in several ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.history import expansion_at, lockfile_at
from sora2batch.app.output.output import Printer
from sora2batch.app.report.report_gates import GateKeeper
from sora2batch.app.report.report_picks import MarkSource, marks_of
from sora2batch.gallery.page.card import Gallery, StageAxis
from sora2batch.gallery.page.link import Links
from sora2batch.gallery.page.make import Base, BatchState, GalleryInputs, make_gallery
from sora2batch.gallery.page.tariff import tariffs_of
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Credits
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry
from sora2batch.lockfile.path import parts_inside
from sora2batch.matrix.expand import Expansion
from sora2batch.matrix.stage import RecordedResults
from sora2batch.plan.action import Plan
from sora2batch.plan.job_status import Status, make_status, money_of
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.selection import Selection


class PageLinks(NamedTuple):
    """The ways from a page to what it shows."""

    results: Links
    inputs: Links

    @classmethod
    def between(cls, page: Path, batch: Batch) -> PageLinks:
        """Find the ways from a page that is written there."""
        folder = batch.manifest.path.parent
        return cls(results=Links.between(page, batch.output_dir), inputs=Links.between(page, folder))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A batch with what is known of it."""

    batch: Batch
    lockfile: Lockfile
    base: Base | None = None
    """Another state to compare with."""
    gate_keeper: GateKeeper = field(default_factory=GateKeeper)
    """Kept by whoever looks again and again."""

    @property
    def status(self) -> Status:
        """Where every job stands."""
        batch = self.batch.at(self.lockfile)
        return make_status(batch.manifest.file, batch.expansion.jobs, self.lockfile, batch.budget)

    def gallery(self, links: PageLinks, picks: Sequence[MarkSource] = ()) -> Gallery:
        """Make what stands on the page.

        Raises:
            ManifestError: two picks say different things of one job.
        """
        batch = self.batch.at(self.lockfile)
        jobs, plan = batch.expansion.jobs, _staged_plan(batch.expansion, self.lockfile, batch.budget)
        used = {job.tool_type for job in jobs} | {one.job.tool_type for one in (plan.waiting if plan else ())}
        tools = (tool for name, tool in sorted(batch.catalog.tools.items()) if name in used)
        return make_gallery(
            GalleryInputs(
                manifest=batch.manifest.file,
                name=batch.manifest.name,
                simulated=batch.simulated,
                now=_state(batch.expansion, self.lockfile, plan),
                money=plan.money if plan else money_of(jobs, self.lockfile, batch.budget),
                links=links.results,
                input_links=links.inputs,
                price_of_former=self._price_of_former,
                tariffs=tariffs_of(tools),
                credit_price=batch.credit_price,
                base=self.base,
                marks=marks_of(picks, jobs),
                stage_axes=_stage_axes(batch),
                gates=self.gate_keeper.gates(batch, plan, self.lockfile) if plan else None,
            )
        )

    def sheet(self, tell: Callable[[str], None]) -> bytes:
        """Draw the contact sheet; what cannot be written on it as it stands is told."""
        from sora2batch.gallery.sheet.make import make_sheet  # noqa: PLC0415  # a page needs no Pillow

        batch = self.batch
        return make_sheet(
            self.status,
            batch.artifacts.locate,
            locate_input=self._locate_input,
            simulated=batch.simulated,
            tell=tell,
        )

    def _locate_input(self, found: FileInput) -> Path | None:
        """Say where a file lies that a job sends; one outside of the manifest's folder is not opened."""
        folder = self.batch.manifest.path.parent
        path = folder.joinpath(*parts_inside(found.file))
        is_inside = path.resolve().is_relative_to(folder.resolve())
        return path if is_inside else None

    def _price_of_former(self, entry: Entry) -> Credits:
        return self.batch.catalog.price_or_none(entry.tool_type, entry.input) or Credits(0)


def _staged_plan(expansion: Expansion, lockfile: Lockfile, budget: Credits) -> Plan | None:
    """Make the plan of a batch in stages, for what waits and for its sums; no file is looked at."""
    if expansion.stages is None:
        return None
    inputs = PlanInputs(
        manifest="",
        jobs=expansion.jobs,
        lockfile=lockfile,
        budget=budget,
        selection=Selection(),
        notices=(),
        stages=expansion.stages,
    )
    return make_plan(inputs, file_fault=lambda _: None)


def _state(expansion: Expansion, lockfile: Lockfile, plan: Plan | None) -> BatchState:
    stages = expansion.stages
    if plan is None or stages is None:
        return BatchState(jobs=expansion.jobs, lockfile=lockfile)
    order = tuple(job.key for job in stages.asked)
    return BatchState(jobs=expansion.jobs, lockfile=lockfile, waiting=plan.waiting, order=order)


def _stage_axes(batch: Batch) -> tuple[StageAxis, ...]:
    return tuple(
        StageAxis(group.name, axis.name, axis.group)
        for group in batch.manifest.groups
        for axis in group.job_axes
    )


def base_of(batch: Batch, ref: str | None, printer: Printer) -> Base | None:
    """Find what was asked for and what was known at a git revision.

    A manifest that had problems then still lets its lockfile be compared: every job in it was asked for once.

    Raises:
        Sora2BatchError: there is no such ref, or the lockfile cannot be read.
    """
    if not ref:
        return None
    lockfile = lockfile_at(batch, ref)
    try:
        results = RecordedResults(lockfile.entries, batch.layout.output_name(batch.manifest.output.dir))
        expansion = expansion_at(batch, ref, results)
        plan = _staged_plan(expansion, lockfile, batch.budget)
        state = _state(expansion, lockfile, plan)
    except Sora2BatchError as error:
        printer.info(f"notice: only the lockfile of {ref} is compared: {error.message}")
        state = BatchState(jobs=None, lockfile=lockfile)
    return Base(ref=ref, state=state)
