"""A plan is carried out: stages side by side, submit → poll → download → store, look, in one task group."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, assert_never

from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Attempt, State
from sora2batch.plan.action import Action, Plan, PlannedJob
from sora2batch.run.collect import DownloadStage, Folder
from sora2batch.run.dependents import Dependents
from sora2batch.run.event import BestEffortListener, Ready, Stopped
from sora2batch.run.job_queue import JobQueue
from sora2batch.run.look_stage import Inspection, LookStage
from sora2batch.run.open_task import OpenTask
from sora2batch.run.poll import FinishedTask, PollStage
from sora2batch.run.port import RunContext
from sora2batch.run.stages import Stages
from sora2batch.run.stop_signal import StopRequest
from sora2batch.run.store_stage import Destination, Names, StoreStage
from sora2batch.run.submit import SubmitStage

_GRACE_SECONDS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """What to carry out."""

    plan: Plan
    stages: Stages
    expected_seconds: Mapping[str, float]
    """By tool_type: when a new task may be done at the earliest."""
    dependents: Dependents | None = None
    """The jobs that wait for the results of others; None where none do, or they are not to be submitted."""


class ResultFolder(Folder, Names, Protocol):
    """Where results go, and who names them."""


async def execute(
    context: RunContext,
    spec: RunSpec,
    folder: ResultFolder,
    destination: Destination | None = None,
    inspection: Inspection | None = None,
) -> None:
    """Carry a plan out until nothing is left to do or the stop signal is set.

    Whatever ends it, every answer that came is recorded. A failed job is a line in the lockfile, no error;
    what ends a run before its time stands in the stop signal's ``stops``.

    Raises:
        asyncio.CancelledError: the process is to end at once; calls under way stay in doubt on disk.
    """
    context = replace(context, listener=BestEffortListener(context.listener))
    await _Pipeline(context, spec, folder, _Rest(destination, inspection)).run()


class _Rest(NamedTuple):
    """What is done with files once they are in place."""

    destination: Destination | None
    inspection: Inspection | None


class _Pipeline:
    """The production line: each stage hands on to the next and is closed when the one before it has ended."""

    def __init__(self, context: RunContext, spec: RunSpec, folder: ResultFolder, rest: _Rest) -> None:
        self._context = context
        self._spec = spec
        self._storing = StoreStage(context, folder, rest.destination if Stages.STORE in spec.stages else None)
        self._looking = LookStage(context, folder, rest.inspection)
        self._dependents = spec.dependents if Stages.ALL in spec.stages else None
        jobs = [planned.job for planned in self._wanted(Stages.SUBMIT, Action.SUBMIT)]
        is_open = self._dependents is not None
        self._queue = JobQueue(jobs, is_open=is_open, on_idle=self._close_if_idle)
        self._downloading = DownloadStage(context, folder, self._on_fetched, self._close_if_idle)
        self._polling = PollStage(context, self._on_finished, self._close_if_idle)
        self._submitting = SubmitStage(context, self._queue, self._on_open)
        self._grace: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        self._context.stop_signal.on_request(self._on_stop)
        # Who submits must know how many tasks are open, even if nobody waits for the last of them.
        for task in _open_tasks(self._wanted(Stages.SUBMIT | Stages.WAIT, Action.RESUME)):
            self._polling.add_old(task)
        for finished in _unfetched(self._wanted(Stages.DOWNLOAD, Action.DOWNLOAD, Action.RESUME)):
            self._downloading.add(finished)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._storing.run())
                group.create_task(self._looking.run())
                async with asyncio.TaskGroup() as fetching:
                    fetching.create_task(self._downloading.run())
                    async with asyncio.TaskGroup() as feeding:
                        feeding.create_task(self._polling.run())
                        await self._submit()
                    self._downloading.close()
                self._storing.close()
                self._looking.close()
        finally:
            if self._grace:
                self._grace.cancel()

    def _wanted(self, stages: Stages, *actions: Action) -> tuple[PlannedJob, ...]:
        """Pick the jobs with these actions, if the call wants any of these stages."""
        return self._spec.plan.with_action(*actions) if stages & self._spec.stages else ()

    async def _submit(self) -> None:
        """Submit all there is; tasks are polled meanwhile even if nobody waits for the last of them."""
        self._close_if_idle()
        await self._submitting.run()
        if Stages.WAIT in self._spec.stages:
            self._polling.close()
        else:
            self._polling.stop()

    def _on_open(self, task: OpenTask) -> None:
        self._polling.add_new(task, self._spec.expected_seconds.get(task.job.tool_type, 0.0))

    def _on_finished(self, finished: FinishedTask) -> None:
        if Stages.DOWNLOAD in self._spec.stages:
            self._downloading.add(finished)

    def _on_fetched(self, job: Job, attempt: Attempt) -> None:
        self._storing.add(job, attempt)
        self._looking.add(job, attempt)
        # Once a stop was requested no job begins, and what could is left for the next run.
        if (
            self._dependents
            and self._queue.is_open
            and (entry := self._context.recorder.entry(job.fingerprint))
        ):
            for planned in self._dependents.after(job, entry):
                self._take_up(planned)

    def _take_up(self, planned: PlannedJob) -> None:
        """Begin with a job whose inputs are there now, wherever an earlier run has left it."""
        match planned.action:
            case Action.SUBMIT:
                self._context.listener(Ready(job=planned.job))
                self._queue.add(planned.job)
            case Action.RESUME:
                for task in _open_tasks((planned,)):
                    self._polling.add_old(task)
            case Action.DOWNLOAD:
                for finished in _unfetched((planned,)):
                    self._downloading.add(finished)
            case Action.SKIP | Action.FAILED | Action.IN_DOUBT | Action.WAIT | Action.BLOCKED:
                pass  # nothing is to be done about it
            case _:
                assert_never(planned.action)

    def _close_if_idle(self) -> None:
        """End the submitting once nothing is under way that a job could wait for."""
        if self._queue.is_idle and self._polling.is_idle and self._downloading.is_idle:
            self._queue.close()

    def _on_stop(self, stop: StopRequest) -> None:
        self._context.listener(Stopped(message=stop.message))
        if stop.reason.ends_waiting:
            self._polling.stop()
            self._downloading.stop()
            self._storing.stop()
            self._looking.stop()
        if stop.reason.is_signal:
            loop = asyncio.get_running_loop()
            self._grace = loop.call_later(_GRACE_SECONDS, self._submitting.abandon)


def _open_tasks(jobs: tuple[PlannedJob, ...]) -> Iterator[OpenTask]:
    for planned in jobs:
        for attempt in planned.entry.attempts if planned.entry else ():
            if attempt.state is State.SUBMITTED:
                yield OpenTask(job=planned.job, attempt=attempt)


def _unfetched(jobs: tuple[PlannedJob, ...]) -> Iterator[FinishedTask]:
    for planned in jobs:
        for attempt in planned.entry.attempts if planned.entry else ():
            if attempt.state is State.COMPLETED:
                urls = tuple(output.url for output in attempt.outputs if output.url)
                yield FinishedTask(job=planned.job, attempt=attempt, urls=urls, is_fresh=False)
