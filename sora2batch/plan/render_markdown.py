"""A plan for a pull request: what a reviewer reads before the money is spent, short enough for a comment.

The sums stand first, then what changes, equal changes as one line; the single jobs are folded away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple
from urllib.parse import quote

from sora2batch.ground.credit_price import CreditPrice, credits_in_words, money_beside
from sora2batch.ground.rule import Level
from sora2batch.ground.text import counted, one_line
from sora2batch.plan.action import Action, Plan
from sora2batch.plan.alike import Alike, Item, alike, changed_items, planned_items, waiting_items
from sora2batch.plan.compare import Comparison
from sora2batch.plan.markdown import cell, code, folded, within
from sora2batch.plan.outlook import NO_OUTLOOK, Outlook
from sora2batch.plan.render_text import orphans_line, totals_line

COMMENT_ROOM = 60_000
"""Characters; GitHub takes no comment of more than 65,536."""
_MOST_ALIKE = 50
_MOST_ROWS = 100
_MOST_NOTICES = 20
_PROMPT_ROOM = 80
_HEAD_ROOM = 4_000
"""More than what stands above the tables, with all names at their longest."""
_PARTS = {"alike": 0.1, "single": 0.25, "orphans": 0.1, "notices": 0.2}
"""How the rest is shared out; there are two of the first two."""

_BY_IMPORTANCE = (Action.SUBMIT, Action.IN_DOUBT, Action.FAILED, Action.RESUME, Action.DOWNLOAD)
"""What costs stands first: a long table is cut at its end."""


class Room(NamedTuple):
    """How many characters a plan may take."""

    total: int = COMMENT_ROOM

    def of(self, part: str) -> int:
        """Tell how many one of its parts may take."""
        return int(max(0, self.total - _HEAD_ROOM) * _PARTS[part])


class _Words(NamedTuple):
    """How one kind of table is headed."""

    verb: str
    credits: str
    why: str
    noun: str
    nouns: str


_OF_CHANGES = _Words("change", "difference", "what", "change", "changes")
_OF_JOBS = _Words("action", "credits", "why", "job", "jobs")


def plan_markdown(
    plan: Plan,
    comparison: Comparison | None = None,
    sheet: str | None = None,
    outlook: Outlook = NO_OUTLOOK,
    room: Room = Room(),  # noqa: B008  # a value that nobody can change
) -> Iterator[str]:
    """Write the plan as GitHub-flavoured Markdown; with a comparison, what changed since its base too.

    With the name of a picture beside the manifest, there is a link to it.

    *Shape*: lines; short enough for the room.
    """
    yield f"### Plan for {code(plan.manifest)}"
    yield ""
    price, to_spend = outlook.credit_price, plan.money.to_spend
    yield f"**{to_spend:,} credits to spend**{money_beside(to_spend, price)}: {totals_line(plan)}."
    yield ""
    yield from _money(plan, price)
    if told := outlook.time_line:
        yield f"{told.capitalize()}."
        yield ""
    if sheet:
        yield f"[Contact sheet]({quote(sheet, errors='replace')}) of the clips so far."
        yield ""
    if comparison:
        yield from _comparison(comparison, price, room)
    yield from _jobs(plan, room)
    yield from _orphans(plan, price, room)
    yield from _notices(plan, room)


def _money(plan: Plan, price: CreditPrice | None) -> Iterator[str]:
    money = plan.money
    verdict = "within budget" if money.within_budget else f"**over budget by {-money.left:,}**"
    sums = {
        "budget": money.budget,
        "spent": money.spent,
        "in doubt": money.in_doubt,
        "to spend": money.to_spend,
    }
    if money.reserved:
        sums["reserved"] = money.reserved
    if plan.is_staged:
        sums |= {"later, at most" if plan.gates else "later": money.later}
    sums["remaining"] = money.left
    yield f"| {' | '.join(sums)} | |"
    yield f"|{'---:|' * len(sums)}---|"
    yield f"| {' | '.join(f'{one:,}' for one in sums.values())} | {verdict} |"
    if price:
        yield f"| {' | '.join(map(price.money_for, sums.values()))} | |"
    yield ""
    yield from _gates(plan)


def _gates(plan: Plan) -> Iterator[str]:
    """Say where somebody has to choose before anything more is paid for."""
    for gate in plan.gates:
        waiting = [one for one in plan.waiting if one.job.gate == gate]
        jobs, most = counted(len(waiting), "job waits", "jobs wait"), sum(one.credits for one in waiting)
        yield f"{jobs} for {code(gate)}: somebody has to pick first. All of them would cost {most:,} credits."
        yield ""


def _jobs(plan: Plan, room: Room) -> Iterator[str]:
    changes = tuple(chain.from_iterable(plan.with_action(action) for action in _BY_IMPORTANCE))
    items = (*planned_items(changes), *waiting_items(plan.waiting))
    if not items:
        yield "Nothing to do: every job is finished." if plan.jobs else "Nothing to do: no jobs."
        yield ""
        return
    yield from _tables(items, _OF_JOBS, "{:,}", room)


def _comparison(comparison: Comparison, price: CreditPrice | None, room: Room) -> Iterator[str]:
    yield f"#### Since {code(comparison.ref)}"
    yield ""
    yield (
        f"The whole batch costs {credits_in_words(comparison.price_after, price)}, "
        f"**{comparison.difference:+,}** against {comparison.price_before:,} before; "
        f"requests that are new cost {comparison.price_of_new:,}"
        f"{money_beside(comparison.price_of_new, price)}."
    )
    yield ""
    if comparison.budgets:
        before, after = comparison.budgets
        yield f"**The budget is {credits_in_words(after, price)}**, {after - before:+,} against {before:,}."
        yield ""
    if not comparison.changes:
        yield "No job changed."
        yield ""
        return
    yield from _tables(tuple(changed_items(comparison)), _OF_CHANGES, "{:+,}", room)


def _tables(items: Sequence[Item], words: _Words, form: str, room: Room) -> Iterator[str]:
    """Write what is alike as one row each; where that says less, the single ones behind a fold."""
    groups = alike(items)
    if len(groups) == len(items):
        singles = (_row(item, item.why or item.detail, form) for item in items)
        yield from _table(singles, len(items), words, room.of("single"))
        return
    rows = (_alike_row(group, form) for group in groups)
    yield f"| {words.verb} | jobs | {words.credits} | {words.why} |"
    yield "|---|---|---:|---|"
    yield from within(rows, len(groups), f"kinds of {words.noun}", room=room.of("alike"), most=_MOST_ALIKE)
    singles = (_row(item, item.detail or item.why, form) for item in items)
    table = _table(singles, len(items), words._replace(why="what"), room.of("single"))
    yield from folded(f"{counted(len(items), words.noun, words.nouns)}, one by one", table)


def _table(rows: Iterable[str], count: int, words: _Words, room: int) -> Iterator[str]:
    yield f"| {words.verb} | job | {words.credits} | {words.why} |"
    yield "|---|---|---:|---|"
    yield from within(rows, count, words.nouns, room=room, most=_MOST_ROWS)


def _row(item: Item, said: str, form: str) -> str:
    shown = one_line(said, _PROMPT_ROOM) if said is item.detail else said
    return f"| {item.verb} | {cell(item.key)} | {_amount(item.credits, form)} | {cell(shown)} |"


def _alike_row(group: Alike, form: str) -> str:
    if group.jobs == 1:
        return _row(group.first, group.first.why or group.first.detail, form)
    jobs = cell(f"{group.group}/…")
    amount = _amount(group.credits, form)
    verb = f"{group.verb} × {group.jobs:,}"  # noqa: RUF001  # times
    return f"| {verb} | {jobs} | {amount} | {cell(group.first.why)} |"


def _amount(credits: int, form: str) -> str:
    return form.format(credits) if credits else "0"


def _orphans(plan: Plan, price: CreditPrice | None, room: Room) -> Iterator[str]:
    if not plan.orphans:
        return
    yield f"{orphans_line(plan, price)}."
    yield ""
    yield from folded(counted(len(plan.orphans), "orphan"), _orphan_table(plan, room))


def _orphan_table(plan: Plan, room: Room) -> Iterator[str]:
    yield "| orphan | credits | state |"
    yield "|---|---:|---|"
    rows = (f"| {cell(entry.key)} | {entry.spent:,} | {entry.state} |" for entry in plan.orphans)
    yield from within(rows, len(plan.orphans), "orphans", room=room.of("orphans"), most=_MOST_ROWS)


def _notices(plan: Plan, room: Room) -> Iterator[str]:
    findings = [(one.level, str(one)) for one in plan.findings]
    told = [*findings, *((Level.NOTICE, notice) for notice in plan.notices)]
    rows = (f"- **{level.capitalize()}:** {code(text)}" for level, text in told)
    if told:
        yield from within(rows, len(told), "notices", room=room.of("notices"), most=_MOST_NOTICES)
