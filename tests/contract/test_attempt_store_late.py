"""Answers that come after somebody else has settled the call: in the database, where that can be."""

from __future__ import annotations

import pytest

from fakes.attempts_case import PRICE, intent_of
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.lockfile.entry import State
from sora2batch.run.entries import accepted, withdrawn


@pytest.fixture
def keeper() -> str:
    return "database"


async def sent_and_given_up(case, store, job):
    """A call that is under way while its worker is taken for dead."""
    assert await case.reserve(store, job)
    intent = intent_of(job, store)
    await store.fence(job, intent)
    await case.recover()
    return intent


async def test_a_task_that_comes_after_its_release_is_known_and_its_job_is_not_bought_again(begin):
    case = begin(jobs=1, budget=2 * PRICE)
    (fox,) = case.jobs
    async with case.opened() as late:
        intent = await sent_and_given_up(case, late, fox)
        async with case.opened() as store:
            doubted = await case.doubted(fox)
            await store.settle(doubted, withdrawn(doubted.primary))
            assert await case.reserve(store, fox)
            await late.accept(fox, accepted(intent, "t-1"))
            with pytest.raises(Sora2BatchError):
                await store.fence(fox, intent_of(fox, store))
    assert sorted(case.states()) == ["submitted", "withdrawn", "withdrawn"]
    sums = await case.sums()
    assert (sums.charged, sums.in_doubt, sums.reserved) == (PRICE, 0, 0)


@pytest.mark.parametrize("verb", ["doubt", "accept"])
async def test_a_task_that_comes_after_its_adoption_counts_once(begin, verb):
    case = begin(jobs=1, budget=2 * PRICE)
    (fox,) = case.jobs
    async with case.opened() as late:
        intent = await sent_and_given_up(case, late, fox)
        async with case.opened() as store:
            doubted = await case.doubted(fox)
            await store.settle(doubted, doubted.primary._replace(state=State.SUBMITTED, task_id="t-1"))
        assert await late.claim(fox, "t-1") == "an earlier one of this job"
        if verb == "doubt":
            await late.doubt(fox, intent)
        else:
            await late.accept(fox, accepted(intent, "t-1"))
    assert case.states() == ["submitted"]
    sums = await case.sums()
    assert (sums.charged, sums.in_doubt, sums.reserved) == (PRICE, 0, 0)


async def test_whoever_lost_the_lane_gets_no_fence(begin):
    case = begin(jobs=1)
    (fox,) = case.jobs
    async with case.opened() as first:
        assert await case.reserve(first, fox)
        await case.recover()
        async with case.opened() as second:
            with pytest.raises(Sora2BatchError):
                await first.fence(fox, intent_of(fox, first))
            await second.fence(fox, intent_of(fox, second))
