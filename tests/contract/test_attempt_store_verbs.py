"""Each verb of the port: what it does to the money, what is durable when it returns, what it refuses."""

from __future__ import annotations

import asyncio

import pytest

from fakes.attempts_case import PRICE, Sums, intent_of, job_of
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import ErrorNote, State
from sora2batch.run.entries import accepted, again, rejected, withdrawn
from sora2batch.sjinn.answer import Refusal

NOW = "2026-11-22T09:00:01Z"


async def sent(case, store, job):
    """Carry a job to the moment at which its call may be made."""
    assert await case.reserve(store, job)
    intent = intent_of(job, store)
    await store.fence(job, intent)
    return intent


def lost(intent):
    return intent._replace(finished_at=NOW, error=ErrorNote(code=None, message="no answer"))


async def test_a_reservation_counts_at_once_and_there_is_none_beyond_the_budget(begin):
    case = begin(jobs=3, budget=2 * PRICE)
    fox, owl, cat = case.jobs
    async with case.opened() as store:
        assert store.budget == 2 * PRICE
        assert [await case.reserve(store, job) for job in (fox, owl, cat)] == [True, True, False]
        assert store.spent == 0


async def test_a_fenced_call_is_durably_in_doubt_or_becomes_so_when_its_process_is_gone(begin):
    case = begin()
    fox, owl = case.jobs
    async with case.opened() as store:
        await sent(case, store, fox)
    await case.recover()
    assert await case.state(fox) is State.IN_DOUBT
    assert (await case.sums()).in_doubt == PRICE
    assert await case.to_submit() == [owl]


async def test_a_fence_is_granted_once(begin):
    case = begin(budget=2 * PRICE)
    fox, _ = case.jobs
    async with case.opened() as store:
        assert await case.reserve(store, fox)
        intent = intent_of(fox, store)
        await store.fence(fox, intent)
        assert await is_refused(case, store, fox, intent)
        assert await is_refused(case, store, fox)
        assert await case.state(fox) is not State.SUBMITTED


async def test_of_many_that_want_one_call_one_has_it(begin):
    case = begin(budget=10 * PRICE)
    fox, _ = case.jobs
    async with case.opened() as store:
        intent = intent_of(fox, store)
        refused = await asyncio.gather(*(is_refused(case, store, fox, intent) for _ in range(5)))
    assert sorted(refused) == [False, True, True, True, True]


async def test_an_accepted_task_is_durable_and_charged(begin):
    case = begin()
    fox, _ = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        assert await store.claim(fox, "t-1") is None
        await store.accept(fox, accepted(intent, "t-1"))
        assert store.spent == PRICE
        assert await case.sums() == Sums(charged=PRICE, in_doubt=0)
        known = (await case.lockfile()).get(fox.fingerprint)
        assert [(one.state, one.task_id, one.credits) for one in known.attempts] == [
            (State.SUBMITTED, "t-1", PRICE)
        ]


async def test_a_job_with_a_task_gets_no_second_fence(begin):
    case = begin(budget=10 * PRICE)
    fox, _ = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.accept(fox, accepted(intent, "t-1"))
        assert await is_refused(case, store, fox)
    async with case.opened() as store:
        assert await is_refused(case, store, fox)
    assert await case.sums() == Sums(charged=PRICE, in_doubt=0)


async def test_a_job_in_doubt_gets_no_second_fence(begin):
    case = begin(budget=10 * PRICE)
    fox, _ = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.doubt(fox, lost(intent))
        assert await is_refused(case, store, fox)
    async with case.opened() as store:
        assert await is_refused(case, store, fox)
    assert await case.sums() == Sums(charged=0, in_doubt=PRICE)


async def is_refused(case, store, job, intent=None) -> bool:
    """Tell whether a further call for a job is refused, by whichever step."""
    try:
        if not await case.reserve(store, job):
            return True
        await store.fence(job, intent or intent_of(job, store))
    except Sora2BatchError:
        return True
    return False


async def test_a_refusal_is_durable_and_costs_nothing(begin):
    case = begin()
    fox, _ = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.refuse(fox, rejected(intent, Refusal(code=7, message="no"), moment=NOW))
        assert store.spent == 0
    assert await case.state(fox) is State.REJECTED
    assert await case.sums() == Sums(charged=0, in_doubt=0)


async def test_a_released_call_may_be_made_again_as_its_next_trial(begin):
    case = begin(jobs=1)
    (fox,) = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.release(fox, intent)
        assert store.spent == 0
        assert await case.state(fox) is None
        assert await case.reserve(store, fox)
        await store.fence(fox, again(intent, moment=NOW))
        await store.accept(fox, accepted(again(intent, moment=NOW), "t-1"))
        assert store.spent == PRICE
    known = (await case.lockfile()).get(fox.fingerprint)
    assert [one.task_id for one in known.attempts] == ["t-1"]


async def test_a_release_is_found_again_by_whoever_opens_it_next(begin):
    case = begin(jobs=1)
    (fox,) = case.jobs
    async with case.opened() as store:
        await store.release(fox, await sent(case, store, fox))
    await case.recover()
    assert await case.to_submit() == [fox]
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.accept(fox, accepted(intent, "t-1"))
    assert await case.state(fox) is State.SUBMITTED


async def test_what_is_in_doubt_counts_as_spent_and_says_why(begin):
    case = begin()
    fox, owl = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.doubt(fox, lost(intent))
        assert store.spent == PRICE
        assert await case.sums() == Sums(charged=0, in_doubt=PRICE)
    doubted = await case.doubted(fox)
    assert doubted.primary.error.message == "no answer"
    assert doubted.primary.finished_at == NOW
    assert await case.to_submit() == [owl]


async def test_an_abandoned_call_is_in_doubt_when_its_process_is_gone(begin):
    case = begin()
    fox, _ = case.jobs
    async with case.opened() as store:
        await sent(case, store, fox)
        store.abandon(fox)
        assert (await case.sums()).total == PRICE
    await case.recover()
    assert await case.state(fox) is State.IN_DOUBT
    assert await case.sums() == Sums(charged=0, in_doubt=PRICE)


async def test_a_task_that_is_known_already_is_told(begin):
    case = begin(jobs=3)
    fox, owl, cat = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        assert await store.claim(fox, "t-1") is None
        await store.accept(fox, accepted(intent, "t-1"))
        await sent(case, store, owl)
        assert await store.claim(owl, "t-1") == f"that of {fox.key}"
        assert await store.claim(owl, "t-2") is None
    async with case.opened() as store:
        await sent(case, store, cat)
        assert await store.claim(cat, "t-1") == f"that of {fox.key}"


@pytest.mark.parametrize(("first", "second"), [(str.upper, str.lower), (str.lower, str.upper)])
async def test_a_task_is_known_however_its_uuid_is_spelled(begin, first, second):
    case = begin()
    fox, owl = case.jobs
    task_id = "550e8400-e29b-41d4-a716-446655440000"
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.accept(fox, accepted(intent, first(task_id)))
    async with case.opened() as store:
        await sent(case, store, owl)
        assert await store.claim(owl, second(task_id)) == f"that of {fox.key}"


async def test_after_a_rejection_the_next_attempt_has_the_next_number(begin):
    case = begin(jobs=1)
    (fox,) = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.refuse(fox, rejected(intent, Refusal(code=7, message="no"), moment=NOW))
    async with case.opened() as store:
        assert await case.reserve(store, fox)
        again_ = intent_of(fox, store)
        assert again_.number == 2
        await store.fence(fox, again_)
        await store.accept(fox, accepted(again_, "t-1"))
    known = (await case.lockfile()).get(fox.fingerprint)
    assert {(one.number, one.task_id) for one in known.attempts} >= {(2, "t-1")}
    assert await case.sums() == Sums(charged=PRICE, in_doubt=0)


async def test_of_two_calls_that_are_answered_with_one_task_one_has_it(begin):
    case = begin()
    fox, owl = case.jobs
    async with case.opened() as store:
        await asyncio.gather(sent(case, store, fox), sent(case, store, owl))
        owners = await asyncio.gather(store.claim(fox, "t-1"), store.claim(owl, "t-1"))
    assert sorted(owner is None for owner in owners) == [False, True]


async def test_a_task_that_cost_more_counts_with_what_it_cost(begin):
    case = begin(jobs=1)
    (fox,) = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.accept(fox, accepted(intent, "t-1"))
        dearer = accepted(intent, "t-1")._replace(credits=Credits(PRICE + 30))
        await store.surcharge(fox, dearer, Credits(30))
        assert store.spent == PRICE + 30
        assert await case.sums() == Sums(charged=PRICE + 30, in_doubt=0)
    (attempt,) = (await case.lockfile()).get(fox.fingerprint).attempts
    assert (attempt.state, attempt.credits) == (State.SUBMITTED, PRICE + 30)


async def test_beyond_the_budget_by_a_surcharge_nothing_more_is_reserved(begin):
    case = begin(jobs=2, budget=2 * PRICE)
    fox, owl = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.accept(fox, accepted(intent, "t-1"))
        await store.surcharge(fox, accepted(intent, "t-1")._replace(credits=Credits(PRICE + 1)), Credits(1))
        assert not await case.reserve(store, owl)


async def test_a_doubt_ends_with_its_task_at_what_that_cost(begin):
    case = begin(jobs=1)
    (fox,) = case.jobs
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.doubt(fox, lost(intent))
        doubted = await case.doubted(fox)
        found = doubted.primary._replace(
            state=State.SUBMITTED, task_id="t-1", credits=Credits(PRICE - 5), error=None
        )
        await store.settle(doubted, found)
        assert store.spent == PRICE - 5
    assert await case.sums() == Sums(charged=PRICE - 5, in_doubt=0)
    assert await case.state(fox) is State.SUBMITTED
    async with case.opened() as store:
        assert await store.claim(fox, "t-1") == "an earlier one of this job"


async def test_a_doubt_ends_with_nothing_and_the_job_can_be_submitted_again(begin):
    case = begin(jobs=1)
    (fox,) = case.jobs
    async with case.opened() as store:
        await sent(case, store, fox)
        store.abandon(fox)
    await case.recover()
    async with case.opened() as store:
        doubted = await case.doubted(fox)
        await store.settle(doubted, withdrawn(doubted.primary)._replace(error=None))
        assert store.spent == 0
    assert await case.sums() == Sums(charged=0, in_doubt=0)
    assert await case.to_submit() == [fox]
    async with case.opened() as store:
        intent = await sent(case, store, fox)
        await store.accept(fox, accepted(intent, "t-2"))
    known = (await case.lockfile()).get(fox.fingerprint)
    assert [(one.state, one.task_id) for one in known.attempts] == [(State.SUBMITTED, "t-2")]


async def test_jobs_of_different_prices_share_one_budget(begin):
    case = begin(jobs=1, budget=250)
    dear, cheap = job_of("dear", price=200), job_of("cheap", price=60)
    case.jobs = (dear, cheap)
    async with case.opened() as store:
        assert await case.reserve(store, dear)
        assert not await case.reserve(store, cheap)
