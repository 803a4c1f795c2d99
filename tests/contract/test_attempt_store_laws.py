"""Whatever several jobs do in whatever order, the money fits a small model, and no task is lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.attempts_case import Sums, intent_of, job_of
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, ErrorNote, State
from sora2batch.run.entries import accepted, rejected, withdrawn
from sora2batch.sjinn.answer import Refusal

NOW = "2026-11-22T09:00:01Z"
JOBS = (job_of("fox", price=100), job_of("owl", price=60), job_of("cat", price=250))


class Verb(Enum):
    """A step of one job; one that does not fit where it stands is tried too where that is to be refused."""

    RESERVE = auto()
    FENCE = auto()
    ACCEPT = auto()
    REFUSE = auto()
    RELEASE = auto()
    DOUBT = auto()
    ABANDON = auto()
    SURCHARGE = auto()
    ADOPT = auto()
    WITHDRAW = auto()
    CRASH = auto()
    """All processes die; the next one recovers what they left."""


@dataclass
class Model:
    """One job as the contract has it."""

    price: int
    place: str = "idle"
    charged: int = 0
    intent: Attempt | None = None
    task: Attempt | None = None
    tasks: list[str] = field(default_factory=list)
    is_reserved: bool = False
    """Also where it does not wait for anything now: a reservation that outlives its process."""


@dataclass
class Machine:
    """Drives one case and the model side by side."""

    case: object
    models: list[Model] = field(default_factory=lambda: [Model(price=job.credits) for job in JOBS])
    numbers: count = field(default_factory=count)
    surcharged: int = 0

    async def play(self, steps) -> None:
        rest = list(steps)
        while rest:
            async with self.case.opened() as store:
                await self._check(store)
                while rest:
                    verb, index = rest.pop(0)
                    if verb is Verb.CRASH:
                        break
                    await self._step(store, verb, index)
                    await self._check(store)
            await self._recover()
        async with self.case.opened() as store:
            await self._check(store)

    async def _recover(self) -> None:
        await self.case.recover()
        for model in self.models:
            if model.place == "sending":
                self._end(model, "doubt")
            elif model.place == "reserved":
                model.place = "idle"
            if not self.case.keeps_reservations:
                model.is_reserved = False

    async def _step(self, store, verb: Verb, index: int) -> None:  # noqa: C901  # one case a verb
        model, job = self.models[index], JOBS[index]
        match verb, model.place:
            case Verb.RESERVE, "idle":
                room = self.case.budget - self._total()
                is_reserved = await self.case.reserve(store, job)
                assert is_reserved == (model.is_reserved or job.credits <= room)
                if is_reserved:
                    model.is_reserved, model.place = True, "reserved"
            case Verb.FENCE, "reserved":
                model.intent = intent_of(job, store)
                await store.fence(job, model.intent)
                model.place = "sending"
            case ((Verb.RESERVE | Verb.FENCE), ("sending" | "task" | "doubt")):
                await self._assert_no_second_call(store, index)
            case Verb.ACCEPT, "sending":
                task_id = f"t-{next(self.numbers)}"
                assert await store.claim(job, task_id) is None
                model.task = accepted(model.intent, task_id)
                await store.accept(job, model.task)
                self._end(model, "task", charged=model.price, task_id=task_id)
            case Verb.REFUSE, "sending":
                await store.refuse(job, rejected(model.intent, Refusal(code=7, message="no"), moment=NOW))
                self._end(model, "rejected")
            case Verb.RELEASE, "sending":
                await store.release(job, model.intent)
                model.place, model.is_reserved = "idle", self.case.keeps_reservations
            case Verb.DOUBT, "sending":
                error = ErrorNote(code=None, message="no answer")
                await store.doubt(job, model.intent._replace(finished_at=NOW, error=error))
                self._end(model, "doubt")
            case Verb.ABANDON, "sending":
                store.abandon(job)
                if not self.case.keeps_reservations:  # or else it is a call under way until somebody finds it
                    self._end(model, "doubt")
            case Verb.SURCHARGE, "task":
                model.charged += 10
                model.task = model.task._replace(credits=Credits(model.charged))
                self.surcharged += 10
                await store.surcharge(job, model.task, Credits(10))
            case ((Verb.ADOPT | Verb.WITHDRAW), "doubt"):
                await self._settle(store, verb, index)

    async def _assert_no_second_call(self, store, index: int) -> None:
        """A job that may have a task gets no further call, whoever asks for one."""
        job = JOBS[index]
        if not await self.case.reserve(store, job):
            return
        with pytest.raises(Sora2BatchError):
            await store.fence(job, intent_of(job, store))

    async def _settle(self, store, verb: Verb, index: int) -> None:
        model, job = self.models[index], JOBS[index]
        doubted = await self.case.doubted(job)
        if doubted is None:
            return  # abandoned, and its process is there still: nobody else knows of it yet
        if verb is Verb.WITHDRAW:
            await store.settle(doubted, withdrawn(doubted.primary)._replace(error=None))
            self._end(model, "idle")
            return
        task_id, cost = f"t-{next(self.numbers)}", model.price - 1
        model.task = doubted.primary._replace(
            state=State.SUBMITTED, task_id=task_id, credits=Credits(cost), error=None
        )
        await store.settle(doubted, model.task)
        self._end(model, "task", charged=cost, task_id=task_id)

    def _end(self, model: Model, place: str, *, charged: int = 0, task_id: str | None = None) -> None:
        model.place, model.charged, model.is_reserved = place, charged, False
        model.tasks += [task_id] if task_id else []

    def _total(self) -> int:
        """Everything that is spent, may be, or is set aside."""
        return sum(
            model.charged + (model.price if model.is_reserved or model.place == "doubt" else 0)
            for model in self.models
        )

    async def _check(self, store) -> None:
        if not self.case.keeps_reservations:  # whoever shares a batch knows what it was when it last looked
            spent = sum(one.charged + (one.price if one.place == "doubt" else 0) for one in self.models)
            assert store.spent == spent
        assert self._total() <= self.case.budget + self.surcharged
        sums = await self.case.sums()
        assert sums.charged == sum(model.charged for model in self.models)
        assert sums.total <= self.case.budget + self.surcharged
        if self.case.keeps_reservations:
            assert sums.total == self._total()
        known = await self.case.lockfile()
        for job, model in zip(JOBS, self.models, strict=True):
            entry = known.get(job.fingerprint)
            tasks = [one.task_id for one in entry.attempts if one.task_id] if entry else []
            assert tasks == model.tasks, f"{job.key} has the tasks {model.tasks}"


STEPS = st.lists(
    st.tuples(
        st.sampled_from([*Verb, Verb.RESERVE, Verb.RESERVE, Verb.FENCE, Verb.FENCE]),
        st.integers(0, len(JOBS) - 1),
    ),
    min_size=4,
    max_size=40,
)


@pytest.fixture
def cases(begin):
    def make(budget: int):
        case = begin(budget=budget)
        case.jobs = JOBS
        return case

    return make


@settings(max_examples=20, suppress_health_check=[*HealthCheck])  # each example makes a case of its own
@given(steps=STEPS, budget=st.sampled_from([100, 160, 350, 410, 1000]))
def test_the_budget_holds_and_no_task_is_lost_whatever_the_order_of_steps(cases, steps, budget):
    asyncio.run(Machine(cases(budget)).play(steps))


async def test_of_many_side_by_side_no_more_is_reserved_than_the_budget_has(begin):
    case = begin(budget=350)
    case.jobs = tuple(job_of(f"job-{number}", price=100) for number in range(12))
    async with case.opened() as store:

        async def carry(job, number: int) -> bool:
            if not await case.reserve(store, job):
                return False
            intent = intent_of(job, store)
            await store.fence(job, intent)
            await store.accept(job, accepted(intent, f"t-{number}"))
            return True

        done = await asyncio.gather(*(carry(job, number) for number, job in enumerate(case.jobs)))
        assert done.count(True) == 3
        assert store.spent == 300
    assert await case.sums() == Sums(charged=300, in_doubt=0)
