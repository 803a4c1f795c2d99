"""What ``plan`` and ``run --dry-run`` do: make plans, judge them, show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.discover import is_one_manifest
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.config.settings import is_strict
from sora2batch.app.output.json_document import print_documents
from sora2batch.app.output.output import Printer
from sora2batch.app.planning.planning import (
    Planned,
    check_account,
    check_plan,
    narrow,
    read_selection,
    within_groups,
)
from sora2batch.app.planning.show_plan import print_text
from sora2batch.ground.errors import ExitCode, Sora2BatchError, UsageError, gravest
from sora2batch.plan.action import Action
from sora2batch.plan.notice import Told
from sora2batch.plan.render_json import plan_to_json
from sora2batch.plan.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanArgs:
    """The command line, as given."""

    manifests: tuple[Path, ...]
    form: str
    as_json: bool
    out: Path | None
    base: str | None
    check_balance: bool
    detailed_exitcode: bool
    quiet_if_unchanged: bool
    select: tuple[str, ...]
    where: tuple[str, ...]
    limit: int | None
    max_credits: int | None
    retry_failed: bool
    force: bool
    until: tuple[str, ...]
    only: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]
    strict: bool | None
    """None leaves it to the settings."""

    @property
    def selection(self) -> Selection:
        """What narrows the plan down."""
        selection = read_selection(
            self.select, self.where, self.limit, retry_failed=self.retry_failed, force=self.force
        )
        return within_groups(selection, self.until, only=self.only)

    def worth_telling(
        self, plans: Sequence[Planned], refusals: Sequence[Sora2BatchError]
    ) -> Sequence[Planned]:
        """Leave out what nobody need see, with --quiet-if-unchanged; nothing where one is refused."""
        if refusals or not self.quiet_if_unchanged:
            return plans
        return [one for one in plans if one.is_changed]


Show = Callable[[Sequence[Planned], Sequence[Sora2BatchError]], None]
"""Shows plans, and knows what speaks against them."""


def plan(args: PlanArgs, printer: Printer) -> ExitCode:
    """Show what a run would do now.

    Raises:
        Sora2BatchError: there is nothing to show: a manifest, the lockfile, a flag.
    """
    form = "json" if args.as_json else args.form
    if args.quiet_if_unchanged and form == "json":
        raise UsageError(
            "--quiet-if-unchanged would leave no JSON document", hint="read it from the document"
        )
    view = PlanView(form=form, is_one=is_one_manifest(args.manifests), printer=printer)
    return plan_and_show(
        args, printer, lambda plans, refusals: view.print(args.worth_telling(plans, refusals))
    )


def plan_and_show(args: PlanArgs, printer: Printer, show: Show) -> ExitCode:
    """Make the plans, have them shown, tell what speaks against them, choose the exit code.

    Raises:
        Sora2BatchError: as above.
    """
    plans = _plans(args)
    refusals = (*_refusals(plans), *(_account_refusals(plans) if args.check_balance else ()))
    show(plans, refusals)
    for error in refusals:
        printer.failure(error)
    if args.out:
        printer.info(f"saved: {args.out}")
    code = gravest({error.exit_code for error in refusals})
    has_submissions = any(one.plan.counts[Action.SUBMIT] for one in plans)
    return ExitCode.PENDING if args.detailed_exitcode and not code and has_submissions else code


def _plans(args: PlanArgs) -> Sequence[Planned]:
    selection = args.selection
    save = _saving(args, selection)
    loader = loader_for(args.tools_dirs, simulated=args.simulated, max_credits=args.max_credits)
    batches = loader.load_all(args.manifests)
    if args.out and len(batches) != 1:
        raise UsageError("--out works on one manifest at a time")
    plans: Sequence[Planned] = [planned(batch, selection) for batch in narrow(batches, selection)]
    strict = any(is_strict(one.manifest.path.parent, flag=args.strict) for one in batches)
    if strict or args.base is not None:
        from sora2batch.app.planning.plan_review import reviewed  # noqa: PLC0415  # few plans are reviewed

        plans = reviewed(plans, args.base, is_strict=strict)
    if save:
        save(plans[0])
    return plans


def _saving(args: PlanArgs, selection: Selection) -> Callable[[Planned], None] | None:
    """Get ready to write a plan file, where one is wanted.

    Raises:
        UsageError: something else has its name.
    """
    if args.out is None:
        return None
    from sora2batch.app.planning.saved_plan import check_plan_file, save_plan  # noqa: PLC0415  # few plans are saved

    check_plan_file(args.out)
    return partial(save_plan, selection=selection, max_credits=args.max_credits, out=args.out)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanView:
    """How plans are shown."""

    form: str
    is_one: bool
    """Whether one manifest was named: then its document is the whole output."""
    printer: Printer
    concurrency: int | None = None
    """How many tasks may be open at once, where that is not the manifest's word."""

    def show(self, plans: Sequence[Planned], refusals: Sequence[Sora2BatchError]) -> ExitCode:
        """Print plans, then what speaks against them; choose the exit code."""
        self.print(plans)
        for error in refusals:
            self.printer.failure(error)
        return gravest({error.exit_code for error in refusals})

    def print(self, plans: Sequence[Planned]) -> None:
        """Print plans."""
        if self.form == "json":
            documents = [plan_to_json(one.plan, one.comparison, one.outlook) for one in plans]
            print_documents(documents, self.printer, is_one=self.is_one)
        else:
            told = Told()
            for one in plans:
                new = told.new(one.plan.notices, one.batch.catalog)
                print_text(one._replace(plan=replace(one.plan, notices=new)), self.printer)


def show_plans(batches: Sequence[Batch], make: Callable[[Batch], Planned], view: PlanView) -> ExitCode:
    """Print plans and judge whether they fit their budgets: what ``run --dry-run`` does.

    Raises:
        Sora2BatchError: a lockfile cannot be read, the selection fits nothing, or a saved plan is stale.
    """
    plans = [make(batch)._replace(concurrency=view.concurrency) for batch in batches]
    return view.show(plans, list(_refusals(plans)))


def planned(batch: Batch, selection: Selection) -> Planned:
    """Make the plan of one batch.

    Raises:
        Sora2BatchError: the lockfile cannot be read, or the selection fits nothing.
    """
    lockfile = batch.read_lockfile()
    return Planned(batch=batch, lockfile=lockfile, plan=batch.plan(lockfile, selection))


def _refusals(plans: Sequence[Planned]) -> Iterator[Sora2BatchError]:
    for one in plans:
        try:
            check_plan(one.batch, one.plan)
        except Sora2BatchError as error:
            yield error


def _account_refusals(plans: Sequence[Planned]) -> Iterator[Sora2BatchError]:
    """Ask the account only before anything is printed: broken off, the call must leave no half result."""
    for one in plans:
        try:
            check_account(one.plan)
        except Sora2BatchError as error:
            yield error
