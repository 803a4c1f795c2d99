from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from fakes.fleet_rows import CountingDatabase, FleetRows
from fakes.video_api import KEY_REFUSED, UNREADABLE, WORKING, refusal
from fakes.worker_case import QUICK, StatusApi, Told, context_of, running, until
from sora2batch.fleet.workers.poll_lane import PollLane
from sora2batch.lockfile.entry import State
from sora2batch.manifest.model import RunOptions
from sora2batch.run import poll_answer
from sora2batch.run.event import Failed, Generated, Stopped, TimedOut, Warned
from sora2batch.sjinn import answer as api

OFTEN = RunOptions(poll_interval=0.05)


@pytest.fixture
def rows(fleet_url):
    found = FleetRows(fleet_url)
    yield found
    found.close()


def named(count):
    return [f"job-{number:04}" for number in range(count)]


async def test_a_task_is_done_when_its_status_says_so(fleet_database, rows):
    batch = rows.batch(OFTEN)
    rows.submitted(batch, ["fox"])
    told = Told()
    video_api = StatusApi({"fox": [WORKING, WORKING, api.Finished(("https://files.test/fox.jpg?s=1",))]})
    async with running(PollLane(context_of(fleet_database, api=video_api, listener=told))):
        await until(lambda: rows.states(batch) == ["completed"])
        await until(lambda: told.events)
    entry = rows.entry(batch)
    assert (entry.key, entry.primary.state, entry.primary.task_id) == ("fox", State.COMPLETED, "task-fox")
    assert [one.url for one in entry.primary.outputs] == ["https://files.test/fox.jpg"]
    assert entry.primary.finished_at is not None
    assert [type(happened) for _, happened in told.events] == [Generated]
    assert rows.queue() == []
    assert rows.one("select ended from batch where id = %s", batch) == 1
    assert video_api.asked["task-fox"] == 3


async def test_where_the_batch_has_a_store_its_files_are_to_be_fetched_next(fleet_database, rows):
    batch = rows.batch(OFTEN, store="file:///srv/media")
    first, second = rows.submitted(batch, ["fox", "owl"])
    async with running(PollLane(context_of(fleet_database))):
        await until(lambda: rows.states(batch) == ["completed"] * 2)
    assert sorted(rows.queue()) == [(f"fetch:{first}", "todo"), (f"fetch:{second}", "todo")]
    assert rows.sql("select media from attempt") == [("todo",), ("todo",)]
    found = rows.sql("select queue_name, task_name, args from procrastinate_jobs order by id limit 1")
    assert found == [(f"fetch:{rows.account}", "fetch", {"attempt": first})]


async def test_a_fetch_that_waits_already_keeps_no_result_from_being_written(fleet_database, rows):
    batch = rows.batch(OFTEN, store="file:///srv/media")
    (task,) = rows.submitted(batch, ["fox"])
    rows.enqueue("fetch", attempt=task)
    async with running(PollLane(context_of(fleet_database))):
        await until(lambda: rows.states(batch) == ["completed"])
    assert rows.queue() == [(f"fetch:{task}", "todo")]


async def test_a_failed_task_is_written_with_the_words_of_the_api(fleet_database, rows):
    batch = rows.batch(OFTEN)
    rows.submitted(batch, ["fox"])
    told = Told()
    video_api = StatusApi({"fox": [api.Failed(refusal("the prompt was moderated", 7))]})
    async with running(PollLane(context_of(fleet_database, api=video_api, listener=told))):
        await until(lambda: rows.states(batch) == ["failed"])
        await until(lambda: told.events)
    error = rows.entry(batch).primary.error
    assert (error.code, error.message) == (7, "the prompt was moderated")
    assert [one.message for one in told.of(Failed)] == ["the prompt was moderated"]
    assert rows.sums(batch) == (100, 0, 0)


async def test_trouble_with_asking_fails_no_task_and_is_counted(fleet_database, rows):
    batch = rows.batch(OFTEN)
    rows.submitted(batch, ["fox"])
    async with running(PollLane(context_of(fleet_database, api=StatusApi({"fox": [UNREADABLE]})))):
        await until(lambda: rows.one("select troubles from attempt") >= 2)
    assert rows.states(batch) == ["submitted"]


async def test_after_its_time_a_task_is_asked_about_rarely_and_stays_open(fleet_database, rows):
    batch = rows.batch(OFTEN)
    rows.submitted(batch, ["fox"], timeout=0.2)
    told = Told()
    context = context_of(fleet_database, api=StatusApi({"fox": [WORKING]}), listener=told)
    async with running(PollLane(context)):
        await until(lambda: told.of(TimedOut))
    assert rows.states(batch) == ["submitted"]
    wait = rows.one("select extract(epoch from poll_due - now())::float8 from attempt")
    assert 590 < wait <= 600
    assert rows.one("select poll_deadline < now() from attempt")


@pytest.mark.parametrize(("overdue_hours", "hours"), [(1, 1), (30, 24)])
async def test_what_is_overdue_is_asked_about_twice_as_rarely_each_time(
    fleet_database, rows, overdue_hours, hours
):
    batch = rows.batch(OFTEN)
    rows.submitted(batch, ["fox"], timeout=-3600.0 * overdue_hours)
    told = Told()
    context = context_of(fleet_database, api=StatusApi({"fox": [WORKING]}), listener=told)
    async with running(PollLane(context)):
        await until(lambda: rows.one("select poll_due > now() + interval '10 minutes' from attempt"))
    wait = rows.one("select extract(epoch from poll_due - now())::float8 from attempt")
    assert wait == pytest.approx(3600 * hours, rel=0.02)
    assert told.events == []


async def test_few_questions_are_under_way_at_once_and_few_queries_are_made(fleet_database, rows):
    batch = rows.batch(OFTEN)
    rows.submitted(batch, named(2000))
    video_api = StatusApi(seconds=0.01)
    settings = replace(QUICK, write_seconds=1.0)
    counted = CountingDatabase(fleet_database)
    async with running(PollLane(context_of(counted, api=video_api, settings=settings))):
        await until(lambda: rows.one("select count(*) from attempt where state = 'completed'") == 2000)
    assert video_api.most_under_way == QUICK.poll_questions
    assert set(video_api.asked.values()) == {1}
    busy = [one for one in counted.statements if not one.startswith("SELECT 0")]
    assert len(busy) <= 2000 / 200, busy


async def test_two_workers_ask_about_each_task_once(fleet_database, rows):
    batch = rows.batch(OFTEN)
    rows.submitted(batch, named(300))
    video_api = StatusApi(seconds=0.005)
    context = context_of(fleet_database, api=video_api, settings=replace(QUICK, poll_batch=40))
    async with running(PollLane(context), PollLane(context)):
        await until(lambda: rows.states(batch) == ["completed"] * 300)
    assert set(video_api.asked.values()) == {1}


async def test_an_answer_that_comes_after_the_lease_does_no_harm(fleet_database, rows):
    batch = rows.batch(OFTEN)
    rows.submitted(batch, ["fox"])
    slow, told = StatusApi(seconds=0.3), Told()
    settings = replace(QUICK, poll_lease_seconds=0.1)
    first = context_of(fleet_database, api=slow, listener=told, settings=settings)
    second = context_of(fleet_database, listener=told, settings=settings)
    async with running(PollLane(first)):
        await until(lambda: slow.under_way)
        async with running(PollLane(second)):
            await until(lambda: rows.states(batch) == ["completed"])
        line = rows.one("select line from attempt")
        await until(lambda: not slow.under_way)
    assert rows.one("select line from attempt") == line
    assert len(told.of(Generated)) == 1
    assert rows.one("select ended from batch where id = %s", batch) == 1


async def test_what_was_changed_meanwhile_is_not_written_over(fleet_database, rows):
    """As by the ledger, which found that the task cost more."""
    batch = rows.batch(OFTEN)
    (task,) = rows.submitted(batch, ["fox"])
    slow = StatusApi(seconds=0.2)
    async with running(PollLane(context_of(fleet_database, api=slow))):
        await until(lambda: slow.under_way)
        changed = rows.one("select replace(line, '\"credits\":100', '\"credits\":150') from attempt")
        rows.sql("update attempt set credits = 150, line = %s where id = %s", changed, task)
        await until(lambda: rows.states(batch) == ["completed"])
    assert rows.entry(batch).primary.credits == 150
    assert slow.asked["task-fox"] == 2


async def test_failures_of_one_cause_in_a_row_end_the_submitting_of_their_batch(fleet_database, rows):
    batch = rows.batch(RunOptions(poll_interval=0.05, stop_after=3))
    other = rows.batch(OFTEN)
    rows.submitted(batch, ["a", "b"])
    for name in ("x", "y"):
        rows.attempt(batch, name, "reserved")
    rows.attempt(other, "z", "reserved")
    told = Told()
    failing = api.Failed(refusal("moderated", 7))
    video_api = StatusApi({name: [failing] for name in "abc"})
    async with running(PollLane(context_of(fleet_database, api=video_api, listener=told))):
        await until(lambda: rows.states(batch)[:2] == ["failed", "failed"])
        assert rows.one("select stop_reason from batch where id = %s", batch) is None
        rows.submitted(batch, ["c"])
        await until(lambda: told.of(Stopped))
    assert rows.states(batch) == ["failed", "failed", "withdrawn", "withdrawn", "failed"]
    assert rows.one("select stop_reason from batch where id = %s", batch) == "FAIL_FAST"
    assert "3 jobs in a row failed for the same reason: moderated" in told.of(Stopped)[0].message
    assert rows.sums(batch) == (300, 0, 0)
    assert rows.states(other) == ["reserved"]


async def test_a_success_in_between_begins_the_count_anew(fleet_database, rows):
    batch = rows.batch(RunOptions(poll_interval=0.05, stop_after=2))
    rows.attempt(batch, "x", "reserved")
    failing = api.Failed(refusal("moderated", 7))
    video_api = StatusApi({"a": [failing], "c": [failing]})
    async with running(PollLane(context_of(fleet_database, api=video_api))):
        for number, name in enumerate("abc", start=1):
            rows.submitted(batch, [name])
            await until(lambda number=number: "submitted" not in rows.states(batch)[: number + 1])
    assert rows.states(batch) == ["reserved", "failed", "completed", "failed"]
    assert rows.one("select failed_times from batch where id = %s", batch) == 1


async def test_with_fail_fast_one_failure_is_enough(fleet_database, rows):
    batch = rows.batch(OFTEN, fail_fast=True)
    rows.submitted(batch, ["a"])
    rows.attempt(batch, "x", "reserved")
    video_api = StatusApi({"a": [api.Failed(refusal("moderated"))]})
    async with running(PollLane(context_of(fleet_database, api=video_api))):
        await until(lambda: rows.states(batch) == ["failed", "withdrawn"])
    assert rows.one("select stop_message from batch where id = %s", batch) == "a failed"


async def test_where_nothing_is_left_to_submit_nothing_is_stopped(fleet_database, rows):
    batch = rows.batch(OFTEN, fail_fast=True)
    rows.submitted(batch, ["a"])
    video_api = StatusApi({"a": [api.Failed(refusal("moderated"))]})
    async with running(PollLane(context_of(fleet_database, api=video_api))):
        await until(lambda: rows.states(batch) == ["failed"])
    assert rows.one("select stop_reason from batch where id = %s", batch) is None


async def test_a_refused_key_is_believed_after_a_while_and_ends_the_submitting(
    fleet_database, rows, monkeypatch
):
    monkeypatch.setattr(poll_answer, "LONGEST_BACKOFF_SECONDS", 0.05)
    batch = rows.batch(OFTEN)
    rows.submitted(batch, ["fox", "owl"])
    rows.attempt(batch, "x", "reserved")
    told = Told()
    video_api = StatusApi({"fox": [KEY_REFUSED] * 8 + [WORKING], "owl": [KEY_REFUSED]})
    async with running(PollLane(context_of(fleet_database, api=video_api, listener=told))):
        await until(lambda: told.of(Stopped))
        await until(lambda: rows.states(batch)[2] == "withdrawn")
    assert rows.one("select stop_reason from account") == "KEY"
    assert rows.states(batch)[:2] == ["submitted", "submitted"]
    assert len(told.of(Stopped)) == 1


async def test_a_key_that_is_refused_still_is_written_again_after_somebody_has_begun_anew(
    fleet_database, rows, monkeypatch
):
    monkeypatch.setattr(poll_answer, "LONGEST_BACKOFF_SECONDS", 0.05)
    rows.submitted(rows.batch(OFTEN), ["fox"])
    told = Told()
    video_api = StatusApi({"fox": [KEY_REFUSED] * 100_000})
    async with running(PollLane(context_of(fleet_database, api=video_api, listener=told))):
        await until(lambda: rows.one("select stop_reason from account") == "KEY")
        rows.sql("update account set stop_reason = null")
        await until(lambda: rows.one("select stop_reason from account") == "KEY")
    assert len(told.of(Stopped)) == 1


async def test_the_end_writes_down_what_was_answered(fleet_database, rows):
    batch = rows.batch(OFTEN)
    rows.submitted(batch, ["fox"])
    video_api = StatusApi()
    lane = PollLane(context_of(fleet_database, api=video_api, settings=replace(QUICK, write_seconds=60.0)))
    async with running(lane):
        await until(lambda: video_api.asked["task-fox"])
        await asyncio.sleep(0)
    assert rows.states(batch) == ["completed"]


async def test_what_keeps_it_from_asking_is_told_once(fleet_database, rows):
    told, batch = Told(), rows.batch()
    rows.attempt(batch, "fox", poll_due="2020-01-01")
    rows.sql("alter table attempt rename column troubles to elsewhere")
    async with running(PollLane(context_of(fleet_database, listener=told))):
        await until(lambda: told.of(Warned))
        rows.sql("alter table attempt rename column elsewhere to troubles")
        await until(lambda: rows.states(batch) == ["completed"])
    (warned,) = told.of(Warned)
    assert "tasks that are due cannot be read: the database at" in warned.message
