"""A plan for a person at a terminal; decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sora2batch.ground.credit_price import CreditPrice, credits_in_words, money_beside
from sora2batch.ground.rule import Level
from sora2batch.ground.terminal_width import isolated, padded, width_of
from sora2batch.ground.text import counted, one_line
from sora2batch.lockfile.entry import Entry
from sora2batch.plan.action import Action, Plan, PlannedJob, WaitingJob
from sora2batch.plan.outlook import NO_OUTLOOK, Outlook

if TYPE_CHECKING:  # few plans compare
    from sora2batch.plan.compare import Comparison

_SIGNS = {
    Action.SUBMIT: "+",
    Action.RESUME: ">",
    Action.DOWNLOAD: "v",
    Action.SKIP: "=",
    Action.FAILED: "!",
    Action.IN_DOUBT: "?",
    Action.WAIT: ".",
    Action.BLOCKED: "x",
}
_WORDS = {
    Action.SUBMIT: "to submit",
    Action.RESUME: "to wait for",
    Action.DOWNLOAD: "to download",
    Action.SKIP: "finished",
    Action.FAILED: "failed",
    Action.IN_DOUBT: "in doubt",
    Action.WAIT: "waiting for others",
    Action.BLOCKED: "blocked",
}
_WIDEST_KEY = 60
_LINE_ROOM = 1000


def plan_lines(plan: Plan, outlook: Outlook = NO_OUTLOOK) -> Iterator[str]:
    """Write every job and every orphan on a line, then the notices and the sums."""
    yield f"{plan.manifest}: {counted(len(plan.listed), 'job')}"
    keys = [one.job.key for one in plan.listed] + [entry.key for entry in plan.orphans]
    width = min(_WIDEST_KEY, max(map(width_of, keys), default=0))
    for one in plan.listed:
        yield _job_line(one, width)
    for entry in plan.orphans:
        yield _orphan_line(entry, width)
    yield from _summary_lines(plan, outlook)


def short_plan_lines(plan: Plan, outlook: Outlook = NO_OUTLOOK) -> Iterator[str]:
    """Write a line for each group and action instead of one for each job."""
    yield f"{plan.manifest}: {counted(len(plan.listed), 'job')}"
    sums: dict[tuple[str, Action], tuple[int, int]] = {}
    for planned in plan.listed:
        key = (planned.job.group, planned.action)
        jobs, credits = sums.get(key, (0, 0))
        sums[key] = (jobs + 1, credits + planned.credits)
    for (group, action), (jobs, credits) in sums.items():
        cost = credits_in_words(credits, outlook.credit_price)
        yield f"  {_SIGNS[action]} {group}: {counted(jobs, 'job')} {_WORDS[action]}, {cost}"
    yield "  (every job on a line: pipe this into a file or a pager)"
    yield from _summary_lines(plan, outlook)


def comparison_lines(comparison: Comparison, price: CreditPrice | None = None) -> Iterator[str]:
    """Write what changed since a git ref."""
    yield (
        f"since {comparison.ref}: {len(comparison.added):,} added, {len(comparison.replaced):,} replaced, "
        f"{len(comparison.removed):,} removed, {len(comparison.renamed):,} renamed; "
        f"new requests cost {credits_in_words(comparison.price_of_new, price)}; "
        f"the whole batch costs {comparison.price_after:,} ({comparison.difference:+,})"
        f"{money_beside(comparison.price_after, price)}"
    )
    if comparison.budgets:
        before, after = comparison.budgets
        yield f"  the budget is {credits_in_words(after, price)}, {after - before:+,} against {before:,}"
    yield from (f"  + {isolated(job.key)}  {job.credits:+,}" for job in comparison.added)
    yield from (
        f"  ~ {isolated(one.after.key)}  {one.difference:+,}  {one.change}" for one in comparison.replaced
    )
    if comparison.following:
        jobs, price_of = counted(len(comparison.following), "job"), comparison.price_of_following
        yield f"  ~ {jobs} of results that will be others, made anew for {price_of:,}"
    yield from (f"  - {isolated(job.key)}  {-job.credits:+,}" for job in comparison.removed)
    yield from (f"  > {isolated(old)} is now {isolated(new)}" for old, new in comparison.renamed)


def totals_line(plan: Plan) -> str:
    """Write how many jobs have which action: ``8 to submit, 2 finished``."""
    parts = [f"{count:,} {_WORDS[action]}" for action, count in plan.counts.items() if count]
    return ", ".join(parts) or "no jobs"


def money_line(plan: Plan, price: CreditPrice | None = None) -> str:
    """Write the credits in a line."""
    money = plan.money
    spent = _sum(money.spent, " spent", price)
    if money.in_doubt:
        spent += f" (of it {money.in_doubt:,} in doubt)"
    if money.reserved:
        spent += f", {_sum(money.reserved, ' reserved', price)}"
    left = _sum(abs(money.left), " left" if money.within_budget else " over budget", price)
    to_spend, budget = _sum(money.to_spend, " to spend", price), _sum(money.budget, "", price)
    later = f", {_sum(money.later, _later(plan), price)}" if money.later else ""
    return f"credits: {to_spend}{later}, {spent}, of {budget}: {left}"


def _later(plan: Plan) -> str:
    return " later at most" if plan.gates else " later"


def _sum(credits: int, what: str, price: CreditPrice | None) -> str:
    return f"{credits:,}{what}{money_beside(credits, price)}"


def orphans_line(plan: Plan, price: CreditPrice | None = None) -> str:
    """Write how many orphans there are, in which states, and what they cost."""
    spent = sum(entry.spent for entry in plan.orphans)
    states = Counter(entry.state.value.replace("_", " ") for entry in plan.orphans)
    told = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
    orphans = counted(len(plan.orphans), "orphan")
    cost = credits_in_words(spent, price)
    return f"{orphans} in the lockfile, no longer in the manifest: {told}; {cost}; kept"


def warning_lines(plan: Plan) -> Iterator[str]:
    """Write what one should know before paying, each line beginning with how bad it is."""
    for finding in plan.findings:
        yield f"{finding.level}: {one_line(str(finding), _LINE_ROOM)}"
    for notice in plan.notices:
        yield f"{Level.NOTICE}: {one_line(notice, _LINE_ROOM)}"


def _summary_lines(plan: Plan, outlook: Outlook) -> Iterator[str]:
    """Write what does not grow with the number of jobs."""
    if plan.orphans:
        yield f"  {orphans_line(plan, outlook.credit_price)}"
    yield ""
    yield from warning_lines(plan)
    yield totals_line(plan)
    if told := outlook.time_line:
        yield told
    yield money_line(plan, outlook.credit_price)


def _job_line(planned: PlannedJob | WaitingJob, width: int) -> str:
    sign = _SIGNS[planned.action]
    key = _column(planned.job.key, width)
    return f"  {sign} {key}  {planned.credits:>6,}  {planned.action}: {planned.reason}"


def _orphan_line(entry: Entry, width: int) -> str:
    key = _column(one_line(entry.key, _LINE_ROOM), width)
    return f"  - {key}  {entry.spent:>6,}  orphan: {entry.state}"


def _column(key: str, width: int) -> str:
    return key.ljust(width) if key.isascii() else padded(isolated(key), width)
