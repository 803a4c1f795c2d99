"""What a child process does to itself: it dies at its n-th step, or has too little of something.

Everything is put in from outside, after the fork: the product has no hook for it. A step is a moment at which
what would survive a kill, on the disk or at the API, is about to change; nothing lies between two steps.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import partial, wraps
from itertools import count
from pathlib import Path
from typing import Any, Self

import aiohttp

from fakes.short_waits import shorten_waits
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.disk import SystemDisk
from sora2batch.reconcile import ledger_check
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.part import PartFile
from sora2batch.sjinn.request_body import CREATE
from sora2batch.store import folder_bucket
from sora2batch.store.content_store import ContentStore


@dataclass(frozen=True, kw_only=True)
class Sabotage:
    """What goes wrong with one process; by default it is only in more of a hurry."""

    kill_at: int = 0
    """The process's last step, counted from 1; 0 for none."""
    kill_on: str | None = None
    """The name of what may be its last step: the first of this name is."""
    steps_file: str | None = None
    """Where the name of each step is noted, the last one's included."""
    believe_ledger_at_once: bool = True
    """The real wait is minutes; the tests' ledger never lags."""
    first_backoff_seconds: float = 0.01
    """Instead of a second: nobody is there who needs the pause."""
    clock_ahead_seconds: float = 0.0
    """How wrong the machine's clock is, when the process starts."""
    clock_leaps_seconds: float = 0.0
    """How far the clock is moved, forward or back, with each look at it."""
    limits: dict[str, int] = field(default_factory=dict)
    """Limits of ``resource``, by their names, such as ``RLIMIT_NOFILE``."""
    ignored: list[str] = field(default_factory=list)
    """Names of signals that whoever started it does not want it to hear."""
    user: int | None = None
    """Whose rights to run with; root may write where nobody else may."""

    to_dict = asdict

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Self:
        return cls(**value)

    def install(self) -> None:
        for name in self.ignored:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        for name, most in self.limits.items():
            resource.setrlimit(getattr(resource, name), (most, most))
        if "RLIMIT_FSIZE" in self.limits:
            # Python ignores the signal as well; here it is said again for who reads this.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        if self.user is not None:
            os.setgroups([])
            os.setgid(self.user)
            os.setuid(self.user)
        if self.believe_ledger_at_once:
            ledger_check.judge = partial(_judge_at_once, ledger_check.judge)
        shorten_waits(self.first_backoff_seconds)
        if self.clock_ahead_seconds or self.clock_leaps_seconds:
            _bend_clock(self.clock_ahead_seconds, self.clock_leaps_seconds)
        if self.kill_at or self.kill_on or self.steps_file:
            _install_steps(_Steps(self))


class _Steps:
    """Counts; ends the process at the step that is to be its last."""

    def __init__(self, sabotage: Sabotage) -> None:
        self._sabotage = sabotage
        self._numbers = count(1)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._notes = os.open(sabotage.steps_file, flags, 0o666) if sabotage.steps_file else None

    def __call__(self, name: str) -> None:
        number = next(self._numbers)
        if self._notes is not None:
            os.write(self._notes, f"{name}\n".encode())
        if number == self._sabotage.kill_at or name == self._sabotage.kill_on:
            os.kill(os.getpid(), signal.SIGKILL)


def _judge_at_once(judge: Callable[..., Any], doubts: Any, evidence: Any, *, settle: timedelta) -> Any:
    return judge(doubts, evidence, settle=timedelta(0))


def _bend_clock(ahead: float, leap: float) -> None:
    looks = count()
    now = SystemClock.now
    SystemClock.now = lambda self: now(self) + timedelta(seconds=ahead + leap * next(looks))


def _install_steps(step: _Steps) -> None:
    _store(step)
    _disk(step)
    _api(step)
    _files(step)


def _disk(step: _Steps) -> None:
    """A kill takes nothing from the system's cache, so a sync is no step; closing the journal lets go of it."""
    for name in ("create", "truncate", "allocate", "replace", "close"):
        _before(SystemDisk, name, step)
    write = SystemDisk.write

    def write_in_halves(self: SystemDisk, descriptor: int, data: bytes, offset: int) -> None:
        step("disk: write")
        write(self, descriptor, data[: len(data) // 2], offset)
        step("disk: half written")
        write(self, descriptor, data, offset)

    SystemDisk.write = write_in_halves


def _api(step: _Steps) -> None:
    create, start = SjinnClient.create, aiohttp.ClientResponse.start

    async def create_in_steps(self: SjinnClient, *arguments: Any, **named: Any) -> Any:
        step("create: not sent")
        answer = await create(self, *arguments, **named)
        step("create: answered")
        return answer

    async def start_in_steps(self: aiohttp.ClientResponse, *arguments: Any) -> Any:
        if self.url.name != CREATE:
            return await start(self, *arguments)
        step("create: sent")
        response = await start(self, *arguments)
        step("create: answer not read")
        return response

    SjinnClient.create = create_in_steps
    aiohttp.ClientResponse.start = start_in_steps


def _store(step: _Steps) -> None:
    put = ContentStore.put_file

    async def put_in_steps(self: ContentStore, *arguments: Any) -> bool:
        step("store: not put")
        is_new = await put(self, *arguments)
        step("store: put")
        return is_new

    ContentStore.put_file = put_in_steps
    _before(ContentStore, "signed_url", step)
    _before(ContentStore, "check_url", step)
    write = folder_bucket._write_all

    def write_in_halves(descriptor: int, data: bytes) -> None:
        write(descriptor, data[: len(data) // 2])
        step("store: half written")
        write(descriptor, data[len(data) // 2 :])

    folder_bucket._write_all = write_in_halves


def _files(step: _Steps) -> None:
    append = PartFile.append

    def append_in_halves(self: PartFile, chunk: bytes) -> None:
        step("file: append")
        append(self, chunk[: len(chunk) // 2])
        self._file.flush()
        step("file: half appended")
        append(self, chunk[len(chunk) // 2 :])

    PartFile.append = append_in_halves
    _before(PartFile, "save", step)
    _before(os, "link", step)
    _before(os, "utime", step)
    unlink = Path.unlink

    def unlink_in_steps(self: Path, **options: Any) -> None:
        if self.exists():
            step(f"remove {self.suffix}")
        unlink(self, **options)

    Path.unlink = unlink_in_steps


def _before(owner: Any, name: str, step: _Steps) -> None:
    function = getattr(owner, name)

    @wraps(function)
    def stepped(*arguments: Any, **options: Any) -> Any:
        step(f"{owner.__name__}: {name}")
        return function(*arguments, **options)

    setattr(owner, name, stepped)
