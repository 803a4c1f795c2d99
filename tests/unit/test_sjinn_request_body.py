from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import orjson

from sora2batch.sjinn.request_body import LedgerQuery, create_body, ledger_body, status_body

SINCE = datetime(2026, 11, 22, 10, 0, 0, 999999, tzinfo=timezone(timedelta(hours=1)))


def test_a_create_call_says_what_was_planned_and_nothing_else():
    body = create_body("a-api", {"prompt": "é", "duration": 10})
    assert orjson.loads(body) == {"tool_type": "a-api", "input": {"prompt": "é", "duration": 10}}


def test_a_status_query_names_the_task():
    assert status_body("t-1") == b'{"task_id":"t-1"}'


def test_a_ledger_query_asks_from_the_second_before():
    body = ledger_body(LedgerQuery(since=SINCE, limit=200))
    assert orjson.loads(body) == {"limit": 200, "start_time": "2026-11-22T09:00:00Z"}


def test_a_ledger_query_may_be_narrowed():
    until = datetime(2026, 11, 22, 9, 0, 0, 934126, tzinfo=UTC)
    body = ledger_body(LedgerQuery(since=SINCE, until=until, cursor="c2", limit=50))
    assert orjson.loads(body) == {
        "limit": 50,
        "start_time": "2026-11-22T09:00:00Z",
        "end_time": "2026-11-22T09:00:00.934126+00:00",
        "cursor": "c2",
    }
