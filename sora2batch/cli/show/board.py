"""A status at a terminal: a table of the groups, the jobs to look at, the credits, the next step.

Everything is a ``Text``: nothing that a stranger wrote is read as markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sora2batch.app.batch.remaining import time_in_words
from sora2batch.app.batch.snapshot import BatchSnapshot
from sora2batch.app.status.next_step import next_step
from sora2batch.cli.show.group_table import group_lines, group_table
from sora2batch.cli.show.money_bar import money_lines
from sora2batch.cli.show.notes import NoteLayout, notes_of
from sora2batch.ground.text import counted

_ROWS_A_GROUP_LIST = 40
_ROWS_A_SECTION = 20
_FEWEST_ROWS = 3
_NO_LIMIT = 10_000
_OTHER_ROWS = 12
"""Lines of a board that are neither groups nor jobs."""


def board(
    snapshot: BatchSnapshot, console: Console, now: datetime, *, height: int | None = None
) -> RenderableType:
    """Draw a status.

    Args:
        snapshot: what to show.
        console: where it will be shown.
        now: how long jobs are open is counted to this moment.
        height: rows that it should not exceed; None where it may scroll.
    """
    return Group(*_parts(snapshot, console, now, height))


def _parts(
    snapshot: BatchSnapshot, console: Console, now: datetime, height: int | None
) -> Iterator[RenderableType]:
    groups = len(snapshot.overview.groups)
    group_rows = _ROWS_A_GROUP_LIST if height is None else max(_FEWEST_ROWS, (height - _OTHER_ROWS) // 2)
    yield _title(snapshot)
    if snapshot.holder:
        yield Text(f"run by {snapshot.holder}", style="bold cyan")
    if told := time_in_words(snapshot, now):
        yield Text(told)
    yield Text("")
    table = group_table(snapshot.overview, group_rows)
    yield (
        table
        if _width_of(table, console) <= console.width
        else Group(*group_lines(snapshot.overview, group_rows))
    )
    sections = len(snapshot.categories)
    rows = _ROWS_A_SECTION
    if height is not None and sections:
        left = height - _OTHER_ROWS - min(groups, group_rows)
        rows = max(_FEWEST_ROWS, left // sections - 2)
    yield from notes_of(snapshot.categories, NoteLayout(width=console.width, rows=rows, now=now))
    yield Text("")
    yield from money_lines(snapshot.status.money, console, snapshot.credit_price)
    yield Text.assemble(("next: ", "bold"), next_step(snapshot))


def _width_of(table: Table, console: Console) -> int:
    """Measure a table as wide as it would like to be, whatever room there is."""
    return Measurement.get(console, console.options.update(width=_NO_LIMIT), table).maximum


def _title(snapshot: BatchSnapshot) -> Text:
    jobs = counted(len(snapshot.status.jobs), "job")
    simulated = " (simulated)" if snapshot.batch.simulated else ""
    return Text.assemble((snapshot.status.manifest, "bold"), f"{simulated}: {jobs}")
