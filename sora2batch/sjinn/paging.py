"""The way through the ledger's pages: which question comes next, and when the end is reached for certain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from sora2batch.sjinn.answer import LedgerPage, LedgerReading, LedgerRecord
from sora2batch.sjinn.api_error import LedgerError
from sora2batch.sjinn.request_body import LedgerQuery

MOST_PAGES = 1000
_USUAL_ROWS = 50
"""What the API puts on a page if it does not heed the limit."""

_Identity: TypeAlias = tuple[str, datetime, int]


class LedgerWalk:
    """Collects pages until the ledger ends.

    What is public of the documentation cuts off the cursor's name. So where a page does not say that it is
    the last and names no new cursor, the walk goes on by time: it asks for what is not newer than the oldest
    row it has, until nothing new comes. A search is content with a page that is not full.
    """

    def __init__(self, query: LedgerQuery, looking_for: Collection[str] = ()) -> None:
        self.query: LedgerQuery | None = query
        """The next question; None when the end is reached, or all tasks that were looked for are found."""
        self._is_search = bool(looking_for)
        self._missing = set(looking_for)
        self._first = query
        self._records: dict[_Identity, LedgerRecord] = {}
        self._unclear: dict[str, None] = {}
        self._cursors: set[str] = set()
        self._pages = 0

    def take(self, page: LedgerPage) -> None:
        """Add a page and choose the next question.

        Raises:
            LedgerError: there is more, but no way to it.
        """
        fresh = [record for record in page.records if _identity(record) not in self._records]
        self._records.update((_identity(record), record) for record in fresh)
        self._unclear.update(dict.fromkeys(page.unclear))
        self._missing.difference_update(record.task_id for record in fresh)
        self.query = None if self._is_search and not self._missing else self._next(page, fresh)
        self._pages += 1
        if self.query is not None and self._pages >= MOST_PAGES:
            raise LedgerError(f"the credits ledger goes on after {MOST_PAGES} pages")

    def reading(self, *, is_timed: bool) -> LedgerReading:
        """Sum up what was asked for, in the order of the pages; the API may have sent more than that."""
        since = self._first.since.replace(microsecond=0)
        records = tuple(record for record in self._records.values() if record.create_time >= since)
        return LedgerReading(records=records, unclear=tuple(self._unclear), is_timed=is_timed)

    def _next(self, page: LedgerPage, fresh: list[LedgerRecord]) -> LedgerQuery | None:
        if page.next_cursor is not None and page.next_cursor not in self._cursors:
            self._cursors.add(page.next_cursor)
            return replace(self.query or self._first, cursor=page.next_cursor)
        if page.ended or (self._is_search and self._is_short(page)):
            return None
        if fresh:
            oldest = min(record.create_time for record in page.records)
            return replace(self._first, until=oldest)
        if page.rows < self._first.limit and not page.goes_on:
            return None
        raise LedgerError("the credits ledger does not say how to reach its end")

    def _is_short(self, page: LedgerPage) -> bool:
        """Tell whether a page looks like the last: good enough to find something, no proof of absence."""
        return page.rows < min(self._first.limit, _USUAL_ROWS) and not page.goes_on


def _identity(record: LedgerRecord) -> _Identity:
    # The row's own id is left out: a row that comes twice under two ids was charged once, at one microsecond.
    return (record.task_id, record.create_time, record.cost_credits)
