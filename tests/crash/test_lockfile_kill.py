"""A real process is killed while it records; what it said was kept is found again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.lock_entry import entry_of
from fakes.still_clock import StillClock
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.file import read_lockfile
from sora2batch.lockfile.hold import lock_holder
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.lockfile.state import read_state

CHILD = """
import asyncio, os, sys
from pathlib import Path
from fakes.lock_entry import completed, entry_of, in_doubt, submitted
from sora2batch.ground.clock import SystemClock
from sora2batch.lockfile.lockfile_store import LockfileStore

async def job(store, number):
    name = f"job-{number}"
    for attempt in (in_doubt(), submitted(f"task-{number}"), completed(f"task-{number}")):
        await store.record(entry_of(attempt, name=name))
        os.write(1, f"{number} {attempt.state}\\n".encode())
    if number % 7 == 0:
        await store.checkpoint()

async def work(store, first):
    for number in range(first, 4000, 8):
        await job(store, number)

async def main():
    async with LockfileStore.open(Path(sys.argv[1]), manifest="x.yaml", clock=SystemClock()) as store:
        await asyncio.gather(*(work(store, first) for first in range(8)))

asyncio.run(main())
"""


def start(path) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{root / 'tests'}{os.pathsep}{root}"},
    )


@pytest.mark.parametrize("lines", [1, 9, 60, 250, 700])
async def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path, lines):
    path = tmp_path / "x.lock.jsonl"
    child = start(path)
    said = [child.stdout.readline() for _ in range(lines)]
    child.kill()
    said += [line for line in child.communicate()[0].splitlines(keepends=True) if line.endswith(b"\n")]
    assert lock_holder(path) is None
    told = [line.decode().split() for line in said]

    read_lockfile(path)
    state = read_state(path, manifest="x.yaml")
    order = [State.IN_DOUBT, State.SUBMITTED, State.COMPLETED]
    for number, word in told:
        found = state.get(entry_of(name=f"job-{number}").fingerprint)
        assert found is not None
        assert len(found.attempts) == 1
        assert order.index(found.state) >= order.index(State(word))
    async with LockfileStore.open(path, manifest="x.yaml", clock=StillClock()) as store:
        assert store.lockfile == state
    assert read_lockfile(path) == state
    assert [file.name for file in tmp_path.iterdir()] == ["x.lock.jsonl"]
