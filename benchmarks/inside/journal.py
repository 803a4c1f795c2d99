"""Durable journal lines, many waiting together, against a sync for each; in turn.

Arguments: folder, pairs, records, records waiting at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from time import perf_counter

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.job import Credits, fingerprint_of
from sora2batch.lockfile.appender import journal_line
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.lockfile.lockfile_store import LockfileStore

_TOOL = "sora2-text-to-video-api"


def main() -> None:
    """Print seconds a record: of the store, and of a write and a sync each."""
    folder, pairs, count, waiting = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    entries = [_entry(number) for number in range(count)]
    lines = [journal_line(entry).text for entry in entries]
    ours, theirs = [], []
    for number in range(pairs + 1):
        ours.append(asyncio.run(_shared(folder / f"{number}.lock.jsonl", entries, waiting)) / count)
        theirs.append(_each(folder / f"{number}.raw", lines[: count // 10]) / (count // 10))
    print(json.dumps({"ours": ours[1:], "theirs": theirs[1:]}))


async def _shared(path: Path, entries: list[Entry], waiting: int) -> float:
    """Record everything; so many coroutines wait for the disk together, as submitters do."""
    queue = iter(entries)
    async with LockfileStore.open(path, manifest="x.yaml", clock=SystemClock()) as store:

        async def work() -> None:
            for entry in queue:
                await store.record(entry)

        started = perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(waiting):
                group.create_task(work())
        return perf_counter() - started


def _each(path: Path, lines: list[bytes]) -> float:
    """Write and sync one line after the other."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    started = perf_counter()
    for line in lines:
        os.write(descriptor, line)
        os.fsync(descriptor)
    seconds = perf_counter() - started
    os.close(descriptor)
    return seconds


def _entry(number: int) -> Entry:
    input: JsonObject = {"prompt": f"a red fox {number}, dolly in, at dawn", "mode": "std", "duration": 10}
    attempt = Attempt(state=State.IN_DOUBT, credits=Credits(420), submitted_at="2026-11-22T09:00:00Z")
    return Entry(
        key=f"hero/fox-{number}",
        fingerprint=fingerprint_of(_TOOL, input, 1),
        tool_type=_TOOL,
        take=1,
        input=input,
        attempts=(attempt,),
    )


if __name__ == "__main__":
    main()
