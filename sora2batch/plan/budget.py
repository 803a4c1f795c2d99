"""Whether a plan may be carried out: the budget, the balance, tools that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import accumulate, chain, takewhile
from math import floor

from sora2batch.catalog.catalog import Catalog
from sora2batch.catalog.tool import Availability, Tool
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.job import Credits
from sora2batch.ground.option_words import option, said
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import Attempt
from sora2batch.plan.action import Action, Plan


class BudgetError(Sora2BatchError):
    """The plan costs more than there is; nothing was sent."""

    exit_code = ExitCode.BUDGET


class RetiredToolError(Sora2BatchError):
    """The plan would submit to a tool that no longer exists; nothing was sent."""


def check_budget(plan: Plan) -> None:
    """Refuse a plan that does not fit its budget.

    Raises:
        BudgetError: says by how much, and which change would fit.
    """
    money = plan.money
    if money.within_budget:
        return
    sums = f"{money.budget:,} allowed, {money.spent:,} spent, {_reserved(plan)}{money.to_spend:,} to spend"
    if money.later:
        sums += f", {money.later:,} later{' at most' if plan.gates else ''}"
    raise BudgetError(
        f"{plan.manifest}: over budget by {-money.left:,} credits ({sums})", hint=_what_would_fit(plan)
    )


def check_ceiling(plan: Plan, most: Credits, *, origin: str) -> None:
    """Refuse to spend on a batch that would then have cost more than any may, whatever its budget.

    Args:
        plan: what is to be submitted.
        most: what any one batch may cost.
        origin: who says so.

    Raises:
        BudgetError: says by how much, who says so, and how many jobs would fit.
    """
    money = plan.money
    over = money.spent + money.reserved + money.to_spend - most
    if over <= 0 or not money.to_spend:
        return
    sums = f"{money.spent:,} spent, {_reserved(plan)}{money.to_spend:,} to spend"
    room = max(0, most - money.spent - money.reserved)
    raise BudgetError(
        f"{plan.manifest}: over the ceiling of {most:,} credits by {over:,} ({sums}; {origin})",
        hint=f"whoever set it can raise it; or {_part_that_fits(plan, room)}",
    )


def check_balance(plan: Plan, balance: float) -> None:
    """Refuse a plan that the account cannot pay.

    Raises:
        BudgetError: says by how much, and how many jobs the balance would pay.
    """
    price = plan.money.to_spend
    if price <= max(balance, 0):
        return
    whole = floor(balance)
    raise BudgetError(
        f"{plan.manifest}: the account has {whole:,} credits, {price - whole:,} fewer "
        f"than the {price:,} to spend",
        hint=f"buy credits, or {_part_that_fits(plan, whole)}",
    )


def check_charges(plan: Plan, catalog: Catalog, *, since: datetime) -> None:
    """Refuse to submit at a price that a recent task has been found to exceed.

    The run that found it out stopped; without this each rerun would buy one more at the dear price.

    Args:
        plan: what is to be submitted, and what earlier tasks cost.
        catalog: the prices.
        since: older charges are no sign: prices may have come down again.

    Raises:
        BudgetError: names the task, its charge and its price.
    """
    wanted = {(one.job.tool_type, one.credits) for one in plan.unpaid}
    for entry in chain((one.entry for one in plan.jobs if one.entry), plan.orphans):
        price = catalog.price_or_none(entry.tool_type, entry.input)
        if price is None or (entry.tool_type, price) not in wanted:
            continue
        for attempt in entry.attempts:
            if attempt.task_id and attempt.credits > price and _is_since(attempt, since):
                raise BudgetError(
                    f"{plan.manifest}: {entry.key} cost {attempt.credits:,} credits, but the catalogue says "
                    f"{price:,}: the plan's price cannot be believed",
                    hint=f"correct the price of {entry.tool_type} with {said('--tools-dir', 'tools_dirs=')}",
                )


def _is_since(attempt: Attempt, moment: datetime) -> bool:
    return attempt.submitted is not None and attempt.submitted >= moment


def check_tools(plan: Plan, catalog: Catalog) -> None:
    """Refuse to submit to a tool that the catalogue calls retired.

    Raises:
        RetiredToolError: names the nearest live tool and its price.
    """
    refuse_retired((one.job.tool_type for one in plan.unpaid), catalog, plan.manifest)


def refuse_retired(tool_types: Iterable[str], catalog: Catalog, manifest: str) -> None:
    """Refuse the first of these tools that the catalogue calls retired.

    Raises:
        RetiredToolError: names the nearest live tool and its price.
        UnknownToolError: one of them is not in the catalogue.
    """
    for tool_type in dict.fromkeys(tool_types):
        tool = catalog.get(tool_type)
        if tool.availability is Availability.RETIRED:
            why = f" ({tool.notice.rstrip('.')})" if tool.notice else ""
            raise RetiredToolError(
                f"{manifest}: the tool {tool_type} is retired{why}", hint=_instead_of(tool, catalog)
            )


def _instead_of(tool: Tool, catalog: Catalog) -> str | None:
    near = catalog.nearest_live(tool)
    return f"the nearest live tool is {near.tool_type}: {near.price_text} credits" if near else None


def _reserved(plan: Plan) -> str:
    return f"{plan.money.reserved:,} reserved, " if plan.money.reserved else ""


def _what_would_fit(plan: Plan) -> str:
    money = plan.money
    enough = money.spent + money.reserved + money.to_spend + money.later
    raised = f"set budget.max_credits (or {option('max_credits')}) to {enough}"
    if money.reserved:
        raised += ", or take reservations back with `sora2batch fleet cancel`"
    if money.remaining >= 0:
        return f"{raised}, or {_part_of_later(plan)}"
    if not money.to_spend:
        gone = "spent or reserved" if money.reserved else "spent"
        return f"nothing is left to submit, but more was {gone} than is allowed; {raised}"
    return f"{raised}, or {_part_that_fits(plan, money.budget - money.spent - money.reserved)}"


def _part_of_later(plan: Plan) -> str:
    """Say how many of the jobs that wait fit; where somebody has yet to pick, how many picks."""
    waiting = plan.to_come
    totals = accumulate(sorted(one.credits for one in waiting))
    fitting = sum(total <= plan.money.remaining for total in totals)
    alone = _group_that_fits(plan)
    if plan.gates:
        picks = counted(_picks_that_fit(plan), "pick fits", "picks fit")
        return f"pick less: {picks} of those in {plan.gates[0]}{alone}"
    return (
        f"ask for less: {counted(fitting, 'job', 'jobs')} of the {len(waiting):,} that wait would fit{alone}"
    )


def _group_that_fits(plan: Plan) -> str:
    """Name a group that can be submitted now and rests on nothing that waits."""
    later = {one.job.group for one in plan.to_come}
    now = (one.job.group for one in plan.jobs if one.action is Action.SUBMIT)
    group = next((group for group in now if group not in later), None)
    return f"; {option('until', group)} runs that group alone" if group else ""


def _picks_that_fit(plan: Plan) -> int:
    """Count the picks that surely fit: each costs all the jobs that are made of it, the dearest first."""
    costs: dict[tuple[str, ...], int] = {}
    for one in plan.waiting:
        if one.job.gate:
            costs[one.job.needs] = costs.get(one.job.needs, 0) + one.credits
    ungated = sum(one.credits for one in plan.waiting if not one.job.gate)
    room = plan.money.remaining - ungated
    return sum(total <= room for total in accumulate(sorted(costs.values(), reverse=True)))


def _part_that_fits(plan: Plan, room: int) -> str:
    """Say which part of the jobs to submit can be paid: the first so many, or else the cheapest."""
    jobs = plan.with_action(Action.SUBMIT)
    affordable = list(takewhile(lambda total: total <= room, accumulate(one.credits for one in jobs)))
    if affordable:
        return f"submit a part: {option('limit', len(affordable))} for {affordable[-1]:,} credits"
    cheapest = min(jobs, key=lambda one: one.credits)
    if cheapest.credits <= room:
        one = said(f"--select '{cheapest.job.key}'", f"select={cheapest.job.key!r}")
        return f"submit a cheaper one: {one} for {cheapest.credits:,} credits"
    return f"submit nothing: even the cheapest job costs {cheapest.credits:,}, and {max(room, 0):,} are left"
