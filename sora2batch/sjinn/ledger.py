"""Pages of the credits ledger: what the API charged, for which task.

From a charge's absence follows that a job may be paid for again. So whatever might hide a charge is kept: a
row that is not understood as an unclear one, a page that does not surely end as one that goes on.

Source: SJinn's credits usage page; https://sjinn.ai/docs
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.sjinn.answer import LedgerAnswer, LedgerPage, LedgerRecord, Unreadable
from sora2batch.sjinn.envelope import Envelope, as_number, printable_line
from sora2batch.sjinn.protocol import read_success, task_id_of
from sora2batch.sjinn.request_body import TASK_TYPE_PREFIX

MOST_CREDITS = 10**9
"""No task costs more; a larger number is no price."""
_CURSOR_FIELDS = ("next_cursor", "nextCursor", "cursor")
_MORE_FIELDS = ("has_more", "hasMore")
_PAGING = re.compile(r"next|more|cursor|pag(e|in)|offset|total|continu", re.IGNORECASE)
_COUNTS_PAGES = re.compile(r"page", re.IGNORECASE)
_COUNTS_ROWS_OF_A_PAGE = re.compile(r"size|limit|per_?page", re.IGNORECASE)
_TASK_TYPE = re.compile(rf"{TASK_TYPE_PREFIX}[A-Za-z0-9_-]{{1,128}}")
_YEARS = range(2000, 2200)
"""A time out of these is no charge's; sums with it could not be written or added."""


class _BrokenRowError(ValueError):
    """A row that may be a task's charge and cannot be read."""


def read_ledger(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> LedgerAnswer:
    """Read one page."""
    envelope = read_success(status, headers, body, now=now)
    if not isinstance(envelope, Envelope):
        return envelope
    rows = envelope.data.get("records")
    if not isinstance(rows, list):
        return Unreadable("the ledger's answer holds no list of records")
    records, unclear = _read_rows(rows)
    cursor, named = _cursor(envelope)
    more = _first(envelope, _MORE_FIELDS)
    ended = more is False or (named and cursor is None and more is not True)
    return LedgerPage(
        records=records,
        unclear=unclear,
        rows=len(rows),
        next_cursor=None if more is False else cursor,
        ended=ended,
        goes_on=not ended and (more is True or _hints_at_more(envelope, len(rows))),
    )


def _read_rows(rows: list[JsonValue]) -> tuple[tuple[LedgerRecord, ...], tuple[str, ...]]:
    records: list[LedgerRecord] = []
    unclear: list[str] = []
    for row in rows:
        try:
            record = _record(row)
        except _BrokenRowError as error:
            unclear.append(str(error))
        else:
            records += [record] if record else []
    return tuple(records), tuple(dict.fromkeys(unclear))


def _record(row: JsonValue) -> LedgerRecord | None:
    """Read a row; None for one that surely is no task's.

    Raises:
        _BrokenRowError: it may be a task's, and cannot be read.
    """
    if not isinstance(row, dict):
        raise _BrokenRowError("a row is no object")
    if _is_of_no_task(row):
        return None
    task_id, task_type = task_id_of(row.get("task_id")), row.get("task_type")
    if task_id is None:
        raise _BrokenRowError("a row has no task_id that can be one")
    if not isinstance(task_type, str):
        raise _BrokenRowError(f"the row of task {task_id} has no task_type")
    identity = row.get("id")
    moment, zone_fault = _moment(row, task_id)
    return LedgerRecord(
        id=printable_line(identity) if isinstance(identity, str) else "",
        task_type=task_type,
        task_id=task_id,
        cost_credits=_cost(row, task_id),
        create_time=moment,
        unclear=zone_fault or _type_fault(task_type, task_id),
    )


def _is_of_no_task(row: JsonObject) -> bool:
    """Tell whether a row names something else that was charged: a chat, say, and no task of the tool API."""
    task_type = row.get("task_type")
    return (
        "task_id" in row
        and (row["task_id"] is None or row["task_id"] == "")
        and isinstance(task_type, str)
        and bool(task_type.strip())
        and not task_type.casefold().startswith(TASK_TYPE_PREFIX.rstrip("_"))
        and isinstance(row.get("chat_id"), str)
    )


def _type_fault(task_type: str, task_id: str) -> str:
    """Tell whether a task_type may be ours, written in a way that we do not know."""
    if _TASK_TYPE.fullmatch(task_type) or _TASK_TYPE.fullmatch(f"{TASK_TYPE_PREFIX}{task_type}"):
        return ""
    return f'the row of task {task_id} has the task_type "{printable_line(task_type)[:80]}"'


def _cost(row: JsonObject, task_id: str) -> int:
    cost = as_number(row.get("cost_credits"))
    if not isinstance(cost, int) or abs(cost) > MOST_CREDITS:
        raise _BrokenRowError(f"the row of task {task_id} names no number of credits")
    return cost


def _moment(row: JsonObject, task_id: str) -> tuple[datetime, str]:
    """Read when a row was made, and what is unclear about that: a time without a zone may be hours off."""
    value = row.get("create_time")
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        in_utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _BrokenRowError(f"the row of task {task_id} has no create_time that can be read") from None
    if in_utc.year not in _YEARS:
        raise _BrokenRowError(f"the row of task {task_id} is of the year {in_utc.year}")
    return in_utc, "" if moment.tzinfo else f"the row of task {task_id} has a create_time without a time zone"


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


def _hints_at_more(envelope: Envelope, rows: int) -> bool:
    """Tell whether a field that we do not know may say that this is not all."""
    return any(
        _PAGING.search(field) and _says_more(field, value, rows)
        for place in (envelope.data, envelope.root)
        for field, value in place.items()
        if field not in {*_CURSOR_FIELDS, *_MORE_FIELDS, "records"}
    )


def _says_more(field: str, value: JsonValue, rows: int) -> bool:
    match value:
        case dict():
            return any(_says_more(name, part, rows) for name, part in value.items())
        case int() | float() if _COUNTS_ROWS_OF_A_PAGE.search(field):
            return False
        case int() | float() if not isinstance(value, bool):
            return value > (1 if _COUNTS_PAGES.search(field) else max(rows, 1))
        case _:
            return bool(value)


def _first(envelope: Envelope, fields: tuple[str, ...]) -> JsonValue:
    values = (place.get(field) for place in (envelope.data, envelope.root) for field in fields)
    return next((value for value in values if value is not None), None)
