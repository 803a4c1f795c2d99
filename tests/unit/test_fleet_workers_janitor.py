from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.fleet_rows import FleetRows
from fakes.worker_case import Told, context_of, running, until
from sora2batch.fleet.workers.janitor import Janitor
from sora2batch.fleet.workers.stuck_jobs import give_back, give_back_stuck_jobs, own_orphans
from sora2batch.run.event import InDoubt, Warned

DEAD = timedelta(seconds=60)


@pytest.fixture
def rows(fleet_url):
    found = FleetRows(fleet_url)
    yield found
    found.close()


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def janitor(fleet_database, told):
    return Janitor(context_of(fleet_database, listener=told))


async def test_the_call_of_a_worker_that_is_dead_is_in_doubt_and_that_of_a_living_one_is_left_alone(
    janitor, rows, told
):
    batch = rows.batch()
    living, dead = rows.worker(silent_seconds=1), rows.worker(silent_seconds=6)
    rows.attempt(batch, "fox", "sending", worker=dead)
    rows.attempt(batch, "owl", "sending", worker=living)
    await janitor.look()
    assert rows.states(batch) == ["in_doubt", "sending"]
    assert rows.sums(batch) == (0, 100, 100)
    assert [(one.job.key, one.message) for one in told.of(InDoubt)] == [
        ("fox", "its worker died during the call")
    ]


async def test_a_worker_that_said_goodbye_a_moment_ago_is_given_the_same_time(janitor, rows):
    batch = rows.batch()
    ended = rows.worker(silent_seconds=1)
    rows.sql("update worker set ended_at = now()")
    rows.attempt(batch, "fox", "sending", worker=ended)
    await janitor.look()
    assert rows.states(batch) == ["sending"]


async def test_a_call_of_a_worker_that_nobody_knows_is_in_doubt_after_as_long(janitor, rows):
    batch = rows.batch()
    for name, seconds in (("fox", 6), ("owl", 1)):
        attempt = rows.attempt(batch, name, "sending", worker=999)
        rows.sql(
            "update attempt set sent_at = now() - %s * interval '1 second' where id = %s", seconds, attempt
        )
    await janitor.look()
    assert rows.states(batch) == ["in_doubt", "sending"]


async def test_a_line_that_this_version_cannot_read_is_in_doubt_as_any_other(janitor, rows):
    batch = rows.batch()
    rows.attempt(batch, "fox", "sending", worker=rows.worker(silent_seconds=6), line='{"version": 99}')
    rows.attempt(batch, "owl", "sending", worker=rows.worker(silent_seconds=6))
    await janitor.look()
    assert rows.states(batch) == ["in_doubt", "in_doubt"]


async def test_what_keeps_it_from_its_work_is_told_once(janitor, rows, told):
    batch = rows.batch()
    rows.attempt(batch, "fox", "sending", worker=rows.worker(silent_seconds=6))
    rows.sql("alter table procrastinate_workers rename to elsewhere")
    async with running(janitor):
        await until(lambda: told.of(Warned))
        rows.sql("alter table elsewhere rename to procrastinate_workers")
        await until(lambda: rows.states(batch) == ["in_doubt"])
    (warned,) = told.of(Warned)
    assert "what dead workers have left cannot be put right: the database at" in warned.message


async def test_one_looks_at_a_time(janitor, rows, fleet_url):
    batch = rows.batch()
    rows.attempt(batch, "fox", "sending", worker=rows.worker(silent_seconds=6))
    rows.sql("select pg_advisory_lock(hashtextextended('sora2batch janitor', 0))")
    await janitor.look()
    assert rows.states(batch) == ["sending"]
    rows.sql("select pg_advisory_unlock_all()")
    await janitor.look()
    assert rows.states(batch) == ["in_doubt"]


class TestJobsOfTheEngine:
    @pytest.fixture
    def doing(self, rows):
        def do(job, *, silent_seconds=None):
            """Have a worker of the engine do a job; None for one whose row was removed."""
            worker = None
            if silent_seconds is not None:
                worker = rows.one(
                    "insert into procrastinate_workers (last_heartbeat) values (now() - %s * interval '1 second') "
                    "returning id",
                    silent_seconds,
                )
            rows.sql(
                "update procrastinate_jobs set status = 'doing', worker_id = %s where id = %s", worker, job
            )
            return worker

        return do

    async def test_those_of_dead_workers_are_in_the_queue_again_pruned_or_not(
        self, janitor, rows, doing, told
    ):
        """procrastinate's issue 1518: its own search overlooks those whose worker's row was removed."""
        doing(rows.enqueue("fetch", attempt=1))
        doing(rows.enqueue("fetch", attempt=2), silent_seconds=6)
        doing(rows.enqueue("fetch", attempt=3), silent_seconds=1)
        await janitor.look()
        assert rows.queue() == [("fetch:1", "todo"), ("fetch:2", "todo"), ("fetch:3", "doing")]
        assert [one.message for one in told.of(Warned)] == [
            "2 jobs of workers that are gone: in the queue again"
        ]

    async def test_one_that_waits_in_the_queue_already_is_dropped(self, janitor, rows, doing):
        doing(rows.enqueue("fetch", attempt=1))
        rows.enqueue("fetch", attempt=1)
        await janitor.look()
        assert rows.queue() == [("fetch:1", "todo")]

    async def test_of_two_that_are_the_same_one_is_left(self, janitor, rows, doing):
        doing(rows.enqueue("fetch", attempt=1))
        doing(rows.enqueue("fetch", attempt=1))
        await janitor.look()
        assert rows.queue() == [("fetch:1", "todo")]

    async def test_rows_of_workers_that_are_gone_for_long_are_removed(self, fleet_database, rows, doing):
        doing(rows.enqueue("fetch", attempt=1), silent_seconds=601)
        async with fleet_database.transaction() as connection:
            assert await give_back_stuck_jobs(connection, DEAD) == 1
        assert rows.one("select count(*) from procrastinate_workers") == 0

    async def test_what_a_living_worker_is_said_to_do_and_does_not_is_found(
        self, fleet_database, rows, doing
    ):
        lost, running = rows.enqueue("fetch", attempt=1), rows.enqueue("fetch", attempt=2)
        worker = doing(lost, silent_seconds=0)
        rows.sql(
            "update procrastinate_jobs set status = 'doing', worker_id = %s where id = %s", worker, running
        )
        async with fleet_database.transaction() as connection:
            assert await own_orphans(connection, worker, [running]) == {lost}
            assert await own_orphans(connection, None, []) == set()
            await give_back(connection, {lost})
        assert rows.queue() == [("fetch:1", "todo"), ("fetch:2", "doing")]


class TestWhatIsToBeDone:
    async def test_reservations_that_nobody_is_to_submit_get_somebody(self, janitor, rows, told):
        batch = rows.batch()
        rows.attempt(batch, "fox", "reserved")
        await janitor.look()
        await janitor.look()
        assert rows.queue() == [(f"submit:{rows.account}", "todo")]
        assert len(told.of(Warned)) == 1

    async def test_while_somebody_submits_nobody_else_is_called(self, janitor, rows):
        rows.attempt(rows.batch(), "fox", "reserved")
        worker = rows.one("insert into procrastinate_workers default values returning id")
        job = rows.enqueue("submit", account=rows.account)
        rows.sql("update procrastinate_jobs set status = 'doing', worker_id = %s where id = %s", worker, job)
        await janitor.look()
        assert rows.queue() == [(f"submit:{rows.account}", "doing")]

    async def test_while_somebody_has_the_lane_still_nobody_is_called(self, janitor, rows):
        """A worker that has just died: its lease ends in a minute."""
        rows.attempt(rows.batch(), "fox", "reserved")
        worker = rows.worker()
        lease = "update account set lane_worker = %s, lane_until = now() + %s * interval '1 second'"
        rows.sql(lease, worker, 60)
        await janitor.look()
        assert rows.queue() == []
        rows.sql(lease, worker, -1)
        await janitor.look()
        assert rows.queue() == [(f"submit:{rows.account}", "todo")]

    @pytest.mark.parametrize("what", ["account", "batch"])
    async def test_what_is_stopped_is_not_submitted(self, janitor, rows, what):
        rows.attempt(rows.batch(), "fox", "reserved")
        rows.sql(f"update {what} set stop_reason = 'KEY'")
        await janitor.look()
        assert rows.queue() == []

    async def test_files_that_nobody_is_to_fetch_get_somebody(self, janitor, rows, told):
        batch = rows.batch(store="file:///srv/media")
        lost = rows.attempt(batch, "fox", "completed", media="todo")
        waiting = rows.attempt(batch, "owl", "completed", media="todo")
        rows.attempt(batch, "cat", "completed", media="done")
        rows.attempt(batch, "dog", "completed", media="failed")
        rows.attempt(rows.batch(), "elk", "completed", media="todo")  # its manifest names no store any more
        rows.enqueue("fetch", attempt=waiting)
        await janitor.look()
        assert sorted(rows.queue()) == sorted([(f"fetch:{waiting}", "todo"), (f"fetch:{lost}", "todo")])
        assert len(told.of(Warned)) == 1

    async def test_an_open_task_that_nobody_is_to_ask_about_is_due(self, janitor, rows):
        batch = rows.batch()
        rows.attempt(batch, "fox")
        await janitor.look()
        assert rows.one("select poll_due <= now() and poll_deadline > now() from attempt")
