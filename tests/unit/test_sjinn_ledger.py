from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fakes.answering_server import envelope
from sora2batch.sjinn.answer import KeyRefused, LedgerPage, LedgerRecord, Unreadable
from sora2batch.sjinn.error import LedgerError
from sora2batch.sjinn.ledger import read_ledger
from sora2batch.sjinn.paging import MOST_PAGES, LedgerWalk
from sora2batch.sjinn.request import LedgerQuery

NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)
ROW = {
    "id": "r-1",
    "task_type": "tool_a-api",
    "task_id": "t-1",
    "chat_id": None,
    "cost_credits": 420,
    "create_time": "2026-11-22T09:00:00.934126+00:00",
}
RECORD = LedgerRecord(
    id="r-1",
    task_type="tool_a-api",
    task_id="t-1",
    cost_credits=420,
    create_time=NOW + timedelta(microseconds=934126),
)


def read(data, **more):
    return read_ledger(200, {}, envelope(data, **more), now=NOW)


def record(number, *, seconds=0, task_type="tool_a-api"):
    return LedgerRecord(
        id=f"r-{number}",
        task_type=task_type,
        task_id=f"t-{number}",
        cost_credits=1,
        create_time=NOW + timedelta(seconds=seconds),
    )


def page(*records, cursor=None, ended=False):
    return LedgerPage(records=records, rows=len(records), next_cursor=cursor, ended=ended)


def walk(limit=2, tool_type=None):
    return LedgerWalk(LedgerQuery(tool_type=tool_type, since=NOW, limit=limit))


def test_a_page_of_the_documented_form_is_read():
    answer = read({"records": [ROW], "next_cursor": "c2", "has_more": True})
    assert answer == LedgerPage(records=(RECORD,), rows=1, next_cursor="c2", ended=False)


def test_times_may_end_in_z():
    answer = read({"records": [{**ROW, "create_time": "2026-11-22T09:00:00.934126Z"}]})
    assert answer.records == (RECORD,)


@pytest.mark.parametrize("row", [None, "x", 3, {}, {**ROW, "task_id": None}, {**ROW, "task_id": ""}])
def test_rows_of_no_task_are_passed_over(row):
    answer = read({"records": [row, ROW]})
    assert answer.records == (RECORD,)
    assert answer.rows == 2


@pytest.mark.parametrize(
    "change",
    [
        {"cost_credits": None},
        {"cost_credits": 1.5},
        {"create_time": "yesterday"},
        {"create_time": 3},
        {"task_type": None},
    ],
)
def test_a_row_that_may_hide_a_charge_makes_the_page_unreadable(change):
    assert isinstance(read({"records": [ROW, {**ROW, **change}]}), Unreadable)


@pytest.mark.parametrize("data", [None, {}, {"records": None}, {"records": {}}])
def test_a_missing_list_is_not_taken_for_an_empty_ledger(data):
    assert isinstance(read(data), Unreadable)


@pytest.mark.parametrize("field", ["next_cursor", "nextCursor", "cursor"])
@pytest.mark.parametrize("place", ["data", "root"])
def test_the_cursor_may_have_three_names_in_two_places(field, place):
    data = {"records": [], **({field: "c2"} if place == "data" else {})}
    assert read(data, **({field: "c2"} if place == "root" else {})).next_cursor == "c2"


@pytest.mark.parametrize(
    ("more", "cursor", "ended"),
    [
        ({"next_cursor": None}, None, True),
        ({"next_cursor": ""}, None, True),
        ({"next_cursor": "c2", "has_more": False}, None, True),
        ({"has_more": False}, None, True),
        ({"has_more": True}, None, False),
        ({"has_more": True, "next_cursor": None}, None, False),
        ({}, None, False),
        ({"next_cursor": 17}, "17", False),
    ],
)
def test_a_page_says_whether_it_is_the_last(more, cursor, ended):
    answer = read({"records": [], **more})
    assert (answer.next_cursor, answer.ended) == (cursor, ended)


def test_a_refused_key_is_told_apart():
    assert isinstance(read(None, success=False, code=401), KeyRefused)


def test_a_walk_follows_cursors_to_the_end():
    steps = walk()
    steps.take(page(record(3), record(2), cursor="c2"))
    assert steps.query == LedgerQuery(tool_type=None, since=NOW, cursor="c2", limit=2)
    steps.take(page(record(1), ended=True))
    assert steps.query is None
    assert [found.task_id for found in steps.records] == ["t-3", "t-2", "t-1"]


def test_a_short_page_without_a_cursor_is_the_last():
    steps = walk()
    steps.take(page(record(1)))
    assert steps.query is None


def test_a_cursor_that_comes_again_ends_the_walk_at_a_short_page():
    steps = walk()
    steps.take(page(record(3), record(2), cursor="c2"))
    steps.take(page(record(1), cursor="c2"))
    assert steps.query is None


def test_a_full_page_without_a_cursor_is_followed_by_time():
    steps = walk()
    steps.take(page(record(3, seconds=3), record(2, seconds=2)))
    assert steps.query.until == NOW + timedelta(seconds=2)
    steps.take(page(record(2, seconds=2), record(1, seconds=1)))
    steps.take(page(record(1, seconds=1)))
    assert steps.query is None
    assert [found.task_id for found in steps.records] == ["t-3", "t-2", "t-1"]


def test_a_page_of_the_usual_size_is_not_trusted_to_be_the_last():
    steps = walk(limit=200)
    steps.take(page(*(record(number, seconds=100 - number) for number in range(50))))
    assert steps.query.until == NOW + timedelta(seconds=51)


def test_a_ledger_that_only_repeats_itself_is_an_error():
    steps = walk()
    steps.take(page(record(2), record(1)))
    with pytest.raises(LedgerError, match="same page"):
        steps.take(page(record(2), record(1)))


def test_a_page_below_the_limit_that_repeats_itself_is_the_last():
    rows = [record(number) for number in range(60)]
    steps = walk(limit=200)
    steps.take(page(*rows))
    steps.take(page(*rows))
    assert steps.query is None
    assert len(steps.records) == 60


def test_a_walk_without_end_is_an_error():
    steps = walk()
    for number in range(MOST_PAGES - 1):
        steps.take(page(record(number), cursor=str(number)))
    with pytest.raises(LedgerError, match="1000 pages"):
        steps.take(page(record(MOST_PAGES), cursor="one more"))


def test_what_was_not_asked_for_is_left_out():
    steps = walk(limit=200, tool_type="a-api")
    steps.take(
        page(
            record(1),
            record(2, task_type="tool_b-api"),
            record(3, task_type="a-api"),
            record(4, seconds=-1),
        )
    )
    assert [found.task_id for found in steps.records] == ["t-1", "t-3"]


def test_a_search_ends_with_the_page_that_shows_the_last_task_looked_for():
    search = LedgerWalk(LedgerQuery(tool_type=None, since=NOW, limit=2), looking_for={"t-4", "t-2"})
    search.take(page(record(4), record(3), cursor="c2"))
    assert search.query is not None
    search.take(page(record(2), record(1), cursor="c3"))
    assert search.query is None
    assert len(search.records) == 4


def test_a_search_for_a_task_without_a_row_reads_to_the_end():
    search = LedgerWalk(LedgerQuery(tool_type=None, since=NOW, limit=2), looking_for={"t-9"})
    search.take(page(record(2), record(1), cursor="c2"))
    assert search.query is not None
    search.take(page(ended=True))
    assert search.query is None
