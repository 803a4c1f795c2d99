"""Pages of the credits ledger: what the API charged, for which task.

From a charge's absence follows that a job may be paid for again. So a row or a page that might hide a
charge makes the whole page unreadable; only rows that surely belong to no task are passed over.

Source: SJinn's credits usage page; https://sjinn.ai/docs
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sora2batch.canonical import JsonObject, JsonValue
from sora2batch.clock import from_timestamp
from sora2batch.sjinn.answer import LedgerAnswer, LedgerPage, LedgerRecord, Unreadable
from sora2batch.sjinn.envelope import Envelope, as_number
from sora2batch.sjinn.protocol import read_success, task_id_of

_CURSOR_FIELDS = ("next_cursor", "nextCursor", "cursor")
_MORE_FIELDS = ("has_more", "hasMore")


class _BrokenRowError(ValueError):
    """A row that belongs to a task but cannot be read."""


def read_ledger(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> LedgerAnswer:
    """Read one page."""
    envelope = read_success(status, headers, body, now=now)
    if not isinstance(envelope, Envelope):
        return envelope
    rows = envelope.data.get("records")
    if not isinstance(rows, list):
        return Unreadable("the ledger's answer holds no list of records")
    try:
        records = tuple(record for row in rows if (record := _record(row)))
    except _BrokenRowError as error:
        return Unreadable(f"a row of the ledger cannot be read: {error}")
    cursor, named = _cursor(envelope)
    more = _first(envelope, _MORE_FIELDS)
    ended = more is False or (named and cursor is None and more is not True)
    return LedgerPage(
        records=records, rows=len(rows), next_cursor=None if more is False else cursor, ended=ended
    )


def _record(row: JsonValue) -> LedgerRecord | None:
    if not isinstance(row, dict):
        return None
    task_id, task_type = task_id_of(row.get("task_id")), row.get("task_type")
    if task_id is None:
        return None
    if not isinstance(task_type, str):
        raise _BrokenRowError("it has a task_id and no task_type")
    identity = row.get("id")
    return LedgerRecord(
        id=identity if isinstance(identity, str) else "",
        task_type=task_type,
        task_id=task_id,
        cost_credits=_cost(row),
        create_time=_moment(row),
    )


def _cost(row: JsonObject) -> int:
    cost = as_number(row.get("cost_credits"))
    if not isinstance(cost, int):
        raise _BrokenRowError("its cost_credits is no whole number")
    return cost


def _moment(row: JsonObject) -> datetime:
    value = row.get("create_time")
    try:
        return from_timestamp(value if isinstance(value, str) else "")
    except ValueError as error:
        raise _BrokenRowError("its create_time is no timestamp") from error


def _cursor(envelope: Envelope) -> tuple[str | None, bool]:
    """Find where the next page starts, and whether the page has such a field at all."""
    named = False
    for place in (envelope.data, envelope.root):
        for field in _CURSOR_FIELDS:
            named = named or field in place
            value = place.get(field)
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value), True
            if isinstance(value, str) and value:
                return value, True
    return None, named


def _first(envelope: Envelope, fields: tuple[str, ...]) -> JsonValue:
    values = (place.get(field) for place in (envelope.data, envelope.root) for field in fields)
    return next((value for value in values if value is not None), None)
