"""Files looked at as they come, in processes of their own: what each was to be is in its job."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.config.settings import checks_clips
from sora2batch.clipcheck.checker import ClipChecker
from sora2batch.clipcheck.clip_finding import ClipFindings, NotChecked
from sora2batch.clipcheck.expectation import expected_of
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Look
from sora2batch.run.look_stage import Inspection
from sora2batch.run.stages import Stages

_PROCESSES = 2


class BatchCheck:
    """Looks at the files of a batch."""

    def __init__(self, batch: Batch, checker: ClipChecker) -> None:
        self._batch = batch
        self._checker = checker

    async def look(self, job: Job, path: Path) -> Look | str:
        """Tell what somebody should look at in a file of a job; or why nothing can be said of it."""
        return await self.look_at(job.tool_type, job.input, path)

    async def look_at(self, tool_type: str, input: JsonObject, path: Path) -> Look | str:
        """Do the same for whatever was sent once."""
        expected = expected_of(self._batch.catalog.tools.get(tool_type), input, self._size_of)
        found = await self._checker.check(path, expected)
        return found.reason if isinstance(found, NotChecked) else look_of(found)

    def _size_of(self, sha256: str) -> tuple[int, int] | None:
        found = self._batch.expansion.files.get(sha256)
        if found is None or found.facts.width is None or found.facts.height is None:
            return None
        return found.facts.width, found.facts.height


def look_of(findings: ClipFindings) -> Look:
    """Write findings as a line has them."""
    return tuple((one.kind.value, one.reason) for one in findings)


@asynccontextmanager
async def clip_check(batch: Batch, stages: Stages) -> AsyncIterator[Inspection | None]:
    """Look at what is downloaded, unless the manifest says no; processes start with the first file."""
    if Stages.DOWNLOAD not in stages or not checks_clips(batch.manifest):
        yield None
        return
    async with ClipChecker(min(_PROCESSES, os.cpu_count() or 1)) as checker:
        yield Inspection(BatchCheck(batch, checker), batch.artifacts)
