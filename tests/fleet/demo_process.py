"""Processes of the demo, each of which ends with it, and what they say, line by line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_LONGEST_SECONDS = 60.0
_OURS = ("SJINN_", "SORA2BATCH_", "PG", "PYTHON")


def clean_environ(**more: str) -> dict[str, str]:
    """Nothing that whoever calls has set for himself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**kept, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", **more}


class Program:
    """One process; its lines go to *hear* as they come."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        hear: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.lines: list[str] = []
        self._hear = hear
        self._process = subprocess.Popen(
            [sys.executable, *map(str, argv)],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C is for the demo alone
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    def send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    def wait(self) -> int:
        """The exit code."""
        code = self._process.wait(_LONGEST_SECONDS)
        self._reader.join(_LONGEST_SECONDS)
        return code

    def end(self) -> None:
        """In peace where it is quick enough."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()

    def _read(self) -> None:
        for line in self._process.stdout:
            self.lines.append(line.rstrip())
            self._hear(line.rstrip())


def sora2batch(*words: str | Path) -> list[str | Path]:
    return ["-m", "sora2batch", *words]
