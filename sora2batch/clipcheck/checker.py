"""Files are checked in processes of their own: started when first needed, and again if one dies."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sora2batch.clipcheck.clip_finding import ClipFindings, Expected, NotChecked
from sora2batch.clipcheck.message import Question, decode_answer, encode_question

_WORKER = ("-X", "utf8", "-P", "-m", "sora2batch.clipcheck.worker")
"""utf8: files have the names that the run gave them, whatever the locale; -P: what lies in the working
folder, which may come from a stranger, is no module."""
_KEPT_VARIABLES = frozenset(
    {"PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "LC_CTYPE"}
    | {"SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "COVERAGE_PROCESS_START"}
)
"""What a decoder may know of our environment: no key is among it."""
_MOST_SECONDS = 60.0
"""Until an answer comes; the machine may be busy."""
_PATIENCE_SECONDS = 0.2
"""Until a process that was told to end is killed."""
_MOST_DEATHS = 5
"""In a row; then it is not the files' fault, and no more processes are started."""
_TURNED_OFF = "clips cannot be checked here: the process that decodes them does not live"


class ClipChecker:
    """A few processes that examine files; an async context manager, which ends them."""

    def __init__(
        self,
        processes: int = 2,
        *,
        command: Sequence[str] = _WORKER,
        most_seconds: float = _MOST_SECONDS,
    ) -> None:
        self._command = command
        self._most_seconds = most_seconds
        self._places = asyncio.Semaphore(processes)
        self._idle: list[Process] = []
        self._deaths = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for process in self._idle:
            await _end(process)
        self._idle.clear()

    async def check(self, path: Path, expected: Expected) -> ClipFindings | NotChecked:
        """Examine a file; whatever it does to the process, this one goes on."""
        async with self._places:
            if self._deaths >= _MOST_DEATHS:
                return NotChecked(_TURNED_OFF)
            return await self._ask(encode_question(Question(path, expected)))

    async def _ask(self, question: bytes) -> ClipFindings | NotChecked:
        """Ask one that is idle, and if it dies, be it of another file or by a stranger's hand, a new one."""
        try:
            for process in (self._idle.pop() if self._idle else None, None):
                answer = await self._ask_one(process or await self._start(), question)
                if answer is not None:
                    self._deaths = 0
                    return answer
        except TimeoutError:
            return NotChecked(f"it took more than {self._most_seconds:g} s")
        except (OSError, ValueError) as error:
            self._deaths = _MOST_DEATHS
            return NotChecked(f"no process can be started that decodes it: {error}")
        self._deaths += 1
        return NotChecked("the decoder gave up on it")

    async def _ask_one(self, process: Process, question: bytes) -> ClipFindings | NotChecked | None:
        answer = None
        try:
            async with asyncio.timeout(self._most_seconds):
                answer = await _exchange(process, question)
        finally:
            if answer is None:
                await _end(process)
        self._idle += [] if answer is None else [process]
        return answer

    async def _start(self) -> Process:
        environ = {name: value for name, value in os.environ.items() if name.upper() in _KEPT_VARIABLES}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            start_new_session=True,  # a Ctrl-C is for the run, which ends this one in its time
        )


async def _exchange(process: Process, question: bytes) -> ClipFindings | NotChecked | None:
    """Ask, and wait for the answer; None where the process ends instead."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(question)
        await process.stdin.drain()
        return decode_answer(await process.stdout.readline())
    except (OSError, ValueError):
        return None


async def _end(process: Process) -> None:
    """End a process, and let its pipes close."""
    assert process.stdin is not None
    process.stdin.close()  # it ends by itself, unless a decoder has it
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await process.wait()
    finally:  # whoever waits may be cancelled, too
        # Of one that has just died asyncio would say, on the terminal, that somebody else has taken it.
        with suppress(ProcessLookupError):
            process.kill()
    with suppress(OSError):
        await process.communicate()
