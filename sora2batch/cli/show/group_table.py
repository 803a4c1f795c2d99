"""The groups of a status as a table, or as plain lines where a table would not fit."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from sora2batch.ground.terminal_width import isolated
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import State
from sora2batch.plan.job_status import BLOCKED, PENDING, WAITING
from sora2batch.plan.overview import Overview, Row, words_of

STYLES = {
    WAITING: "dim",
    PENDING: "dim",
    BLOCKED: "red",
    State.SUBMITTED: "cyan",
    State.COMPLETED: "green",
    State.FAILED: "red",
    State.REJECTED: "red",
    State.IN_DOUBT: "yellow",
}
_LONGEST_NAME = 40


def group_table(overview: Overview, most_rows: int) -> Table:
    """Make a row for each group, a column for each state that occurs, and a row of totals."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    table.add_column("group", no_wrap=True, overflow="ellipsis", max_width=_LONGEST_NAME)
    table.add_column("jobs", justify="right", no_wrap=True)
    for state in overview.states:
        style = STYLES.get(state, "")
        table.add_column(
            Text(state.replace("_", " "), style=style), justify="right", no_wrap=True, style=style
        )
    table.add_column("spent", justify="right", no_wrap=True)
    table.add_column("to spend", justify="right", no_wrap=True)
    if overview.total.later:
        table.add_column("later", justify="right", no_wrap=True)
    for row in overview.groups[:most_rows]:
        table.add_row(*_cells(row, overview))
    if rest := _rest(overview, most_rows):
        table.add_row(Text(rest, style="dim"))
    if overview.orphans:
        blank = [""] * (1 + len(overview.states))
        money = [""] * (2 if overview.total.later else 1)
        table.add_row(Text("(no longer asked for)", style="dim"), *blank, f"{overview.orphans:,}", *money)
    table.add_row(*_cells(overview.total, overview), style="bold")
    return table


def group_lines(overview: Overview, most_rows: int) -> Iterator[Text]:
    """Write the same below each other, for a terminal in which the table has no room."""
    for row in overview.groups[:most_rows]:
        yield from _lines(row, overview)
    if rest := _rest(overview, most_rows):
        yield Text(rest, style="dim")
    if overview.orphans:
        yield Text(f"(no longer asked for: {overview.orphans:,} spent)", style="dim")
    yield from _lines(overview.total, overview)


def _lines(row: Row, overview: Overview) -> Iterator[Text]:
    yield Text.assemble((isolated(row.name), "bold"), f"  {counted(row.jobs, 'job')}")
    yield Text(f"  {words_of(row.states, overview.states)}")
    later = f", {row.later:,} later" if row.later else ""
    yield Text(f"  {row.spent:,} spent, {row.to_spend:,} to spend{later}")


def _cells(row: Row, overview: Overview) -> Iterator[str | Text]:
    yield Text(isolated(row.name))
    yield f"{row.jobs:,}"
    for state in overview.states:
        yield f"{row.states[state]:,}" if row.states[state] else Text("-", style="dim")
    yield f"{row.spent:,}"
    yield f"{row.to_spend:,}"
    if overview.total.later:
        yield f"{row.later:,}"


def _rest(overview: Overview, most_rows: int) -> str:
    more = len(overview.groups) - most_rows
    return f"… and {more:,} more" if more > 0 else ""
