"""The create lane of an account, on a real database."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.fleet_case import ACCOUNT, QUICK, fleet_case, no_urls, quick_api, until
from fakes.rig import job_of, jobs_of
from fakes.still_clock import StillClock
from fakes.video_api import BAD_KEY, BROKE, LOST, REJECT, SILENT_BUT_CHARGED, busy
from sora2batch.fleet.clients.cancel import cancel
from sora2batch.fleet.submission.database_attempts import DatabaseAttempts
from sora2batch.fleet.submission.lane_lease import take_lease
from sora2batch.fleet.tables.attempt_row import Reservation, entry_of
from sora2batch.ground.errors import UsageError
from sora2batch.lockfile.entry import State
from sora2batch.run.attempt_store import NotReservedError
from sora2batch.run.entries import ApiIdentity, next_intent
from sora2batch.run.event import Paused

pytestmark = pytest.mark.slow
SLOW = replace(QUICK, seconds=0.5)
_BUSY = """
    create table busy ();
    insert into busy default values;
    create function refuse() returns trigger language plpgsql as $$ begin
        if exists (select from busy) then raise 'busy' using errcode = '40001'; end if;
        return new;
    end $$;
    create trigger refuse before update of stop_reason on batch for each row execute function refuse()
"""


async def test_what_is_reserved_is_sent_once_each_in_its_order(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, api = await case.batch(submit_concurrency=1, concurrency=100), quick_api()
        await case.reserve(batch, *jobs_of(12))
        await case.run_lane(api, await case.worker())
        assert api.created == [f"{number:03}" for number in range(12)]
        assert set((await case.states()).values()) == {"submitted"}
        assert await case.sums(batch) == (12 * 420, 0, 0)
        ((line, task_id),) = await case.all("select line, task_id from attempt order by id limit 1")
        entry = entry_of(line)
        assert (entry.state, entry.primary.task_id) == (State.SUBMITTED, task_id)
        assert (entry.primary.api, entry.primary.account) == ("api.test", "0123456789abcdef")
        assert await case.all("select lane_worker from account") == [(None,)]


@pytest.mark.parametrize("year", [2001, 2051])
async def test_a_worker_whose_clock_is_wrong_by_years_does_what_others_do(fleet_url, year):
    async with fleet_case(fleet_url) as case:
        batch, api = await case.batch(timeout=600.0), quick_api()
        await case.reserve(batch, *jobs_of(3))
        await case.run_lane(api, await case.worker(), clock=StillClock(datetime(year, 1, 1, tzinfo=UTC)))
        assert sorted(api.created) == ["000", "001", "002"]
        fine = (
            "select bool_and(poll_due < now() + interval '5 minutes' and poll_deadline > now()"
            " and poll_deadline < now() + interval '11 minutes' and sent_at > now() - interval '5 minutes')"
            " from attempt"
        )
        assert await case.one(fine) is True


async def test_what_an_answer_means_is_what_it_means_locally(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch = await case.batch(submit_concurrency=1)
        api = quick_api(rejected=[REJECT], lost=[LOST], busy=[busy(0.05), QUICK])
        await case.reserve(batch, *map(job_of, ["fine", "rejected", "lost", "busy"]))
        await case.run_lane(api, await case.worker())
        assert await case.states() == {
            "fine": "submitted",
            "rejected": "rejected",
            "lost": "in_doubt",
            "busy": "submitted",
        }
        assert await case.sums(batch) == (840, 0, 420)
        assert len(case.listener.of(Paused)) == 1
        assert await case.one("select pause_reason from account") == "too many requests"


async def test_no_more_tasks_are_open_at_once_than_the_batch_says(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, api = await case.batch(concurrency=2), quick_api()
        await case.reserve(batch, *jobs_of(5))
        async with asyncio.TaskGroup() as group:
            group.create_task(case.run_lane(api, await case.worker()))
            for finished in range(3):
                await until(lambda wanted=finished + 2: len(api.calls) >= wanted)
                states = await case.all(
                    "select count(*) from attempt where state in ('submitted', 'sending')"
                )
                assert states[0][0] <= 2
                await case.all(
                    "update attempt set state = 'completed' where id in"
                    " (select id from attempt where state = 'submitted' order by id limit 1)"
                )
        assert len(api.calls) == 5


async def test_batches_of_one_account_are_submitted_side_by_side(fleet_url):
    async with fleet_case(fleet_url) as case:
        full, other, api = await case.batch(concurrency=1), await case.batch(), quick_api()
        await case.reserve(full, job_of("one"), job_of("two"))
        await case.reserve(other, job_of("three"))
        lane = asyncio.create_task(case.run_lane(api, await case.worker()))
        await until(lambda: set(api.created) == {"one", "three"})
        case.stopping.set()
        await lane
        assert (await case.states())["two"] == "reserved"
        queued = "select count(*) from procrastinate_jobs where task_name = 'submit' and status = 'todo'"
        assert await case.one(queued) == 1


@pytest.mark.parametrize(("answer", "reason"), [(BAD_KEY, "KEY"), (BROKE, "CREDITS")])
async def test_what_concerns_the_account_stops_all_its_batches_and_gives_the_money_back(
    fleet_url, answer, reason
):
    async with fleet_case(fleet_url) as case:
        first, second = await case.batch(submit_concurrency=1), await case.batch()
        await case.reserve(first, *jobs_of(3))
        await case.reserve(second, job_of("later"))
        await case.all(
            "update batch set options = jsonb_set(options, '{concurrency}', '0') where id = %s", second.id
        )
        api = quick_api(otherwise=replace(answer, seconds=0.01))
        await case.run_lane(api, await case.worker())
        assert api.created == ["000"]
        assert set((await case.states()).values()) == {"withdrawn"}
        assert await case.sums(first) == await case.sums(second) == (0, 0, 0)
        assert await case.one("select stop_reason from account") == reason


async def test_an_api_that_gives_no_answers_makes_twenty_doubts_and_not_a_batch_of_them(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch = await case.batch(submit_concurrency=1, concurrency=100)
        await case.reserve(batch, *jobs_of(25))
        api = quick_api(otherwise=replace(LOST, seconds=0.0))
        await case.run_lane(api, await case.worker())
        await case.run_lane(api, await case.worker())
        assert len(api.calls) == 20
        assert await case.sums(batch) == (0, 0, 20 * 420)
        assert await case.one("select stop_reason from account") == "NO_ANSWER"


async def test_a_price_that_rose_costs_one_task_and_stops_the_batch(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch = await case.batch()
        await case.reserve(batch, *jobs_of(3))
        api = quick_api(otherwise=replace(QUICK, cost=2100))
        await case.run_lane(api, await case.worker())
        assert api.created == ["000"]
        assert await case.sums(batch) == (2100, 0, 0)
        assert await case.one("select stop_reason from batch") == "CREDITS"
        assert "cost 2,100 credits" in await case.one("select stop_message from batch")
        assert await case.all("select * from proven_price") == []


async def test_a_price_is_proven_for_all_lanes_to_come(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, api = await case.batch(), quick_api()
        await case.reserve(batch, job_of("one"))
        await case.run_lane(api, await case.worker())
        assert await case.all("select account, credits from proven_price") == [(ACCOUNT, 420)]


async def test_where_the_api_takes_no_calls_all_stays_reserved_for_later(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch = await case.batch(retries=1)
        await case.reserve(batch, *jobs_of(2))
        await case.run_lane(quick_api(otherwise=busy(0.01, seconds=0.01)), await case.worker())
        assert set((await case.states()).values()) == {"reserved"}
        assert await case.sums(batch) == (0, 840, 0)
        assert await case.one("select stop_reason from batch") is None
        queued = "select scheduled_at > now() from procrastinate_jobs where task_name = 'submit'"
        assert await case.one(queued)


async def test_a_call_that_was_cut_off_with_its_worker_is_a_doubt(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, worker = await case.batch(), await case.worker()
        await case.reserve(batch, job_of("fox"))
        api = quick_api(otherwise=SILENT_BUT_CHARGED)
        lane = asyncio.create_task(case.run_lane(api, worker))
        await until(lambda: api.calls)
        lane.cancel()
        await asyncio.wait([lane])
        assert await case.states() == {"fox": "in_doubt"}
        assert await case.sums(batch) == (0, 0, 420)
        await case.run_lane(api, await case.worker())
        assert api.created == ["fox"]


async def test_who_has_lost_the_lane_sends_nothing_more(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, fox = await case.batch(), job_of("fox")
        await case.reserve(batch, fox)
        sleeper, other = await case.worker(), await case.worker()
        async with case.database.transaction() as connection:
            assert await take_lease(connection, ACCOUNT, sleeper)
            assert not await take_lease(connection, ACCOUNT, other)
            await connection.execute("update account set lane_until = now() - interval '1 second'")
        api = quick_api()
        await case.attempts(batch, other)
        late = DatabaseAttempts(case.database, batch, sleeper)
        ((row, job),) = await case.all("select id, job from attempt")
        late.hold(fox, Reservation(row, job), None)
        intent = next_intent(fox, None, ApiIdentity(), moment="2026-11-22T09:00:00Z")
        with pytest.raises(NotReservedError):
            await late.fence(fox, intent)
        assert not api.calls
        assert await case.states() == {"fox": "reserved"}


async def test_a_job_that_is_taken_back_and_reserved_anew_while_it_waits_is_sent_once(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, api = await case.batch(submit_concurrency=1, concurrency=100), quick_api(otherwise=SLOW)
        await case.reserve(batch, *map(job_of, ["fox", "owl", "elk"]))
        lane = asyncio.create_task(case.run_lane(api, await case.worker()))
        await until(lambda: api.calls)
        async with case.database.transaction() as connection:
            await cancel(connection, batch.id, [job_of("owl")])
        await case.reserve(batch, job_of("owl"))
        await lane
        assert sorted(api.created) == ["elk", "fox", "owl"]
        assert await case.sums(batch) == (3 * 420, 0, 0)
        assert await case.one("select stop_reason from account") is None


async def test_a_stop_that_cannot_be_written_at_once_ends_the_submitting_all_the_same(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, other = await case.batch(submit_concurrency=1, stop_after=2), await case.batch()
        await case.reserve(batch, *jobs_of(10))
        await case.reserve(other, job_of("fox"))
        await case.all(_BUSY)
        api = quick_api(otherwise=replace(REJECT, seconds=0.0), fox=[replace(QUICK, seconds=1.0)])
        lane = asyncio.create_task(case.run_lane(api, await case.worker()))
        await until(lambda: any("busy" in one for one in case.said))
        await until(lambda: "fox" in api.created)
        await case.all("delete from busy")
        await lane
        assert sorted(api.created) == ["000", "001", "fox"]
        assert await case.one("select stop_reason from batch where id = %s", batch.id) == "FAIL_FAST"
        assert await case.sums(batch) == (0, 0, 0)


async def test_what_had_to_wait_comes_again_although_another_batch_goes_on(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, other = await case.batch(), await case.batch(concurrency=1)
        await case.reserve(batch, job_of("fox"))
        await case.reserve(other, job_of("one"), job_of("two"))
        opened = []

        @asynccontextmanager
        async def open_urls(row):
            opened.append(row.id)
            if opened.count(batch.id) < 2 and row.id == batch.id:
                raise UsageError("no credentials of its store")
            async with no_urls(row) as urls:
                yield urls

        api = quick_api()
        lane = asyncio.create_task(
            case.run_lane(api, await case.worker(), open_urls=open_urls, again_seconds=0.1)
        )
        await until(lambda: set(api.created) == {"fox", "one"})
        case.stopping.set()
        await lane
        assert "campaign.yaml has to wait: no credentials of its store" in case.said
        assert opened.count(other.id) == 1


async def test_a_job_is_sent_at_the_price_that_was_reserved(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch = await case.batch()
        await case.reserve(batch, job_of("fox"))
        await case.all("update job set credits = 9000")
        await case.run_lane(quick_api(), await case.worker())
        assert await case.sums(batch) == (420, 0, 0)


async def test_a_lease_is_written_only_when_it_runs_out(fleet_url):
    async with fleet_case(fleet_url) as case:
        worker, versions = await case.worker(), set()
        for _ in range(3):
            async with case.database.transaction() as connection:
                assert await take_lease(connection, ACCOUNT, worker)
            versions.add(await case.one("select xmin::text from account"))
        assert len(versions) == 1
        await case.all("update account set lane_until = now() + interval '20 seconds'")
        async with case.database.transaction() as connection:
            assert await take_lease(connection, ACCOUNT, worker)
        assert await case.one("select lane_until > now() + interval '50 seconds' from account")
