"""What the database knows of a call, whatever has become of its row while the answer was on its way."""

from __future__ import annotations

import asyncio

import pytest

from fakes.fleet_case import fleet_case, until
from fakes.fleet_database import set_up
from fakes.rig import job_of
from sora2batch.fleet.database.fleet_error import PassingError
from sora2batch.fleet.tables.attempt_row import Reservation, entry_of, known_from
from sora2batch.fleet.tables.sent_rows import tidy
from sora2batch.ground.errors import UsageError
from sora2batch.lockfile.entry import Entry, State
from sora2batch.plan.budget import BudgetError
from sora2batch.run.entries import ApiIdentity, accepted, next_intent, rejected, withdrawn
from sora2batch.sjinn.answer import Refusal

pytestmark = pytest.mark.slow
FOX = job_of("fox")
INTENT = next_intent(FOX, None, ApiIdentity(), moment="2026-11-22T09:00:00Z")


async def sending(case, batch, worker):
    """A call that is under way."""
    await case.reserve(batch, FOX)
    attempts = await case.attempts(batch, worker)
    ((row, job),) = await case.all("select id, job from attempt where state = 'reserved'")
    attempts.hold(FOX, Reservation(row, job), None)
    assert not (await attempts.fence(FOX, INTENT)).has_passed
    return attempts


async def known(case):
    return known_from([line for (line,) in await case.all("select line from attempt where line is not null")])


async def test_an_answer_that_comes_after_its_worker_was_given_up_counts(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, worker = await case.batch(), await case.worker()
        attempts = await sending(case, batch, worker)
        await case.all("update attempt set state = 'in_doubt'")
        await attempts.accept(FOX, accepted(INTENT, "t-1"))
        assert await case.states() == {"fox": "submitted"}
        assert await case.sums(batch) == (420, 0, 0)
        assert attempts.spent == 420


async def test_a_task_that_comes_after_its_doubt_was_settled_and_bought_again_is_kept_beside(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, sleeper, other = await case.batch(), await case.worker(), await case.worker()
        late = await sending(case, batch, sleeper)
        await case.all("update attempt set state = 'in_doubt'")
        await late.settle(Entry.of(FOX, INTENT), withdrawn(INTENT))
        assert await case.sums(batch) == (0, 0, 0)
        await case.all("update account set lane_until = '-infinity'")
        await case.reserve(batch, FOX)
        attempts = await case.attempts(batch, other)
        ((row, job, trial),) = await case.all("select id, job, trial from attempt where state = 'reserved'")
        assert trial == 2
        attempts.hold(FOX, Reservation(row, job), await known(case))
        again = next_intent(FOX, await known(case), ApiIdentity(), moment="2026-11-22T10:00:00Z")
        await attempts.fence(FOX, again)
        await attempts.accept(FOX, accepted(again, "t-2"))
        await late.accept(FOX, accepted(INTENT, "t-1"))
        assert await case.sums(batch) == (840, 0, 0)
        assert {one.task_id for one in (await known(case)).attempts} == {"t-1", "t-2"}
        due = "select count(*) from attempt where state = 'submitted' and poll_due is not null"
        assert await case.one(due) == 2


async def test_a_refusal_gives_the_money_back_and_a_release_keeps_it(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, worker = await case.batch(), await case.worker()
        attempts = await sending(case, batch, worker)
        await attempts.release(FOX, INTENT)
        assert (await case.states(), await case.sums(batch)) == ({"fox": "reserved"}, (0, 420, 0))
        await attempts.fence(FOX, INTENT._replace(trial=2))
        refusal = Refusal(code=42, message="not allowed")
        await attempts.refuse(FOX, rejected(INTENT, refusal, moment="2026-11-22T09:00:01Z"))
        assert (await case.states(), await case.sums(batch)) == ({"fox": "rejected"}, (0, 0, 0))
        assert (await known(case)).primary.error.message == "not allowed"


async def test_a_fence_that_was_not_answered_is_taken_back_and_others_become_doubts(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, worker = await case.batch(), await case.worker()
        await sending(case, batch, worker)
        row = await case.one("select id from attempt")
        async with case.database.transaction() as connection:
            await tidy(connection, worker, {row})
        assert (await case.states(), await known(case)) == ({"fox": "reserved"}, None)
        await case.all("update attempt set state = 'sending', worker = %s", worker)
        async with case.database.transaction() as connection:
            await tidy(connection, worker, ())
        assert (await case.states(), await case.sums(batch)) == ({"fox": "in_doubt"}, (0, 0, 420))


async def test_a_task_that_any_batch_of_the_account_has_is_told(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, worker = await case.batch(), await case.worker()
        attempts = await sending(case, batch, worker)
        assert await attempts.claim(FOX, "t-1") is None
        await attempts.accept(FOX, accepted(INTENT, "t-1"))
        other = await case.attempts(await case.batch(), worker)
        assert await other.claim(job_of("owl"), "t-1") == "that of hero/fox"
        assert await other.claim(FOX, "t-1") == "an earlier one of this job"
        assert await other.claim(FOX, "t-2") is None
        assert await other.claim(job_of("owl"), "t-2") == "that of hero/fox"


async def test_a_doubt_is_settled_once(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, worker = await case.batch(), await case.worker()
        attempts = await sending(case, batch, worker)
        await attempts.doubt(FOX, INTENT)
        assert await case.sums(batch) == (0, 0, 420)
        await attempts.settle(Entry.of(FOX, INTENT), accepted(INTENT, "t-1")._replace(credits=500))
        assert await case.sums(batch) == (500, 0, 0)
        assert (await known(case)).state is State.SUBMITTED
        with pytest.raises(UsageError, match="not in doubt any more"):
            await attempts.settle(Entry.of(FOX, INTENT), withdrawn(INTENT))


async def test_what_was_found_out_about_a_call_settles_no_later_one_of_its_job(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, worker = await case.batch(), await case.worker()
        attempts = await sending(case, batch, worker)
        await attempts.doubt(FOX, INTENT)
        await attempts.settle(Entry.of(FOX, INTENT), withdrawn(INTENT))
        await case.reserve(batch, FOX)
        ((row, job),) = await case.all("select id, job from attempt where state = 'reserved'")
        attempts.hold(FOX, Reservation(row, job), await known(case))
        again = INTENT._replace(trial=2)
        await attempts.fence(FOX, again)
        await attempts.doubt(FOX, again)
        with pytest.raises(UsageError, match="not in doubt any more"):
            await attempts.settle(Entry.of(FOX, INTENT), withdrawn(INTENT))
        assert await case.sums(batch) == (0, 0, 420)


async def test_a_job_is_reserved_once_and_within_budget_and_month(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch = await case.batch(budget=1000)

        async def is_reserved(job) -> bool:
            try:
                return await case.try_to_reserve(batch, job) == 1
            except BudgetError:
                return False

        assert await is_reserved(FOX)
        assert not await is_reserved(FOX)
        await case.all("update account set month_budget = 800")
        assert not await is_reserved(job_of("owl"))
        await case.all("update account set month_budget = 840")
        assert await is_reserved(job_of("owl"))
        assert not await is_reserved(job_of("elk", price=200))
        assert await case.sums(batch) == (0, 840, 0)


async def test_an_answer_is_written_as_soon_as_the_database_is_back(own_postgres):
    url = own_postgres.new_database()
    set_up(url)
    told = []
    async with fleet_case(url, patience_seconds=0.5) as case:
        batch, worker = await case.batch(), await case.worker()
        attempts = await sending(case, batch, worker)
        attempts._on_trouble = told.append
        own_postgres.kill()
        with pytest.raises(PassingError):
            await case.states()
        writing = asyncio.create_task(attempts.accept(FOX, accepted(INTENT, "t-1")))
        await until(lambda: told)
        await asyncio.to_thread(own_postgres.start)
        await writing
        assert await case.states() == {"fox": "submitted"}
        assert told[0].startswith("hero/fox is task t-1: not written yet, tried again until it is")
        line = await case.one("select line from attempt")
        assert entry_of(line).primary.task_id == "t-1"


@pytest.mark.parametrize("code", ["53100", "53300", "25006", "57014"])
async def test_an_answer_is_written_as_soon_as_the_database_has_what_it_lacked(fleet_url, code):
    told = []
    async with fleet_case(fleet_url) as case:
        batch, worker = await case.batch(), await case.worker()
        attempts = await sending(case, batch, worker)
        attempts._on_trouble = told.append
        await case.all(f"""
            create function lack() returns trigger language plpgsql as
            $$ begin raise exception 'no room' using errcode = '{code}'; end $$
        """)
        await case.all("create trigger lacks before update on attempt execute function lack()")
        writing = asyncio.create_task(attempts.accept(FOX, accepted(INTENT, "t-1")))
        await until(lambda: told or writing.done())
        await case.all("drop trigger lacks on attempt")
        await writing
        assert await case.states() == {"fox": "submitted"}
        assert "no room" in told[0]
