"""Bodies of the API's calls, as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import to_timestamp

CREATE = "create_tool_task"
STATUS = "query_tool_task_status"
LEDGER = "query_credits_usage"
ACCOUNT = "query_account_status"
CALLS = frozenset({CREATE, STATUS, LEDGER, ACCOUNT})
TASK_TYPE_PREFIX = "tool_"
"""What the ledger puts before a tool_type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerQuery:
    """One question to the ledger; None leaves a field open."""

    since: datetime
    """Inclusive; asked to the second, rounded down."""
    until: datetime | None = None
    """Inclusive."""
    cursor: str | None = None
    limit: int
    """Rows a page, 1 to 200."""


def create_body(tool_type: str, input: JsonObject) -> bytes:
    """Write a create call."""
    return orjson.dumps({"tool_type": tool_type, "input": input})


def status_body(task_id: str) -> bytes:
    """Write a status query."""
    return orjson.dumps({"task_id": task_id})


def ledger_body(query: LedgerQuery) -> bytes:
    """Write a query of the ledger."""
    body: JsonObject = {"limit": query.limit, "start_time": to_timestamp(query.since)}
    if query.until is not None:
        body["end_time"] = query.until.isoformat()
    if query.cursor is not None:
        body["cursor"] = query.cursor
    return orjson.dumps(body)
