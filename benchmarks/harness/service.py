"""The server that programs are measured against: a process of its own, on a free port of this machine."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from subprocess import PIPE, Popen
from typing import Self

from benchmarks.harness.process import ENVIRON, ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the server saw."""

    tasks: int
    seconds: float
    """From the first create call's arrival to the last one's answer."""
    at_once: int
    """The most create calls that were under way together."""


class Service:
    """A context manager; ``close`` ends it and gives its counts."""

    def __init__(
        self, *, latency_seconds: float = 0.0, file_bytes: int = 1000, done_seconds: float | None = None
    ) -> None:
        script = ROOT / "benchmarks" / "reference" / "service.py"
        done = [] if done_seconds is None else [str(done_seconds)]
        argv = [sys.executable, str(script), str(latency_seconds), str(file_bytes), *done]
        self._process = Popen(argv, stdin=PIPE, stdout=PIPE, text=True, env=ENVIRON)
        self._port = self._line().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def root(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def api(self) -> str:
        """Where the API begins."""
        return f"{self.root}/api/un-api"

    def environ(self) -> dict[str, str]:
        """Lead the program to it."""
        return {"SORA2BATCH_API_URL": self.api, "SJINN_API_KEY": "benchmark"}

    def close(self) -> Counts:
        """End it."""
        said, _ = self._process.communicate(timeout=60)
        return Counts(**json.loads(said.splitlines()[-1]))

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()
