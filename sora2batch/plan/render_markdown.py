"""A plan for a pull request: tables that a reviewer reads before the money is spent.

Prompts, keys and errors are strangers' words. They stand in code spans, where GitHub sees no link, mention,
reference, entity or HTML; a backslash would keep it from some of these only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import quote

from sora2batch.ground.credit_price import CreditPrice, credits_in_words, money_beside
from sora2batch.ground.job import Job
from sora2batch.ground.text import one_line
from sora2batch.plan.action import Action, Plan, PlannedJob
from sora2batch.plan.compare import Comparison
from sora2batch.plan.outlook import NO_OUTLOOK, Outlook
from sora2batch.plan.render_text import orphans_line, totals_line

_MOST_ROWS = 100
_TABLE_ROOM = 16_000
"""Characters; GitHub takes no comment of more than 65,536."""
_MOST_NOTICES = 20
_CELL_ROOM = 240
_PROMPT_ROOM = 80
_BACKTICKS = re.compile("`+")
_BACKSLASH_BEFORE_PIPE = re.compile(r"\\(?=\|)")

_BY_IMPORTANCE = (Action.SUBMIT, Action.IN_DOUBT, Action.FAILED, Action.RESUME, Action.DOWNLOAD)
"""What costs stands first: a long table is cut at its end."""


def plan_markdown(
    plan: Plan,
    comparison: Comparison | None = None,
    sheet: str | None = None,
    outlook: Outlook = NO_OUTLOOK,
) -> Iterator[str]:
    """Write the plan as GitHub-flavoured Markdown; with a comparison, what changed since its base too.

    With the name of a picture beside the manifest, there is a link to it.

    *Shape*: lines; always short enough for a comment on GitHub.
    """
    yield f"### Plan for {_code(plan.manifest)}"
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
        yield from _comparison(comparison, price)
    yield from _jobs(plan)
    yield from _orphans(plan, price)
    for notice in plan.notices[:_MOST_NOTICES]:
        yield f"> **Notice:** {_code(notice)}"
        yield ""


def _money(plan: Plan, price: CreditPrice | None) -> Iterator[str]:
    money = plan.money
    verdict = "within budget" if money.within_budget else f"**over budget by {-money.remaining:,}**"
    yield "| budget | spent | in doubt | to spend | remaining | |"
    yield "|---:|---:|---:|---:|---:|---|"
    yield (
        f"| {money.budget:,} | {money.spent:,} | {money.in_doubt:,} | {money.to_spend:,} "
        f"| {money.remaining:,} | {verdict} |"
    )
    if price:
        sums = (money.budget, money.spent, money.in_doubt, money.to_spend, money.remaining)
        yield f"| {' | '.join(map(price.money_for, sums))} | |"
    yield ""


def _jobs(plan: Plan) -> Iterator[str]:
    changes = tuple(chain.from_iterable(plan.with_action(action) for action in _BY_IMPORTANCE))
    if not changes:
        yield "Nothing to do: every job is finished." if plan.jobs else "Nothing to do: no jobs."
        yield ""
        return
    yield "| action | job | credits | why |"
    yield "|---|---|---:|---|"
    yield from _rows(map(_job_row, changes), len(changes), "jobs")


def _job_row(planned: PlannedJob) -> str:
    reason = _cell(planned.reason)
    return f"| {planned.action} | {_cell(planned.job.key)} | {planned.credits:,} | {reason} |"


def _orphans(plan: Plan, price: CreditPrice | None) -> Iterator[str]:
    if not plan.orphans:
        return
    yield f"{orphans_line(plan, price)}."
    yield ""
    yield "| orphan | credits | state |"
    yield "|---|---:|---|"
    rows = (f"| {_cell(entry.key)} | {entry.spent:,} | {entry.state} |" for entry in plan.orphans)
    yield from _rows(rows, len(plan.orphans), "orphans")


def _comparison(comparison: Comparison, price: CreditPrice | None) -> Iterator[str]:
    yield f"#### Since {_code(comparison.ref)}"
    yield ""
    yield (
        f"The whole batch costs {credits_in_words(comparison.price_after, price)}, "
        f"**{comparison.difference:+,}** against {comparison.price_before:,} before; "
        f"requests that are new cost {comparison.price_of_new:,}"
        f"{money_beside(comparison.price_of_new, price)}."
    )
    yield ""
    if not comparison.changes:
        yield "No job changed."
        yield ""
        return
    yield "| change | job | difference | what |"
    yield "|---|---|---:|---|"
    yield from _rows(_comparison_rows(comparison), comparison.changes, "changes")


def _comparison_rows(comparison: Comparison) -> Iterator[str]:
    for job in comparison.added:
        yield f"| added | {_cell(job.key)} | {job.credits:+,} | {_prompt(job)} |"
    for one in comparison.replaced:
        yield f"| replaced | {_cell(one.after.key)} | {one.difference:+,} | {_cell(one.change)} |"
    for job in comparison.removed:
        yield f"| removed | {_cell(job.key)} | {-job.credits:+,} | {_prompt(job)} |"
    for old, new in comparison.renamed:
        yield f"| renamed | {_cell(new)} | 0 | was {_cell(old)} |"


def _rows(rows: Iterable[str], count: int, noun: str) -> Iterator[str]:
    """End a table: as many rows as there is room for, then how many are left out."""
    room = _TABLE_ROOM
    shown = 0
    for row in rows:
        room -= len(row) + 1
        if shown == _MOST_ROWS or room < 0:
            break
        shown += 1
        yield row
    yield ""
    if shown < count:
        yield f"… and {count - shown:,} more {noun}."
        yield ""


def _prompt(job: Job) -> str:
    prompt = job.input.get("prompt")
    return _cell(one_line(prompt, _PROMPT_ROOM)) if isinstance(prompt, str) else ""


def _cell(text: str) -> str:
    """Write a code span that a table's cell can hold: there a pipe needs a backslash even in code."""
    # Renderers do not agree on two backslashes before a pipe, so there are never two.
    return _code(_BACKSLASH_BEFORE_PIPE.sub(r"\\ ", one_line(text, _CELL_ROOM)).replace("|", r"\|"))


def _code(text: str) -> str:
    """Write a code span; its fence is longer than any run of backticks inside."""
    shown = one_line(text, 2 * _CELL_ROOM).strip()
    if not shown:
        return ""
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(shown)), default=0))
    pad = " " if "`" in {shown[0], shown[-1]} else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
