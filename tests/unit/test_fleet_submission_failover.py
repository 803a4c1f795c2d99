"""A fail-over that loses the last moments, on a real standby: what was sent in them is not sent again."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from fakes.fleet_case import ACCOUNT, FleetCase, fleet_case, quick_api
from fakes.fleet_database import opened, set_up
from fakes.postgres import StandbyServer
from fakes.rig import job_of, jobs_of
from fakes.video_api import ScriptedApi
from sora2batch.fleet.submission.failover import Recovery
from sora2batch.fleet.tables.attempt_row import Reservation, entry_of
from sora2batch.ground.clock import SystemClock
from sora2batch.lockfile.entry import State
from sora2batch.run.attempt_store import NotReservedError
from sora2batch.run.entries import ApiIdentity, next_intent
from sora2batch.sjinn.api_error import LedgerError

pytestmark = pytest.mark.slow


def recovery_of(case: FleetCase, api: ScriptedApi, *, settle: timedelta = timedelta()) -> Recovery:
    return Recovery(
        database=case.database,
        account=ACCOUNT,
        api=api,
        clock=SystemClock(),
        say=case.said.append,
        settle=settle,
    )


@asynccontextmanager
async def failed_over(server, case_url, during):
    """Hand out the database after a fail-over that has lost what was done in between."""
    standby = StandbyServer(server)
    try:
        async with fleet_case(case_url) as case:
            batch = await case.batch(submit_concurrency=1)
            await case.reserve(batch, *jobs_of(5))
            assert await recovery_of(case, quick_api()).is_done()
            standby.catch_up()
            standby.fall_behind()
            await during(case, batch)
            standby.promote()
        async with await opened(standby.url(case_url.rpartition("/")[2])) as database:
            yield FleetCase(database=database), batch
    finally:
        standby.stop()


@pytest.fixture
def own_url(own_postgres):
    url = own_postgres.new_database()
    set_up(url)
    return url


async def test_where_nothing_has_changed_there_is_nothing_to_recover_from(fleet_url):
    async with fleet_case(fleet_url) as case:
        api = quick_api()
        assert await recovery_of(case, api).is_done()
        assert await recovery_of(case, api).is_done()
        assert not api.ledger_reads


async def test_a_call_that_the_database_has_forgotten_is_in_doubt_and_never_sent_again(own_postgres, own_url):
    api = quick_api()

    async def send_one(case, batch):
        await case.all("update batch set options = jsonb_set(options, '{concurrency}', '1')")
        case.stopping.clear()
        lane = case.run_lane(api, await case.worker())
        await stop_after_one(case, lane, "000")

    async with failed_over(own_postgres, own_url, send_one) as (case, batch):
        assert set((await case.states()).values()) == {"reserved"}
        assert api.created == ["000"]
        assert not await recovery_of(case, api).is_done()
        assert "the database is another one" in case.said[0]
        assert await recovery_of(case, api).is_done()
        states = await case.states()
        assert [key for key, state in states.items() if state == "in_doubt"] == ["000", "001"]
        assert await case.sums(batch) == (0, 3 * 420, 2 * 420)
        (line, *_), *_ = await case.all("select line from attempt where state = 'in_doubt' order by id")
        assert entry_of(line).state is State.IN_DOUBT
        await case.all("update batch set options = jsonb_set(options, '{concurrency}', '8')")
        await case.run_lane(api, await case.worker())
        assert api.created == ["000", "002", "003", "004"]


async def test_who_sends_on_through_a_fail_over_gets_no_fence_until_the_ledger_was_read(
    own_postgres, own_url
):
    async def nothing(case, batch):
        await case.reserve(batch, job_of("lost"))

    async with failed_over(own_postgres, own_url, nothing) as (case, batch):
        attempts, fox = await case.attempts(batch, await case.worker()), jobs_of(1)[0]
        ((row, job),) = await case.all("select id, job from attempt order by id limit 1")
        attempts.hold(fox, Reservation(row, job), None)
        with pytest.raises(NotReservedError):
            await attempts.fence(fox, next_intent(fox, None, ApiIdentity(), moment="2026-11-22T09:00:00Z"))
        assert set((await case.states()).values()) == {"reserved"}


async def test_without_an_unknown_charge_it_goes_on_as_before(own_postgres, own_url):
    async def nothing(case, batch):
        await case.reserve(batch, job_of("lost"))

    api = quick_api()
    async with failed_over(own_postgres, own_url, nothing) as (case, batch):
        assert not await recovery_of(case, api).is_done()
        assert await recovery_of(case, api).is_done()
        await case.run_lane(api, await case.worker())
        assert api.created == [f"{number:03}" for number in range(5)]
        assert await case.sums(batch) == (5 * 420, 0, 0)


async def test_a_job_whose_whole_reservation_was_forgotten_is_in_doubt_once_it_is_made_again(
    own_postgres, own_url
):
    api = quick_api()

    async def reserve_and_send(case, batch):
        other = await case.batch()
        await case.all(
            "update batch set options = jsonb_set(options, '{concurrency}', '0') where id = %s", batch.id
        )
        await case.reserve(other, job_of("elk", tool_type="nano-banana-image-api"))
        lane = case.run_lane(api, await case.worker())
        await stop_after_one(case, lane, "elk")

    async with failed_over(own_postgres, own_url, reserve_and_send) as (case, _):
        assert "elk" not in await case.states()
        assert not await recovery_of(case, api).is_done()
        assert await recovery_of(case, api).is_done()
        assert set((await case.states()).values()) == {"reserved"}
        again = await case.batch()
        await case.reserve(again, job_of("elk", tool_type="nano-banana-image-api"), job_of("owl"))
        await case.run_lane(api, await case.worker())
        assert (await case.states())["elk"] == "in_doubt"
        assert api.created[0] == "elk"
        assert "elk" not in api.created[1:]
        assert "owl" in api.created
        assert await case.one("select unexplained::text from account") == "[]"


async def test_nothing_is_sent_before_the_ledger_has_had_its_time_and_could_be_read(own_postgres, own_url):
    async def nothing(case, batch):
        await case.reserve(batch, job_of("lost"))

    async with failed_over(own_postgres, own_url, nothing) as (case, _):
        api = ScriptedApi(clock=SystemClock(), ledger=[LedgerError("page 2 is missing")], ledger_seconds=0.0)
        for _ in range(2):
            assert not await recovery_of(case, api, settle=timedelta(minutes=10)).is_done()
        assert not api.ledger_reads
        assert not await recovery_of(case, api).is_done()
        assert "page 2 is missing" in case.said[-1]
        assert await recovery_of(case, api).is_done()


async def stop_after_one(case, lane, name):
    running = asyncio.create_task(lane)
    async with asyncio.timeout(10):
        while (await case.states()).get(name) != "submitted":  # noqa: ASYNC110 - a row knows no event
            await asyncio.sleep(0.01)
    case.stopping.set()
    await running
