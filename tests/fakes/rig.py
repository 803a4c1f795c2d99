"""A whole run in memory and in virtual time: plan, executor, API, recorder, folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from fakes.loop import LoopClock, run_virtual
from fakes.recorder import MemoryRecorder
from fakes.video_api import ScriptedApi
from sora2batch.ground.job import Credits, Fingerprint, Job, fingerprint_of
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, Entry, Output, Seen, State
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Plan
from sora2batch.plan.make import FileFault, PlanInputs, make_plan
from sora2batch.plan.selection import Selection
from sora2batch.run.budget_tracker import BudgetTracker
from sora2batch.run.create_lane import CreateLane
from sora2batch.run.dependents import Dependents
from sora2batch.run.event import Event
from sora2batch.run.execute import RunSpec, execute
from sora2batch.run.input_urls import InputUrls, NoInputUrls
from sora2batch.run.journal_attempts import JournalAttempts
from sora2batch.run.look_stage import Inspection
from sora2batch.run.pace import ConcurrencyLimit
from sora2batch.run.port import OnFailure, RunContext
from sora2batch.run.stages import Stages
from sora2batch.run.stop_signal import StopSignal
from sora2batch.run.store_stage import Destination
from sora2batch.run.submit_rate import rate_limit

TOOL = "sora2-text-to-video-api"
T = TypeVar("T")


def job_of(name: str, *, price: int = 420, tool_type: str = TOOL, **more: Any) -> Job:
    input = {"prompt": name, **more}
    return Job(
        key=f"hero/{name}",
        group="hero",
        labels=(),
        tool_type=tool_type,
        take=1,
        input=input,
        fingerprint=fingerprint_of(tool_type, input, 1),
        credits=Credits(price),
        filename=f"hero/{name}.mp4",
    )


def jobs_of(count: int, **more) -> list[Job]:
    return [job_of(f"{number:03}", **more) for number in range(count)]


def entry_for(job: Job, *attempts: Attempt) -> Entry:
    return Entry.of(job, *attempts)


def rig_of(*jobs: Job, **given: Any) -> Rig:
    """A rig whose API plays a script: what is given by name is a part of ``Rig``, else of ``ScriptedApi``."""
    parts = {one.name: given.pop(one.name) for one in fields(Rig) if one.name in given}
    return Rig(jobs=list(jobs), api=ScriptedApi(clock=LoopClock(), **given), **parts)


def play(rig: Rig) -> Rig:
    """Run to the end in virtual time, and check what always holds."""
    run_virtual(rig.run())
    rig.check_laws()
    return rig


class Memory:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event, /) -> None:
        self.events.append(event)

    def of(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]


class MemoryFolder:
    """Fetches in no time worth speaking of, or raises what it was told to, in turn."""

    def __init__(self, *, errors: Mapping[str, Sequence[Exception | None]] | None = None) -> None:
        self._errors = {name: list(errors) for name, errors in (errors or {}).items()}
        self.seconds = 0.5
        self.stored: tuple[Output, ...] | None = None
        """What is brought into place without the API, if anything is."""
        self.partly: tuple[Output, ...] = ()
        """What is in place where an error is raised."""
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.under_way = 0
        self.most_under_way = 0

    async def collect(self, job: Job, attempt: Attempt, urls: Sequence[str], /) -> tuple[Output, ...]:
        name = str(job.input["prompt"])
        self.asked.append((name, tuple(urls)))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.under_way -= 1
        script = self._errors.get(name, [])
        if script and (error := script.pop(0) if len(script) > 1 else script[0]):
            raise error
        return (Output(url=urls[0], path=job.filename, sha256="ab" * 32, bytes=5),)

    async def collect_stored(self, job: Job, attempt: Attempt, /) -> tuple[Output, ...] | None:
        """What is recorded is in place, if it is said that a store is there."""
        return self.stored

    @asynccontextmanager
    async def names_stay(self) -> AsyncIterator[None]:
        yield

    def kept(self, _job: Job, _attempt: Attempt, /) -> tuple[Output, ...]:
        return self.partly


@dataclass(slots=True, kw_only=True)
class Rig:
    """Everything that one run needs; change any part before ``run``."""

    jobs: list[Job]
    api: ScriptedApi
    recorder: MemoryRecorder = field(default_factory=MemoryRecorder)
    folder: MemoryFolder = field(default_factory=MemoryFolder)
    listener: Memory = field(default_factory=Memory)
    stop_signal: StopSignal = field(default_factory=StopSignal)
    options: RunOptions = field(default_factory=RunOptions)
    stages: Stages = Stages.ALL
    on_failure: OnFailure = OnFailure.GO_ON
    budget: int = 1_000_000
    expected: float = 60.0
    retry_failed: bool = False
    destination: Destination | None = None
    """Where results go besides."""
    inspection: Inspection | None = None
    """Who looks at results."""
    input_urls: InputUrls = field(default_factory=NoInputUrls)
    seen_inputs: Mapping[Fingerprint, Seen] = field(default_factory=dict)
    file_fault: FileFault = lambda attempt: None if attempt.outputs else "its file is missing"
    budget_tracker: BudgetTracker = field(init=False)
    concurrency_limit: ConcurrencyLimit = field(init=False)

    def plan(self) -> Plan:
        basis = PlanInputs(
            manifest="campaign.yaml",
            jobs=self.jobs,
            lockfile=self.recorder.lockfile,
            budget=Credits(self.budget),
            selection=Selection(retry_failed=self.retry_failed),
            notices=(),
        )
        return make_plan(basis, self.file_fault)

    async def run(self) -> None:
        plan = self.plan()
        money = plan.money
        self.budget_tracker = BudgetTracker(budget=money.budget, spent=money.spent, in_doubt=money.in_doubt)
        self.concurrency_limit = ConcurrencyLimit(self.options.concurrency)
        self.api.before_create = self._check_intent
        context = RunContext(
            api=self.api,
            recorder=self.recorder,
            listener=self.listener,
            clock=LoopClock(),
            options=self.options,
            attempts=JournalAttempts(self.recorder, self.budget_tracker),
            stop_signal=self.stop_signal,
            concurrency_limit=self.concurrency_limit,
            lane=CreateLane(rate=rate_limit(self.options.submit_rate)),
            input_urls=self.input_urls,
            on_failure=self.on_failure,
            seen_inputs=self.seen_inputs,
        )
        tools = {job.tool_type for job in self.jobs}
        spec = RunSpec(
            plan=plan,
            stages=self.stages,
            expected_seconds=dict.fromkeys(tools, self.expected),
            dependents=self.dependents(plan),
        )
        await execute(context, spec, self.folder, self.destination, self.inspection)

    def dependents(self, _: Plan) -> Dependents | None:
        """The jobs that wait for results of others."""
        return None

    def job(self, name: str) -> Job:
        return next(job for job in self.jobs if job.input["prompt"] == name)

    def known(self, name: str) -> Entry | None:
        """What the recorder knows of a job just now."""
        return self.recorder.entry(self.job(name).fingerprint)

    def entry(self, name: str) -> Entry | None:
        """What is known of a job in the end; None where that is nothing, or only calls that cost nothing."""
        return self.recorder.lockfile.get(self.job(name).fingerprint)

    def state(self, name: str) -> State | None:
        entry = self.entry(name)
        return entry.state if entry else None

    @property
    def all_states(self) -> list[State | None]:
        return [self.state(str(job.input["prompt"])) for job in self.jobs]

    @property
    def stop_reasons(self) -> list[StopReason]:
        return [stop.reason for stop in self.stop_signal.stops]

    def check_laws(self) -> None:
        """What holds after every run, however it ended."""
        for name, costs in self.api.charges.items():
            assert len(costs) <= 1, f"{name} was paid {len(costs)} times"
        self._check_known()
        assert self.api.under_way == 0
        assert self.api.most_under_way <= self.options.submit_concurrency

    def _check_known(self) -> None:
        known = self.recorder.lockfile.task_ids()
        for row in self.api.rows:
            name = row.task_id.removeprefix("task-")
            assert row.task_id in known or self.state(name) is State.IN_DOUBT, f"{row.task_id} was lost"

    def _check_intent(self, name: str) -> None:
        entry = self.known(name)
        assert entry is not None, f"{name}: called without an intent"
        assert any(a.state is State.IN_DOUBT and a.error is None for a in entry.attempts), (
            f"{name}: called without an intent; it is {entry.state}"
        )
