"""The command line called in this process, in a folder of its own, and a simulated API for it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fakes.short_waits import shorten_waits
from fakes.simulator_thread import SimulatorThread
from sora2batch.app.backend import simulation
from sora2batch.cli.main import main
from sora2batch.simulator.options import SimulatorOptions

KEY = "sk-never-to-be-seen"
SPEED = 1200.0
"""How much faster than in reality generations go by in simulated runs: nobody watches these."""
FIRST_WAIT_SECONDS = 0.01
"""Before a call asks again; how long that is in reality is the matter of ``test_sjinn_timeouts.py``."""
SMALL = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 5000}
defaults: {input: {mode: std, duration: 10, aspect_ratio: 16:9}}
jobs:
  hero:
    matrix: {animal: [fox, owl]}
    input: {prompt: "A {{ animal }}.", image: "https://samples.sora2batch.example/{{ animal }}.jpg"}
run: {poll_interval: 0.05}
output: {check: false}
"""
"""Nobody looks at its clips: that takes a process for each run, and is the matter of ``test_cli_look.py``."""


@dataclass(frozen=True)
class Ran:
    """What one call came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as exactly one JSON document."""
        return json.loads(self.out)


Call = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and an environment without a key."""
    monkeypatch.chdir(tmp_path)
    for name in ("SJINN_API_KEY", "SJINN_API_KEY_FILE", "SORA2BATCH_API_URL", "SORA2BATCH_TOOLS_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def manifest(folder: Path) -> Path:
    """A manifest of two jobs of 420 credits."""
    (folder / "small.yaml").write_text(SMALL)
    return Path("small.yaml")


@pytest.fixture
def call(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """Call ``sora2batch``; nobody is at the keyboard."""

    monkeypatch.setattr(simulation, "SPEED", SPEED)
    shorten_waits(FIRST_WAIT_SECONDS, monkeypatch.setattr)

    def call(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["sora2batch", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        assert isinstance(end.value.code, int)
        return Ran(end.value.code, out, err)

    return call


class SimulatorProcess:
    """``sora2batch simulate`` as somebody would start it."""

    def __init__(self, *flags: str) -> None:
        command = [sys.executable, "-m", "sora2batch", "simulate", "--speed", "1000", *flags]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self._process.stdout.readline()
        self.url = self._process.stdout.readline().split("SORA2BATCH_API_URL=")[1].split()[0]

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=120)


@pytest.fixture
def api(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., SimulatorProcess | SimulatorThread]]:
    """Start simulators; the environment points to the last one, with a key.

    With flags of ``simulate`` it is that command, in a process of its own.
    """
    started: list[SimulatorProcess | SimulatorThread] = []

    def start(*flags: str) -> SimulatorProcess | SimulatorThread:
        one = SimulatorProcess(*flags) if flags else SimulatorThread(SimulatorOptions(speed=1000.0))
        started.append(one)
        monkeypatch.setenv("SORA2BATCH_API_URL", one.url)
        monkeypatch.setenv("SJINN_API_KEY", KEY)
        return one

    yield start
    for one in started:
        one.stop()
