"""The plans of several manifests as one comment on a pull request, which is renewed in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from sora2batch.ground.credit_price import money_beside
from sora2batch.plan.action import Action, Plan
from sora2batch.plan.compare import Comparison
from sora2batch.plan.markdown import cell, within
from sora2batch.plan.outlook import NO_OUTLOOK, Outlook
from sora2batch.plan.render_markdown import COMMENT_ROOM, Room, plan_markdown

_OVERVIEW_ROOM = 12_000
_MOST_MANIFESTS = 100
_LEAST_ROOM = 5_000
"""In less a plan says too little: it is left to the table."""


class Section(NamedTuple):
    """One plan, with what is shown beside it."""

    plan: Plan
    comparison: Comparison | None = None
    sheet: str | None = None
    """The contact sheet's file name."""
    outlook: Outlook = NO_OUTLOOK


def marker_of(names: Sequence[str]) -> str:
    """Make the line by which a comment is found again: an HTML comment, which nobody sees.

    Args:
        names: the manifests and folders as they were given; other names are another comment.
    """
    shown = " ".join(quote(name, safe="/", errors="replace") for name in names)
    return f"<!-- sora2batch plan: {shown[:1000]} -->"


def comment_lines(sections: Sequence[Section], marker: str) -> Iterator[str]:
    """Write plans as one comment: of several first a table, then each, as long as there is room."""
    yield marker
    room = COMMENT_ROOM
    if len(sections) != 1:
        overview = list(_overview(sections))
        room -= _size(overview)
        yield from overview
    left = 0
    for position, section in enumerate(sorted(sections, key=_is_idle)):
        share = max(room // (len(sections) - position), _LEAST_ROOM)
        # What does not fit is not written first.
        lines = list(plan_markdown(*section, room=Room(share))) if share <= room else []
        if not lines or _size(lines) > room:
            left += 1
            continue
        room -= _size(lines)
        yield from lines
    if left:
        yield f"There is no room for {left:,} more: `sora2batch plan` shows them."
        yield ""


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _is_idle(section: Section) -> bool:
    """Sort what costs something to the front."""
    return not section.plan.money.to_spend


def _overview(sections: Sequence[Section]) -> Iterator[str]:
    to_spend = sum(section.plan.money.to_spend for section in sections)
    jobs = sum(section.plan.counts[Action.SUBMIT] for section in sections)
    prices = {section.outlook.credit_price for section in sections}
    money = money_beside(to_spend, prices.pop()) if len(prices) == 1 else ""
    yield f"### Plans for {len(sections):,} manifests"
    yield ""
    later = sum(section.plan.money.later for section in sections)
    more = f", {later:,} later" if later else ""
    yield f"**{to_spend:,} credits to spend**{money}{more}: {jobs:,} to submit."
    yield ""
    is_staged = any(section.plan.is_staged for section in sections)
    yield f"| manifest | to submit | to spend |{' later |' if is_staged else ''} difference | remaining |"
    yield f"|---|---:|---:|{'---:|' if is_staged else ''}---:|---:|"
    rows = (_overview_row(section, is_staged=is_staged) for section in sections)
    yield from within(rows, len(sections), "manifests", room=_OVERVIEW_ROOM, most=_MOST_MANIFESTS)


def _overview_row(section: Section, *, is_staged: bool) -> str:
    plan, money = section.plan, section.plan.money
    difference = f"{section.comparison.difference:+,}" if section.comparison else ""
    remaining = f"{money.left:,}" if money.within_budget else f"**{money.left:,}**"
    later = f" {money.later:,} |" if is_staged else ""
    sums = f"{plan.counts[Action.SUBMIT]:,} | {money.to_spend:,} |{later}"
    return f"| {cell(plan.manifest)} | {sums} {difference} | {remaining} |"
