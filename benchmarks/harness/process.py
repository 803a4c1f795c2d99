"""Whole processes, and what they used.

A child's peak memory counts from its parent's at the moment of the fork, so whoever imports this must stay
smaller than what it measures: nothing but the standard library here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen
from threading import Timer
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]
_KIB = 1024
ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
"""Nothing of how this Python was started: whoever writes no bytecode, or no buffers, measures just that."""


class FailedError(Exception):
    """A measured process did not do its work: its time says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A process to start."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    """Over this process's own, less what it tells Python."""
    exits: frozenset[int] = frozenset({0})
    """Exit codes that mean it did its work."""
    seconds: float = 600.0
    """When it is killed."""
    out: str = "out.txt"
    """Where its standard output goes, below the folder."""

    def __str__(self) -> str:
        return " ".join(Path(part).name if part == sys.executable else part for part in self.argv)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a process used from its start to its end."""

    seconds: float
    """By the clock on the wall."""
    cpu_seconds: float
    peak_bytes: int
    out: Path
    """What it printed."""


def python(
    *argv: str | Path, cwd: Path, env: Mapping[str, str] | None = None, seconds: float = 600
) -> Command:
    """Start this very Python."""
    return Command(argv=(sys.executable, *map(str, argv)), cwd=cwd, env=env or {}, seconds=seconds)


def program(
    *argv: str | Path, cwd: Path, env: Mapping[str, str] | None = None, exits: Sequence[int] = (0,)
) -> Command:
    """Start sora2batch as a user does."""
    whole = (sys.executable, "-m", "sora2batch", *map(str, argv))
    return Command(argv=whole, cwd=cwd, env=env or {}, exits=frozenset(exits))


def reference(name: str, *argv: str | Path, cwd: Path) -> Command:
    """Start one of the programs to compare with."""
    return python(ROOT / "benchmarks" / "reference" / f"{name}.py", *argv, cwd=cwd)


def inside(name: str, *argv: str | Path, cwd: Path) -> Command:
    """Start one of the programs that look inside ours."""
    return python("-m", f"benchmarks.inside.{name}", *argv, cwd=cwd, env={"PYTHONPATH": str(ROOT)})


def measure(command: Command) -> Usage:
    """Run a process to its end; its standard output goes to a file, as a pipe would slow it down.

    Raises:
        FailedError: it ended with another exit code than it should, or not in time.
    """
    out, err = command.cwd / command.out, command.cwd / f"{command.out}.err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        started = perf_counter()
        process = Popen(
            command.argv,
            cwd=command.cwd,
            env={**ENVIRON, **command.env},
            stdin=DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
        timer = Timer(command.seconds, process.kill)
        timer.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        finally:
            timer.cancel()
        seconds = perf_counter() - started
    process.returncode = code = os.waitstatus_to_exitcode(status)
    if code not in command.exits:
        raise FailedError(f"{command}: exit {code}\n{err.read_text(errors='replace')[-2000:]}")
    return Usage(
        seconds=seconds,
        cpu_seconds=used.ru_utime + used.ru_stime,
        peak_bytes=used.ru_maxrss * (1 if sys.platform == "darwin" else _KIB),
        out=out,
    )
