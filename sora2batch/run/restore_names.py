"""Jobs that the manifest asks for again get their names back; no network is needed for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from sora2batch.ground.job import FORMER_FOLDER
from sora2batch.lockfile.entry import Entry
from sora2batch.lockfile.path import is_former
from sora2batch.plan.action import PlannedJob
from sora2batch.run.result_renamer import ResultRenamer


def is_called_for(jobs: Iterable[PlannedJob], root: Path) -> bool:
    """Tell whether there is anything to look at: mostly no file ever gave way."""
    return (root / FORMER_FOLDER).is_dir() or any(one.entry and _has_former(one.entry) for one in jobs)


async def bring_back(renamer: ResultRenamer, jobs: Iterable[PlannedJob]) -> None:
    """End what a killed run began, then move back what has to.

    Raises:
        Sora2BatchError: a move could not be written down; the file has both names.
    """
    await asyncio.to_thread(renamer.remove_strays)
    for one in jobs:
        if one.entry and _has_former(one.entry):
            await renamer.bring_back(one.job, one.entry)


def _has_former(entry: Entry) -> bool:
    return any(is_former(output.path) for attempt in entry.attempts for output in attempt.outputs)
