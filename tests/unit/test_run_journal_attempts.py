from __future__ import annotations

import asyncio

import pytest

from fakes.recorder import MemoryRecorder
from fakes.rig import job_of
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.lockfile.lockfile_error import JournalError
from sora2batch.run.budget_tracker import BudgetTracker
from sora2batch.run.entries import accepted, withdrawn
from sora2batch.run.journal_attempts import JournalAttempts

FOX = job_of("fox")
INTENT = Attempt(state=State.IN_DOUBT, credits=FOX.credits, submitted_at="2026-11-22T09:00:00Z")


def attempts_with(*, budget: int = 1000, recorder: MemoryRecorder | None = None) -> JournalAttempts:
    tracker = BudgetTracker(budget=Credits(budget), spent=Credits(0), in_doubt=Credits(0))
    return JournalAttempts(recorder or MemoryRecorder(), tracker)


def test_an_intent_that_the_disk_refuses_gives_its_reservation_back():
    store = attempts_with(budget=420, recorder=MemoryRecorder(refuses=lambda number, entry: number == 1))

    async def steps() -> None:
        assert await store.reserve(FOX)
        assert not await store.reserve(FOX)
        with pytest.raises(JournalError):
            await store.fence(FOX, INTENT)
        assert await store.reserve(FOX)

    asyncio.run(steps())


def test_a_task_is_claimed_once():
    store, owl = attempts_with(), job_of("owl")

    async def steps() -> None:
        assert await store.claim(FOX, "t-1") is None
        assert await store.claim(owl, "t-1") == "that of hero/fox"
        assert await store.claim(FOX, "t-1") == "an earlier one of this job"

    asyncio.run(steps())


def test_a_doubt_is_settled_by_a_task_or_by_nothing():
    recorder = MemoryRecorder()
    store, owl = attempts_with(recorder=recorder), job_of("owl")

    async def steps() -> None:
        for job in (FOX, owl):
            assert await store.reserve(job)
            await store.fence(job, INTENT)
            store.abandon(job)
        assert store.spent == 840
        await store.settle(Entry.of(FOX, INTENT), accepted(INTENT, "t-1"))
        await store.settle(Entry.of(owl, INTENT), withdrawn(INTENT))

    asyncio.run(steps())
    assert store.spent == 420
    known = store.known(FOX.fingerprint)
    assert known is not None
    assert known.state is State.SUBMITTED
    assert recorder.states("owl")[-1] is State.WITHDRAWN
