"""Reservations in a real database."""

from __future__ import annotations

import asyncio
import time

import pytest

from fakes.building import job_of
from fakes.fleet_lane import FleetLane, rows_of, sums_of
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from sora2batch.fleet.clients.batch_terms import BatchTerms
from sora2batch.fleet.clients.reserve import WantedJob, reserve
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Entry, State
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.budget import BudgetError

ACCOUNT = "api.example/0123456789abcdef"


def terms(**more) -> BatchTerms:
    return BatchTerms(
        **{
            "aliases": ("root:1",),
            "manifest": "ads/spring.yaml",
            "account": ACCOUNT,
            "budget": Credits(1000),
            "options": RunOptions(),
            "reserved_by": "anna@box",
            **more,
        }
    )


def job(name: str, *, credits: int = 100):
    return job_of(name, credits=credits)._replace(key=name)


def jobs(*names: str, credits: int = 100) -> list[WantedJob]:
    return [WantedJob(job(name, credits=credits)) for name in names]


async def book(database, wanted, known=(), **more):
    async with database.transaction() as connection:
        return await reserve(connection, terms(**more), wanted, known)


async def states(database):
    return await rows_of(
        database,
        "select job.key, attempt.state, number, trial from attempt join job on job.id = attempt.job"
        " order by attempt.position, attempt.id",
    )


@pytest.fixture
def lane(fleet_database):
    return FleetLane(fleet_database)


async def test_jobs_are_reserved_in_their_order_and_the_lane_is_called_once(fleet_database):
    done = await book(fleet_database, jobs("b", "a"))
    assert (done.jobs, done.credits) == (2, 200)
    assert await states(fleet_database) == [("b", "reserved", 1, 1), ("a", "reserved", 1, 1)]
    assert await sums_of(fleet_database) == (0, 200, 0)
    await book(fleet_database, jobs("c"))
    assert [row[0] for row in await states(fleet_database)] == ["b", "a", "c"]
    found = await rows_of(fleet_database, "select task_name, queue_name, status from procrastinate_jobs")
    assert found == [("submit", f"submit:{ACCOUNT}", "todo")]


async def test_what_somebody_has_is_not_reserved_again(fleet_database, lane):
    await book(fleet_database, jobs("sent", "reserved", credits=10))
    await lane.send("task-1")
    done = await book(fleet_database, jobs("reserved", "sent", "new", credits=10), reserved_by="ben@desk")
    assert (done.jobs, done.credits) == (1, 10)
    assert await sums_of(fleet_database) == (10, 20, 0)


async def test_no_state_of_a_job_that_is_taken_lets_it_be_bought_again(fleet_database, lane):
    names = ["open", "done", "doubted", "sending"]
    await book(fleet_database, jobs(*names))
    await lane.send("task-1")
    await lane.finish()
    await lane.send("task-2")
    await lane.send(state=State.IN_DOUBT, error="lost")
    await lane.fence()
    assert [row[1] for row in await states(fleet_database)] == [
        "completed",
        "submitted",
        "in_doubt",
        "sending",
    ]
    assert (await book(fleet_database, jobs(*names))).jobs == 0
    assert await sums_of(fleet_database) == (200, 100, 100)


async def test_a_failure_is_tried_again_by_who_has_seen_it_and_by_nobody_else(fleet_database, lane):
    await book(fleet_database, jobs("a", "b"))
    await lane.send("task-1")
    await lane.fail()
    await lane.send(error="no")
    assert (await book(fleet_database, jobs("a", "b"))).jobs == 0
    seen = [one._replace(last_call=1) for one in jobs("a", "b")]
    assert (await book(fleet_database, seen)).jobs == 2
    assert await states(fleet_database) == [
        ("a", "failed", 1, 1), ("b", "rejected", 1, 1), ("a", "reserved", 2, 1), ("b", "reserved", 2, 1),
    ]  # fmt: skip
    assert await sums_of(fleet_database) == (100, 200, 0)


async def test_a_withdrawn_call_is_tried_again_under_its_number(fleet_database):
    await book(fleet_database, jobs("a"))
    await rows_of(fleet_database, "update attempt set state = 'withdrawn' returning id")
    assert await sums_of(fleet_database) == (0, 0, 0)
    await book(fleet_database, jobs("a"))
    assert await states(fleet_database) == [("a", "withdrawn", 1, 1), ("a", "reserved", 1, 2)]


class TestRoom:
    async def test_there_is_room_for_all_or_for_none(self, fleet_database):
        await book(fleet_database, jobs("a", "b"))
        with pytest.raises(BudgetError) as refused:
            await book(fleet_database, jobs(*(f"n{one}" for one in range(9))), reserved_by="ben@desk")
        assert refused.value.message == (
            "ads/spring.yaml: 9 jobs for 900 credits do not fit: 1,000 allowed, 0 charged, "
            "200 reserved (by anna@box 200 for 2 jobs), 0 in doubt, 800 left"
        )
        assert len(await rows_of(fleet_database, "select id from job")) == 2
        assert await sums_of(fleet_database) == (0, 200, 0)
        assert (await book(fleet_database, jobs(*(f"n{one}" for one in range(8))))).jobs == 8

    async def test_a_refusal_leaves_nothing_of_what_it_would_have_imported(self, fleet_database):
        paid = Entry.of(job("old", credits=950), completed(credits=Credits(950)))
        with pytest.raises(BudgetError, match="950 charged"):
            await book(fleet_database, jobs("a"), [paid])
        assert await rows_of(fleet_database, "select id from attempt") == []
        assert await rows_of(fleet_database, "select id from batch") == []

    async def test_the_budget_follows_the_manifest(self, fleet_database):
        await book(fleet_database, jobs("a"))
        with pytest.raises(BudgetError, match="150 allowed"):
            await book(fleet_database, jobs("b"), budget=Credits(150))
        assert (await book(fleet_database, jobs("b"), budget=Credits(200))).jobs == 1

    async def test_a_month_of_the_account_counts_over_all_its_batches(self, fleet_database):
        await book(fleet_database, jobs("a"))
        await rows_of(fleet_database, "update account set month_budget = 250 returning name")
        await book(fleet_database, jobs("b"), manifest="other.yaml")
        with pytest.raises(BudgetError) as refused:
            await book(fleet_database, jobs("c"), manifest="third.yaml")
        assert refused.value.message == (
            f"the account {ACCOUNT} may spend 250 credits a month, and 100 more are too many: "
            "0 charged, 200 reserved, 0 in doubt"
        )
        assert "--month-credits 300`" in refused.value.hint
        assert (await book(fleet_database, jobs("c", credits=50))).jobs == 1

    async def test_a_task_of_an_earlier_month_is_none_of_this_ones(self, fleet_database):
        await book(fleet_database, [])
        await rows_of(fleet_database, "update account set month_budget = 100 returning name")
        old = Entry.of(job("old"), completed(submitted_at="2020-02-03T04:05:06Z"))
        assert (await book(fleet_database, jobs("a"), [old])).jobs == 1


class TestImport:
    async def test_what_a_lockfile_knows_counts(self, fleet_database):
        entries = [
            Entry.of(job("open"), submitted("t1", credits=Credits(100))),
            Entry.of(job("done"), completed("t2", credits=Credits(100)), failed("t3", credits=Credits(100))),
            Entry.of(job("doubt"), in_doubt(credits=Credits(100))),
            Entry.of(job("no"), rejected()),
        ]
        done = await book(fleet_database, jobs("open", "done", "doubt", "new"), entries)
        assert (done.imported, done.jobs) == (5, 1)
        assert await sums_of(fleet_database) == (300, 100, 100)
        assert (await book(fleet_database, [], entries)).imported == 0
        polled = await rows_of(
            fleet_database, "select task_id from attempt where state = 'submitted' and poll_due <= now()"
        )
        assert polled == [("t1",)]

    async def test_a_task_of_another_account_is_left_to_that(self, fleet_database):
        one = Entry.of(job("open"), submitted("t1", api="other.example", account="f" * 16))
        await book(fleet_database, [], [one])
        found = await rows_of(fleet_database, "select account from attempt")
        assert found == [(f"other.example/{'f' * 16}",)]

    async def test_newer_knowledge_of_either_side_stays(self, fleet_database, lane):
        await book(fleet_database, jobs("a", "b", "c"))
        await lane.send("t1")
        await lane.finish()
        await lane.send("t2")
        await lane.send(state=State.IN_DOUBT)
        known = [
            Entry.of(job("a"), submitted("t1")),
            Entry.of(job("b"), completed("t2", credits=Credits(100))),
            Entry.of(job("c"), submitted("t3", credits=Credits(100))),
        ]
        assert (await book(fleet_database, [], known)).imported == 2
        assert [row[:2] for row in await states(fleet_database)] == [
            ("a", "completed"), ("b", "completed"), ("c", "submitted"),
        ]  # fmt: skip
        assert await sums_of(fleet_database) == (300, 0, 0)

    async def test_a_reservation_of_what_turns_out_to_be_paid_is_withdrawn(self, fleet_database):
        await book(fleet_database, jobs("a", "b"))
        await book(fleet_database, [], [Entry.of(job("a"), completed("t1", credits=Credits(100)))])
        assert [row[1] for row in await states(fleet_database)] == ["completed", "withdrawn", "reserved"]
        assert await sums_of(fleet_database) == (100, 100, 0)

    async def test_a_call_in_doubt_that_only_a_lockfile_knows_keeps_its_job_from_being_sent(
        self, fleet_database
    ):
        doubt = Entry.of(job("a"), in_doubt(credits=Credits(100), trial=2))
        await book(fleet_database, jobs("a"))
        assert (await book(fleet_database, jobs("a"), [doubt])).jobs == 0
        assert await states(fleet_database) == [("a", "in_doubt", 1, 2), ("a", "withdrawn", 1, 1)]
        assert await sums_of(fleet_database) == (0, 0, 100)
        assert (await book(fleet_database, jobs("a"), [doubt]))[1:] == (0, 0, 0)

    async def test_that_a_reservation_was_taken_back_tells_nothing_of_such_a_call(self, fleet_database):
        await book(fleet_database, jobs("a"))
        await rows_of(fleet_database, "update attempt set state = 'withdrawn' returning id")
        doubt = Entry.of(job("a"), in_doubt(credits=Credits(100)))
        assert (await book(fleet_database, jobs("a"), [doubt])).jobs == 0
        assert await sums_of(fleet_database) == (0, 0, 100)

    async def test_a_doubt_that_has_ended_here_is_none_because_a_lockfile_lags_behind(
        self, fleet_database, lane
    ):
        await book(fleet_database, jobs("a"))
        await lane.send(state=State.IN_DOUBT)
        await rows_of(fleet_database, "update attempt set state = 'withdrawn' returning id")
        doubt = Entry.of(job("a"), in_doubt(credits=Credits(100)))
        assert (await book(fleet_database, jobs("a"), [doubt])).jobs == 1
        assert await sums_of(fleet_database) == (0, 100, 0)


async def test_stops_of_the_batch_and_of_the_account_are_cleared(fleet_database):
    await book(fleet_database, [])
    await rows_of(fleet_database, "update batch set stop_reason = 'FAIL_FAST' returning id")
    await rows_of(fleet_database, "update account set stop_reason = 'KEY' returning name")
    await book(fleet_database, [])
    assert await rows_of(fleet_database, "select stop_reason from batch") == [(None,)]
    assert await rows_of(fleet_database, "select stop_reason from account") == [(None,)]


async def test_what_timed_out_is_asked_again_and_files_are_tried_again(fleet_database, lane):
    await book(fleet_database, jobs("a", "b"))
    await lane.send("t1")
    await lane.send("t2")
    await lane.finish()
    await rows_of(
        fleet_database, "update attempt set media = 'failed' where state = 'completed' returning id"
    )
    await rows_of(fleet_database, "update attempt set poll_due = null where state = 'submitted' returning id")
    await book(fleet_database, [], store_url="s3://clips")
    assert await rows_of(fleet_database, "select media from attempt where state = 'completed'") == [("todo",)]
    assert await rows_of(
        fleet_database, "select poll_due <= clock_timestamp() from attempt where state = 'submitted'"
    ) == [(True,)]
    assert ("fetch",) in await rows_of(fleet_database, "select task_name from procrastinate_jobs")


async def test_nobody_waits_for_files_of_a_batch_that_has_no_store_any_more(fleet_database, lane):
    await book(fleet_database, jobs("a", "b"), store_url="s3://clips")
    for task, media in (("t1", "todo"), ("t2", "failed")):
        await lane.send(task)
        await lane.finish(media=media)
    await book(fleet_database, [])
    assert await rows_of(fleet_database, "select media from attempt") == [(None,), (None,)]


async def test_another_account_waits_until_nothing_of_the_first_is_reserved_or_in_doubt(fleet_database, lane):
    await book(fleet_database, jobs("a"))
    for state in ("reserved", "in_doubt"):
        await rows_of(fleet_database, f"update attempt set state = '{state}' returning id")
        with pytest.raises(UsageError, match="1 of its jobs are reserved, or in doubt, for the account"):
            await book(fleet_database, jobs("b"), account="api.example/other")
    await rows_of(fleet_database, "update attempt set state = 'reserved' returning id")
    await lane.send("t1")
    assert (await book(fleet_database, jobs("b"), account="api.example/other")).jobs == 1


async def test_all_aliases_lead_to_one_batch_and_two_repositories_are_an_error(fleet_database):
    one = await book(fleet_database, [], aliases=("root:1", "origin:a"))
    other = await book(fleet_database, [], aliases=("origin:a", "path:x"))
    third = await book(fleet_database, [], aliases=("path:x",))
    assert one.batch == other.batch == third.batch
    assert (await book(fleet_database, [], aliases=("root:2",))).batch != one.batch
    with pytest.raises(UsageError, match="this clone has the names of 2 repositories") as refused:
        await book(fleet_database, [], aliases=("root:1", "root:2"))
    assert "SORA2BATCH_REPOSITORY" in refused.value.hint


async def test_many_who_come_at_once_reserve_nothing_twice_and_never_exceed_the_budget(fleet_database):
    async def client(number: int) -> int:
        reserved = 0
        for start in range(0, 12, 3):
            names = [f"j{one}" for one in range(start, start + 3)][:: 1 if number % 2 else -1]
            try:
                reserved += (
                    await book(fleet_database, jobs(*names), aliases=("root:1", f"path:{number}"))
                ).jobs
            except BudgetError:
                continue
        return reserved

    total = sum(await asyncio.gather(*map(client, range(8))))
    assert await sums_of(fleet_database) == (0, 900, 0)
    assert total == 9  # the last three would have no room
    twice = await rows_of(fleet_database, "select job from attempt group by job having count(*) > 1")
    assert twice == []


async def test_ten_thousand_jobs_take_seconds(fleet_database):
    wanted = jobs(*(f"hero/{number}" for number in range(10_000)), credits=1)
    began = time.monotonic()
    done = await book(fleet_database, wanted, budget=Credits(10_000))
    assert done.jobs == 10_000
    assert time.monotonic() - began < 20
    assert (await book(fleet_database, wanted, budget=Credits(10_000))).jobs == 0
