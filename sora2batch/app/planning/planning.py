"""What `plan` and `run` do alike: narrow down, and check that a plan may be carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.ground.option_words import option
from sora2batch.lockfile.content import Lockfile
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Action, Plan
from sora2batch.plan.budget import check_balance, check_budget, check_ceiling, check_tools
from sora2batch.plan.outlook import Outlook, outlook_of
from sora2batch.plan.selection import Selection, parse_where

if TYPE_CHECKING:
    from sora2batch.app.backend.payer import Payer
    from sora2batch.plan.compare import Comparison


class Planned(NamedTuple):
    """A plan, and what it was made from."""

    batch: Batch
    lockfile: Lockfile
    plan: Plan
    comparison: Comparison | None = None
    concurrency: int | None = None
    """--concurrency, where it was given."""

    @property
    def outlook(self) -> Outlook:
        """What the plan means in time and money: by the manifest, so that a plan is the same everywhere.

        Raises:
            UsageError: a setting is no good.
        """
        options = self.batch.manifest.run
        if self.concurrency is not None:
            options = replace(options, concurrency=self.concurrency)
        return outlook_for(self.batch, self.plan, options)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to review: jobs that are others than at the base, or another budget.

        Without a base: jobs to submit.
        """
        if self.comparison is not None:
            return self.comparison.changes > 0 or self.comparison.budgets is not None
        return self.plan.counts[Action.SUBMIT] > 0


def outlook_for(batch: Batch, plan: Plan, options: RunOptions) -> Outlook:
    """Say what a plan means in time and money; a simulated one takes no time worth telling.

    Raises:
        UsageError: a setting is no good.
    """
    if batch.simulated:
        return Outlook(credit_price=batch.credit_price)
    return outlook_of(plan, batch.catalog, options, batch.credit_price)


def read_selection(
    select: Sequence[str], where: Sequence[str], limit: int | None, *, retry_failed: bool, force: bool
) -> Selection:
    """Read the flags that narrow a plan down.

    Raises:
        UsageError: a --where is no axis=value; --force stands alone.
    """
    if force and not retry_failed:
        raise UsageError(
            f"{option('force', True)} goes with {option('retry_failed', True)}: "
            "it also submits jobs whose picture the API has refused",
            hint="say both, or neither",
        )
    pairs = tuple(parse_where(text) for text in where)
    return Selection(select=tuple(select), where=pairs, limit=limit, retry_failed=retry_failed, force=force)


def within_groups(selection: Selection, until: Sequence[str], *, only: bool) -> Selection:
    """Narrow a selection down to groups, and to what is named itself.

    Raises:
        UsageError: --only stands alone.
    """
    if only and not (selection.select or selection.where or until):
        raise UsageError(
            "--only goes with --select, --where or --until: it leaves out what these do not name",
            hint="say which jobs, or leave it out",
        )
    return replace(selection, until=tuple(until), only=only)


def narrow(batches: Sequence[Batch], selection: Selection) -> Sequence[Batch]:
    """Leave out the manifests of several in which the selection fits nothing.

    Raises:
        UsageError: it fits nothing in any of them.
    """
    if len(batches) == 1:
        return batches
    kept: list[Batch] = []
    misfit: UsageError | None = None
    for batch in batches:
        try:
            selection.pick(batch.expansion.asked)
        except UsageError as error:
            misfit = misfit or error
        else:
            kept.append(batch)
    if misfit and not kept:
        raise misfit
    return kept


def check_plan(batch: Batch, plan: Plan) -> None:
    """Refuse a plan that must not be carried out, as far as one can tell without asking anybody.

    Raises:
        RetiredToolError: a tool is gone.
        BudgetError: over the budget, or over what any batch may cost here.
    """
    check_tools(plan, batch.catalog)
    check_budget(plan)
    if ceiling := batch.ceiling:
        check_ceiling(plan, Credits(ceiling.value), origin=ceiling.origin)


def check_account(plan: Plan) -> Payer:
    """Refuse a plan that the account cannot pay; tell whose it is, and what time it is there.

    Raises:
        BudgetError: the balance is too small.
        UsageError: there is no key.
        ApiError: the API does not tell.
        KeyRefusedError: it refused the key.
    """
    from sora2batch.app.backend.account import ask_account  # noqa: PLC0415  # loads the network

    payer = ask_account()
    check_balance(plan, payer.balance or 0.0)
    return payer
