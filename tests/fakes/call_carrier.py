"""A program that carries jobs through the real ``SubmitStage``, and stops itself at its n-th step.

The steps lie around the verbs of the port ``AttemptStore`` and around the create call; proxies stand there, and the
product knows nothing of it. It is started by ``program.Template``, so that each start is a fork.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from psycopg_pool.base import AttemptWithBackoff

from fakes.attempts_case import PRICE, TOOL, AttemptsCase, JournalCase, job_of
from fakes.fleet_attempts import FleetAttempts
from fakes.short_waits import shorten_waits
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.job import Credits
from sora2batch.manifest.model import RunOptions
from sora2batch.run.create_lane import CreateLane, ProvenPrices
from sora2batch.run.entries import ApiIdentity
from sora2batch.run.event import Event, Unsaved
from sora2batch.run.job_queue import JobQueue
from sora2batch.run.pace import ConcurrencyLimit
from sora2batch.run.port import SubmitContext
from sora2batch.run.stop_signal import StopSignal
from sora2batch.run.submit import SubmitStage
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.secret import ApiKey
from sora2batch.sjinn.timeouts import Timeouts

VERBS = ("reserve", "fence", "claim", "accept", "refuse", "release", "doubt", "surcharge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What one process is to do."""

    keeper: str
    """``journal`` or ``database``."""
    place: str
    """The lockfile's path, or the database's URL."""
    jobs: tuple[str, ...]
    budget: int
    api_url: str
    folder: str
    """Where it writes its process id and its steps."""
    stop_at: int = 0
    """Its last step, counted from 1; 0 for none."""
    stop_with: int = signal.SIGKILL
    """SIGSTOP has it wait there."""
    lost_seconds: float = 120.0
    """How long the answer to a create call is waited for."""

    @property
    def pid_file(self) -> Path:
        return Path(self.folder) / "pid"

    @property
    def steps_file(self) -> Path:
        return Path(self.folder) / "steps"

    def words(self) -> str:
        return json.dumps({name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def of(cls, words: str) -> Errand:
        given = json.loads(words)
        return cls(**{**given, "jobs": tuple(given["jobs"])})

    def case(self) -> AttemptsCase:
        jobs = [job_of(name) for name in self.jobs]
        if self.keeper == "journal":
            return JournalCase(Path(self.place), jobs, self.budget)
        return FleetAttempts(self.place, jobs, self.budget)


@dataclass(slots=True)
class Steps:
    """Counts steps, notes them, and stops the process at the last one."""

    errand: Errand
    count: int = 0

    def come_to(self, name: str) -> None:
        self.count += 1
        with self.errand.steps_file.open("a") as file:
            file.write(f"{name}\n")
        if self.count == self.errand.stop_at:
            os.kill(os.getpid(), self.errand.stop_with)


@dataclass(slots=True)
class Watched:
    """Stands before something with async methods; each call of those that are named is two steps."""

    real: Any
    steps: Steps
    names: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.real, name)
        return partial(self._call, name, found) if name in self.names else found

    async def _call(self, name: str, method: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
        self.steps.come_to(f"{name}: before")
        result = await method(*args, **more)
        self.steps.come_to(f"{name}: done")
        return result


@dataclass(slots=True)
class Told:
    """What the stage says, on standard error."""

    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event, /) -> None:
        self.events.append(event)
        if isinstance(event, Unsaved):
            sys.stderr.write(f"unsaved: {event.task_id}\n")


async def carry(errand: Errand) -> int:
    """Submit whatever is to be submitted; 0 if nothing stopped it."""
    case, steps, stop_signal = errand.case(), Steps(errand), StopSignal()
    jobs = await case.to_submit()
    await case.enqueue(jobs)
    endpoint = Endpoint.parse(errand.api_url)
    client = SjinnClient(
        endpoint,
        ApiKey("sk-never-to-be-seen"),
        clock=SystemClock(),
        timeouts=Timeouts(create_seconds=errand.lost_seconds),
    )
    async with client as api, case.opened() as store:
        options = RunOptions(submit_concurrency=len(errand.jobs))
        context = SubmitContext(
            api=Watched(api, steps, ("create",)),
            attempts=Watched(store, steps, VERBS),
            listener=Told(),
            clock=SystemClock(),
            options=options,
            stop_signal=stop_signal,
            concurrency_limit=ConcurrencyLimit(options.concurrency),
            lane=CreateLane(prices=ProvenPrices([(TOOL, Credits(PRICE))])),
            api_identity=ApiIdentity(host=endpoint.host),
        )
        await SubmitStage(context, JobQueue(jobs), lambda task: None).run()
    for stop in stop_signal.stops:
        sys.stderr.write(f"stopped: {stop.reason.name}: {stop.message}\n")
    return 1 if stop_signal.is_set else 0


def main() -> None:
    """Read the errand from the command line."""
    errand = Errand.of(sys.argv[1])
    errand.pid_file.write_text(str(os.getpid()))
    shorten_waits(0.01)
    AttemptWithBackoff.INITIAL_DELAY = 0.01  # a pool waits so long before it looks for another connection
    sys.exit(asyncio.run(carry(errand)))
