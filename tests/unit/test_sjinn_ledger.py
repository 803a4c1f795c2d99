from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes.answering_server import envelope
from sora2batch.sjinn.answer import KeyRefused, LedgerPage, LedgerReading, LedgerRecord, Unreadable
from sora2batch.sjinn.api_error import LedgerError
from sora2batch.sjinn.ledger import read_ledger
from sora2batch.sjinn.paging import MOST_PAGES, LedgerWalk
from sora2batch.sjinn.request_body import LedgerQuery

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


def page(*records, cursor=None, ended=False, **more):
    return LedgerPage(records=records, rows=len(records), next_cursor=cursor, ended=ended, **more)


def walk(limit=2):
    return LedgerWalk(LedgerQuery(since=NOW, limit=limit))


def found(steps):
    return [record.task_id for record in steps.reading(is_timed=True).records]


def test_a_page_of_the_documented_form_is_read():
    answer = read({"records": [ROW], "next_cursor": "c2", "has_more": True})
    assert answer == LedgerPage(records=(RECORD,), rows=1, next_cursor="c2", ended=False, goes_on=True)


def test_times_may_end_in_z():
    answer = read({"records": [{**ROW, "create_time": "2026-11-22T09:00:00.934126Z"}]})
    assert answer.records == (RECORD,)


@pytest.mark.parametrize("task_id", [None, ""])
def test_rows_of_chats_are_passed_over(task_id):
    chat = {**ROW, "task_id": task_id, "chat_id": "c-1", "task_type": "agent"}
    answer = read({"records": [chat, ROW]})
    assert (answer.records, answer.unclear, answer.rows) == ((RECORD,), (), 2)


@pytest.mark.parametrize(
    "row",
    [
        None,
        "x",
        3,
        [],
        {},
        {"taskId": "t-1", **{name: value for name, value in ROW.items() if name != "task_id"}},
        {**ROW, "task_id": None},
        {**ROW, "task_id": ""},
        {**ROW, "task_id": ["t-1"]},
        {**ROW, "task_id": {"id": "t-1"}},
        {**ROW, "task_id": True},
        {**ROW, "task_id": "t" * 300},
        {**ROW, "task_id": None, "chat_id": "c-1"},
        {**ROW, "cost_credits": None},
        {**ROW, "cost_credits": 1.5},
        {**ROW, "cost_credits": 1e308},
        {**ROW, "cost_credits": 10**18},
        {**ROW, "cost_credits": -(10**18)},
        {**ROW, "create_time": "yesterday"},
        {**ROW, "create_time": ""},
        {**ROW, "create_time": 3},
        {**ROW, "create_time": "0001-01-01T00:00:00+14:00"},
        {**ROW, "create_time": "9999-12-31T23:59:59-14:00"},
        {**ROW, "create_time": "1999-12-31T23:59:59Z"},
        {**ROW, "task_type": None},
    ],
)
def test_a_row_that_may_be_a_charge_and_cannot_be_read_is_unclear(row):
    answer = read({"records": [ROW, row]})
    assert (answer.records, answer.rows) == ((RECORD,), 2)
    (unclear,) = answer.unclear
    assert "row" in unclear


@pytest.mark.parametrize(
    "change",
    [
        {"create_time": "2026-11-22T09:00:00.934126"},
        {"create_time": "2026-11-22 09:00:00"},
        {"task_type": "Sora 2 (image to video)"},
        {"task_type": ""},
    ],
)
def test_a_row_that_may_say_something_else_than_it_seems_is_read_and_called_unclear(change):
    answer = read({"records": [{**ROW, **change}]})
    (one,) = answer.records
    assert (one.task_id, one.cost_credits) == ("t-1", 420)
    assert one.unclear.startswith("the row of task t-1 has")
    assert answer.unclear == ()


def test_what_is_wrong_with_many_rows_is_said_once():
    assert len(read({"records": [None] * 200}).unclear) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"has_more": True},
        {"next": "/page/2"},
        {"nextPage": 2},
        {"next_page_token": "x"},
        {"continuation": "x"},
        {"total": 57},
        {"total_pages": 2},
        {"pagination": {"page": 1, "pages": 3}},
        {"pagination": {"limit": 1, "total": 12}},
        {"page_info": {"has_next_page": True}},
    ],
)
@pytest.mark.parametrize("place", ["data", "root"])
def test_a_page_that_speaks_of_more_in_words_of_its_own_goes_on(more, place):
    data = {"records": [ROW], **(more if place == "data" else {})}
    assert read(data, **(more if place == "root" else {})).goes_on


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"next": None, "total": 1},
        {"page": 1, "page_size": 200, "limit": 50},
        {"pagination": {"page": 1, "pages": 1, "per_page": 200, "total": 1, "next": None}},
        {"has_next_page": False, "offset": 0},
    ],
)
def test_a_page_that_says_in_its_own_words_that_it_is_all_does_not(more):
    assert not read({"records": [ROW], **more}).goes_on


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
    assert steps.query == LedgerQuery(since=NOW, cursor="c2", limit=2)
    steps.take(page(record(1), ended=True))
    assert steps.query is None
    assert found(steps) == ["t-3", "t-2", "t-1"]


def test_a_short_page_without_a_cursor_is_the_last_only_if_nothing_older_comes():
    steps = walk()
    steps.take(page(record(2, seconds=2)))
    assert steps.query.until == NOW + timedelta(seconds=2)
    steps.take(page(record(1, seconds=1)))
    steps.take(page(record(1, seconds=1)))
    assert steps.query is None
    assert found(steps) == ["t-2", "t-1"]


def test_a_cursor_that_comes_again_is_followed_by_time():
    steps = walk()
    steps.take(page(record(3), record(2), cursor="c2"))
    steps.take(page(record(1), cursor="c2"))
    assert (steps.query.cursor, steps.query.until) == (None, NOW)
    steps.take(page(record(1)))
    assert steps.query is None


def test_a_full_page_without_a_cursor_is_followed_by_time():
    steps = walk()
    steps.take(page(record(3, seconds=3), record(2, seconds=2)))
    assert steps.query.until == NOW + timedelta(seconds=2)
    steps.take(page(record(2, seconds=2), record(1, seconds=1)))
    steps.take(page(record(1, seconds=1)))
    assert steps.query is None
    assert found(steps) == ["t-3", "t-2", "t-1"]


def test_a_page_of_the_usual_size_is_not_trusted_to_be_the_last():
    steps = walk(limit=200)
    steps.take(page(*(record(number, seconds=100 - number) for number in range(50))))
    assert steps.query.until == NOW + timedelta(seconds=51)


def test_a_ledger_that_only_repeats_itself_is_an_error():
    steps = walk()
    steps.take(page(record(2), record(1)))
    with pytest.raises(LedgerError, match="does not say how to reach its end"):
        steps.take(page(record(2), record(1)))


def test_a_page_below_the_limit_that_repeats_itself_is_the_last():
    rows = [record(number) for number in range(60)]
    steps = walk(limit=200)
    steps.take(page(*rows))
    steps.take(page(*rows))
    assert steps.query is None
    assert len(found(steps)) == 60


def test_a_walk_without_end_is_an_error():
    steps = walk()
    for number in range(MOST_PAGES - 1):
        steps.take(page(record(number), cursor=str(number)))
    with pytest.raises(LedgerError, match="1000 pages"):
        steps.take(page(record(MOST_PAGES), cursor="one more"))


def test_what_was_not_asked_for_is_left_out():
    steps = walk(limit=200)
    steps.take(page(record(1), record(2, task_type="tool_b-api"), record(4, seconds=-1)))
    assert found(steps) == ["t-1", "t-2"]


def test_a_short_page_that_speaks_of_more_is_followed_by_time():
    steps = walk(limit=200)
    steps.take(page(record(3, seconds=3), record(2, seconds=2), goes_on=True))
    assert steps.query.until == NOW + timedelta(seconds=2)
    steps.take(page(record(2, seconds=2), record(1, seconds=1), goes_on=True))
    assert steps.query.until == NOW + timedelta(seconds=1)
    steps.take(page(record(1, seconds=1)))
    assert steps.query is None
    assert found(steps) == ["t-3", "t-2", "t-1"]


def test_a_page_that_speaks_of_more_and_shows_no_way_to_it_is_not_the_end():
    with pytest.raises(LedgerError, match="does not say how"):
        walk(limit=200).take(page(goes_on=True))
    rows = [record(3, seconds=3), record(2, seconds=2)]
    steps = walk(limit=200)
    steps.take(page(*rows, goes_on=True))
    with pytest.raises(LedgerError, match="does not say how"):
        steps.take(page(*rows, goes_on=True))


def test_a_row_that_comes_twice_under_two_ids_was_charged_once():
    steps = walk(limit=200)
    steps.take(page(record(1), replace(record(1), id="another"), record(1, seconds=1)))
    assert found(steps) == ["t-1", "t-1"]


def test_what_is_unclear_on_any_page_is_told_once():
    steps = walk()
    steps.take(page(record(2), cursor="c2", unclear=("a row is no object",)))
    steps.take(page(record(1), ended=True, unclear=("a row is no object", "another")))
    assert steps.reading(is_timed=False) == LedgerReading(
        records=(record(2), record(1)), unclear=("a row is no object", "another"), is_timed=False
    )


def test_a_search_ends_with_the_page_that_shows_the_last_task_looked_for():
    search = LedgerWalk(LedgerQuery(since=NOW, limit=2), looking_for={"t-4", "t-2"})
    search.take(page(record(4), record(3), cursor="c2"))
    assert search.query is not None
    search.take(page(record(2), record(1), cursor="c3"))
    assert search.query is None
    assert len(found(search)) == 4


def test_a_search_is_content_with_a_page_that_is_not_full():
    search = LedgerWalk(LedgerQuery(since=NOW, limit=200), looking_for={"t-9"})
    search.take(page(record(2), record(1)))
    assert search.query is None


def test_a_search_for_a_task_without_a_row_reads_to_the_end():
    search = LedgerWalk(LedgerQuery(since=NOW, limit=2), looking_for={"t-9"})
    search.take(page(record(2), record(1), cursor="c2"))
    assert search.query is not None
    search.take(page(ended=True))
    assert search.query is None
