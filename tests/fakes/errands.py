"""Processes that carry jobs to the API, killed and started again, held against what the API counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from fakes.attempts_case import PRICE, AttemptsCase, tasks_by_job
from fakes.call_carrier import Errand
from fakes.paying_api import PayingApi
from fakes.program import Ended, Running, Template
from sora2batch.ground.job import Credits, Job
from sora2batch.lockfile.entry import State


@dataclass(kw_only=True)
class Errands:
    """One batch, its API, and every process that works on it."""

    template: Template
    api: PayingApi
    folder: Path
    keeper: str
    place: str
    jobs: tuple[str, ...]
    budget: int | None = None
    """Just enough, unless it is said."""
    lost_seconds: float = 120.0
    said: list[Ended] = field(default_factory=list)
    released: Counter[str] = field(default_factory=Counter)
    """Doubts of which it was known that nothing was charged, by prompt."""
    _numbers: count = field(default_factory=count)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.budget = len(self.jobs) * PRICE if self.budget is None else self.budget

    @property
    def errand(self) -> Errand:
        return Errand(
            keeper=self.keeper,
            place=self.place,
            jobs=self.jobs,
            budget=self.budget,
            api_url=self.api.url,
            folder=str(self.folder),
            lost_seconds=self.lost_seconds,
        )

    @property
    def case(self) -> AttemptsCase:
        """The batch as this process sees it."""
        return self.errand.case()

    @property
    def steps(self) -> list[str]:
        """The steps that the last process came to."""
        file = self.errand.steps_file
        return file.read_text().splitlines() if file.exists() else []

    def start(self, **given: object) -> Running:
        """Start a process; what is given is a part of its errand."""
        self.errand.steps_file.unlink(missing_ok=True)
        self.api.caller = self.errand.pid_file
        words = Errand(**{name: getattr(self.errand, name) for name in Errand.__slots__} | given).words()
        return self.template.start(
            words, cwd=self.folder, env={}, notes=self.folder / f"{next(self._numbers)}.x"
        )

    def run(self, **given: object) -> Ended:
        """Run a process to its end, whichever that is."""
        return self.ended(self.start(**given))

    def ended(self, running: Running) -> Ended:
        """Wait for a process."""
        ended = running.wait()
        self.said.append(ended)
        assert "Traceback" not in ended.err, ended.err
        return ended

    def recover(self) -> None:
        """Have done what is done about a process that died."""
        asyncio.run(self.case.recover())

    def assert_money_is_safe(self) -> None:
        """At any moment after a recovery: nothing is paid twice, no task is lost, the budget holds."""
        asyncio.run(self._assert_money_is_safe())

    def settle_by_truth(self) -> None:
        """Settle every doubt as somebody does who knows what the API did."""
        asyncio.run(self._settle_by_truth())

    def finish(self) -> None:
        """Recover, settle and go on until nothing is left to do; then every job has one task, or was rejected."""
        for _ in range(4):
            self.recover()
            self.assert_money_is_safe()
            self.settle_by_truth()
            if not asyncio.run(self.case.to_submit()):
                break
            self.run()
        asyncio.run(self._assert_done())

    async def _assert_money_is_safe(self) -> None:
        for name in self.jobs:
            assert len(self.api.tasks_of(name)) <= 1, self.transcript()
            allowed = 1 + self.api.refused[name] + self.released[name]
            assert self.api.calls[name] <= allowed, self.transcript()
        sums, lockfile = await self.case.sums(), await self.case.lockfile()
        assert self.api.spent <= sums.charged + sums.in_doubt <= sums.total <= self.budget, (
            f"{sums}\n{self.transcript()}"
        )
        known = tasks_by_job(lockfile)
        for job in self.case.jobs:
            tasks, found = self.api.tasks_of(_prompt(job)), known.get(job.fingerprint, [])
            is_in_doubt = await self.case.doubted(job) is not None
            assert found == tasks or (is_in_doubt and not found), (
                f"{job.key}: of the tasks {tasks} {found} are known\n{self.transcript()}"
            )

    async def _settle_by_truth(self) -> None:
        case = self.case
        doubts = [(job, found) for job in case.jobs if (found := await case.doubted(job))]
        if not doubts:
            return
        async with case.opened() as store:
            for job, doubted in doubts:
                intent = doubted.primary._replace(error=None)
                if tasks := self.api.tasks_of(_prompt(job)):
                    outcome = intent._replace(state=State.SUBMITTED, task_id=tasks[0])
                else:
                    outcome = intent._replace(state=State.WITHDRAWN, credits=Credits(0))
                    self.released[_prompt(job)] += 1
                await store.settle(doubted, outcome)

    async def _assert_done(self) -> None:
        await self._assert_money_is_safe()
        lockfile = await self.case.lockfile()
        for job in self.case.jobs:
            assert job.fingerprint in lockfile.entries, self.transcript()
            (attempt,) = lockfile.entries[job.fingerprint].attempts
            tasks = self.api.tasks_of(_prompt(job))
            assert (attempt.state, attempt.task_id) == (
                (State.SUBMITTED, tasks[0]) if tasks else (State.REJECTED, None)
            ), self.transcript()
        sums = await self.case.sums()
        assert (sums.charged, sums.in_doubt, sums.reserved) == (self.api.spent, 0, 0), (
            f"{sums}\n{self.transcript()}"
        )

    def transcript(self) -> str:
        """Tell what the processes said and did: for whoever reads why a test failed."""
        parts = [f"[exit {ended.code}]\n{ended.err}{ended.out}" for ended in self.said]
        counted = [f"steps: {self.steps}", f"calls: {self.api.calls}", f"charges: {self.api.charges}"]
        return "\n".join([*parts, *counted])


def kinds(all_steps: Sequence[Sequence[str]]) -> set[str]:
    """Name every step that any process came to."""
    return {step for steps in all_steps for step in steps}


def _prompt(job: Job) -> str:
    return str(job.input["prompt"])
