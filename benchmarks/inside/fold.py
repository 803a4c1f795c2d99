"""A journal folded into its lockfile, against orjson writing the same lines; in turn.

Arguments: manifest (its journal lies beside it), pairs.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

from sora2batch.ground.clock import SystemClock
from sora2batch.lockfile.entry import Entry
from sora2batch.lockfile.journal import decode_journal
from sora2batch.lockfile.lockfile_store import LockfileStore


def main() -> None:
    """Print the seconds of each."""
    manifest, pairs = Path(sys.argv[1]), int(sys.argv[2])
    folder, journal = manifest.parent, manifest.with_suffix(".journal.jsonl")
    data = journal.read_bytes()
    seconds: dict[str, list[float]] = {"checkpoint": [], "recovery": [], "write": []}
    for _ in range(pairs + 1):
        seconds["recovery"].append(_recover(folder / "dead.lock.jsonl", journal))
        seconds["checkpoint"].append(_checkpoint(folder / "live.lock.jsonl", data))
        seconds["write"].append(
            _write(folder / "plain.jsonl", [orjson.loads(line) for line in data.splitlines()])
        )
    print(json.dumps({name: values[1:] for name, values in seconds.items()}))


def _recover(path: Path, journal: Path) -> float:
    path.unlink(missing_ok=True)
    shutil.copy(journal, path.with_name("dead.journal.jsonl"))
    started = perf_counter()
    LockfileStore.open(path, manifest="batch.yaml", clock=SystemClock())._let_go()
    return perf_counter() - started


def _checkpoint(path: Path, data: bytes) -> float:
    path.unlink(missing_ok=True)
    return asyncio.run(_checkpoint_live(path, decode_journal(data, file="journal")))


async def _checkpoint_live(path: Path, entries: tuple[Entry, ...]) -> float:
    async with LockfileStore.open(path, manifest="batch.yaml", clock=SystemClock()) as store:
        for start in range(0, len(entries), 500):
            async with asyncio.TaskGroup() as group:
                for entry in entries[start : start + 500]:
                    group.create_task(store.record(entry))
        started = perf_counter()
        await store.checkpoint()
        return perf_counter() - started


def _write(path: Path, lines: list[Any]) -> float:
    started = perf_counter()
    with path.open("wb") as stream:
        stream.writelines(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)
        stream.flush()
        os.fsync(stream.fileno())
    return perf_counter() - started


if __name__ == "__main__":
    main()
