"""The real command line in real processes that can be killed; see ``program_template``."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from fakes.program_template import PRODUCT
from fakes.sabotage import Sabotage

_ROOT = Path(__file__).parents[2]
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Ended:
    """What became of a process."""

    code: int
    """Its exit code; ``-N`` if the signal N ended it."""
    out: str
    err: str

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Running:
    """One process of the program."""

    def __init__(self, template: Template, pid: int, out: Path, err: Path) -> None:
        self.pid = pid
        self._has_ended = False
        self._template = template
        self._out = out
        self._err = err

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def expect(self, text: str, *, seconds: float = _LONGEST_SECONDS) -> None:
        """Wait until it has said something on standard error."""
        end = time.monotonic() + seconds
        while text not in self._err.read_text():
            assert time.monotonic() < end, f"{text!r} was not said:\n{self._err.read_text()}"
            time.sleep(0.002)

    def kill_if_alive(self) -> None:
        """See to it that it has ended."""
        if not self._has_ended:
            self.signal(signal.SIGKILL)
            self.wait()

    def wait(self, *, seconds: float = _LONGEST_SECONDS) -> Ended:
        """Wait for its end; one that does not come in time is an error, and brought about."""
        self._has_ended = True
        try:
            code = self._template.wait(self.pid, seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}:\n{self._err.read_text()}") from error
        return Ended(code, self._out.read_text(), self._err.read_text())


class Template:
    """Starts processes. A context manager; not for two threads at once."""

    def __init__(self, program: str = PRODUCT) -> None:
        """Say whose ``main`` the processes call: a module's."""
        self._program = program

    def __enter__(self) -> Self:
        path = os.pathsep.join([str(_ROOT / "tests"), str(_ROOT)])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fakes.program_template", self._program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert self._answer(_LONGEST_SECONDS) == {"ready": True}
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def start(
        self,
        *argv: object,
        cwd: Path,
        env: Mapping[str, str],
        notes: Path,
        sabotage: Sabotage | None = None,
    ) -> Running:
        """Start the program; what it says goes to ``notes`` with .out and .err."""
        out, err = notes.with_suffix(".out"), notes.with_suffix(".err")
        out.touch()
        err.touch()
        command = {
            "argv": [str(one) for one in argv],
            "cwd": str(cwd),
            "env": {"PATH": os.environ["PATH"], "COLUMNS": "100", **env},
            "out": str(out),
            "err": str(err),
            "sabotage": (sabotage or Sabotage()).to_dict(),
        }
        return Running(self, self._ask(command, _LONGEST_SECONDS)["pid"], out, err)

    def wait(self, pid: int, seconds: float) -> int:
        """Wait for a child's end."""
        self._tell({"wait": pid})
        answer = self._answer(seconds)
        if answer is None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._answer(_LONGEST_SECONDS)
            raise TimeoutError(f"process {pid} did not end within {seconds:g} s")
        return answer["code"]

    def _ask(self, command: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        self._tell(command)
        answer = self._answer(seconds)
        assert answer is not None
        return answer

    def _tell(self, command: Mapping[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()

    def _answer(self, seconds: float) -> dict[str, Any] | None:
        assert self._process.stdout
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            return None
        return json.loads(self._process.stdout.readline())
