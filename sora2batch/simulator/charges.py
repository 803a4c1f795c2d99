"""The account's ledger: what was charged, newest first, a page at a time.

Source: sjinn.ai/docs, "Credits usage".
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.clock import from_timestamp
from sora2batch.ground.job import Credits
from sora2batch.simulator.refusal import ErrorCode, RefusalError

_DEFAULT_LIMIT = 50
_MOST = 200
_TASK_TYPE = re.compile(r"[A-Za-z0-9_-]{1,128}")
_CURSOR = re.compile(rb"row:(\d{1,12})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One row: credits that were taken when a task was created."""

    id: str
    number: int
    """Counts from 1 in the order of creation; the cursor's secret."""
    task_type: str
    task_id: str
    credits: Credits
    created: datetime

    def to_dict(self) -> JsonObject:
        """Write the row with exactly the six fields that the API documents."""
        return {
            "id": self.id,
            "task_type": self.task_type,
            "task_id": self.task_id,
            "chat_id": None,
            "cost_credits": self.credits,
            "create_time": self.created.astimezone(UTC).isoformat(timespec="microseconds"),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerQuery:
    """Which rows are wanted."""

    limit: int = _DEFAULT_LIMIT
    before: int | None = None
    """Only rows with a smaller number: where the page before ended."""
    start: datetime | None = None
    end: datetime | None = None
    """Both inclusive."""
    task_type: str | None = None

    @classmethod
    def from_dict(cls, params: JsonObject) -> LedgerQuery:
        """Read the parameters of a call; empty ones count as absent.

        Raises:
            RefusalError: a cursor, a time or a task_type that cannot be one.
        """
        given = {name: value for name, value in params.items() if value not in (None, "")}
        return cls(
            limit=_limit(given.get("limit")),
            before=_row(given.get("cursor")),
            start=_moment("start_time", given.get("start_time")),
            end=_moment("end_time", given.get("end_time")),
            task_type=_task_type(given.get("task_type")),
        )

    def wants(self, charge: Charge) -> bool:
        """Tell whether a row belongs to what is asked for."""
        return (
            (self.before is None or charge.number < self.before)
            and (self.start is None or charge.created >= self.start)
            and (self.end is None or charge.created <= self.end)
            and (self.task_type is None or charge.task_type == self.task_type)
        )


def page(charges: Sequence[Charge], query: LedgerQuery) -> JsonObject:
    """Answer with one page and the cursor of the next, null at the end. *Shape*: newest first."""
    found = [charge for charge in reversed(charges) if query.wants(charge)]
    shown = found[: query.limit]
    cursor = _cursor(shown[-1]) if len(found) > len(shown) else None
    return {"records": [charge.to_dict() for charge in shown], "next_cursor": cursor}


def _cursor(charge: Charge) -> str:
    return urlsafe_b64encode(b"row:%d" % charge.number).decode()


def _row(cursor: JsonValue) -> int | None:
    if cursor is None:
        return None
    try:
        found = _CURSOR.fullmatch(urlsafe_b64decode(str(cursor)))
    except ValueError:
        found = None
    if found is None:
        raise RefusalError(ErrorCode.BAD_INPUT, "invalid cursor")
    return int(found[1])


def _limit(value: JsonValue) -> int:
    try:
        wanted = int(value) if isinstance(value, int | str) else _DEFAULT_LIMIT
    except ValueError:
        wanted = _DEFAULT_LIMIT
    return min(max(wanted, 1), _MOST)


def _moment(name: str, value: JsonValue) -> datetime | None:
    if value is None:
        return None
    try:
        return from_timestamp(str(value))
    except ValueError:
        raise RefusalError(ErrorCode.BAD_INPUT, f"{name} must be an ISO 8601 time") from None


def _task_type(value: JsonValue) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _TASK_TYPE.fullmatch(value):
        raise RefusalError(ErrorCode.BAD_INPUT, "task_type must be 1 to 128 letters, digits, _ or -")
    return value
