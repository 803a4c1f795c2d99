"""What ``plan`` and ``run --dry-run`` do: make plans, judge them, show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sora2batch.app.batch import Batch
from sora2batch.app.discover import is_one_manifest
from sora2batch.app.json_document import print_documents
from sora2batch.app.loader import loader_for
from sora2batch.app.output import Printer
from sora2batch.app.planning import (
    Planned,
    check_account,
    check_plan,
    check_plan_file,
    compare_with,
    narrow,
    plan_again,
    read_selection,
    save_plan,
)
from sora2batch.app.show_plan import print_markdown, print_text
from sora2batch.gallery.sheet.sheet_file import find_sheet
from sora2batch.ground.errors import ExitCode, Sora2BatchError, UsageError, gravest
from sora2batch.plan.action import Action
from sora2batch.plan.notice import Told
from sora2batch.plan.render_json import plan_to_json
from sora2batch.plan.selection import Selection

if TYPE_CHECKING:
    from sora2batch.plan.saved import SavedPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanArgs:
    """The command line, as given."""

    manifests: tuple[Path, ...]
    form: str
    as_json: bool
    out: Path | None
    base: str | None
    check_balance: bool
    detailed_exitcode: bool
    select: tuple[str, ...]
    where: tuple[str, ...]
    limit: int | None
    max_credits: int | None
    retry_failed: bool
    force: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]

    @property
    def selection(self) -> Selection:
        """What narrows the plan down."""
        return read_selection(
            self.select, self.where, self.limit, retry_failed=self.retry_failed, force=self.force
        )


def plan(args: PlanArgs, printer: Printer) -> ExitCode:
    """Show what a run would do now.

    Raises:
        Sora2BatchError: there is nothing to show: a manifest, the lockfile, a flag.
    """
    selection = args.selection
    if args.out:
        check_plan_file(args.out)
    load = loader_for(args.tools_dirs, simulated=args.simulated, max_credits=args.max_credits)
    batches = load.load_all(args.manifests)
    if (args.out or args.base is not None) and len(batches) != 1:
        raise UsageError("--out and --base work on one manifest at a time")
    plans = [_planned(batch, selection, args.base) for batch in narrow(batches, selection)]
    if args.out:
        save_plan(plans[0], selection, args.max_credits, args.out)
    form = "json" if args.as_json else args.form
    view = PlanView(form=form, is_one=is_one_manifest(args.manifests), printer=printer)
    code = view.show(plans, [*_refusals(plans), *(_account_refusals(plans) if args.check_balance else ())])
    if args.out:
        printer.info(f"saved: {args.out}")
    has_submissions = any(planned.plan.counts[Action.SUBMIT] for planned in plans)
    return ExitCode.PENDING if args.detailed_exitcode and not code and has_submissions else code


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """How plans are shown."""

    form: str
    is_one: bool
    """Whether one manifest was named: then its document is the whole output."""
    printer: Printer

    def show(self, plans: Sequence[Planned], refusals: Sequence[Sora2BatchError]) -> ExitCode:
        """Print plans, then what speaks against them; choose the exit code."""
        self._print(plans)
        for error in refusals:
            self.printer.failure(error)
        return gravest({error.exit_code for error in refusals})

    def _print(self, plans: Sequence[Planned]) -> None:
        if self.form == "json":
            print_documents(
                [plan_to_json(planned.plan, planned.comparison) for planned in plans],
                self.printer,
                is_one=self.is_one,
            )
            return
        told = Told()
        for planned in plans:
            if self.form == "markdown":
                batch = planned.batch
                sheet = find_sheet(batch.layout.sheets, batch.manifest.file, simulated=batch.simulated)
                print_markdown(planned.plan, planned.comparison, sheet, self.printer)
            else:
                new = told.new(planned.plan.notices, planned.batch.catalog)
                print_text(replace(planned.plan, notices=new), planned.comparison, self.printer)


def show_plans(
    batches: Sequence[Batch], selection: Selection, view: PlanView, saved: SavedPlan | None = None
) -> ExitCode:
    """Print plans and judge whether they fit their budgets: what ``run --dry-run`` does.

    Raises:
        Sora2BatchError: a lockfile cannot be read, the selection fits nothing, or a saved plan is stale.
    """
    if saved:
        plans = [_planned_again(batch, saved) for batch in batches]
    else:
        plans = [_planned(batch, selection, None) for batch in batches]
    return view.show(plans, list(_refusals(plans)))


def _planned(batch: Batch, selection: Selection, base: str | None) -> Planned:
    lockfile = batch.read_lockfile()
    comparison = None if base is None else compare_with(batch, base)
    return Planned(
        batch=batch, lockfile=lockfile, plan=batch.plan(lockfile, selection), comparison=comparison
    )


def _planned_again(batch: Batch, saved: SavedPlan) -> Planned:
    lockfile = batch.read_lockfile()
    return Planned(batch=batch, lockfile=lockfile, plan=plan_again(batch, lockfile, saved))


def _refusals(plans: Sequence[Planned]) -> Iterator[Sora2BatchError]:
    for planned in plans:
        try:
            check_plan(planned.batch, planned.plan)
        except Sora2BatchError as error:
            yield error


def _account_refusals(plans: Sequence[Planned]) -> Iterator[Sora2BatchError]:
    """Ask the account only before anything is printed: broken off, the call must leave no half result."""
    for planned in plans:
        try:
            check_account(planned.plan)
        except Sora2BatchError as error:
            yield error
