"""Finished files looked at by a worker: what each was to be is in its job's row, and in the catalogue."""

from __future__ import annotations

from pathlib import Path

from sora2batch.app.execution.clip_check import look_of
from sora2batch.catalog.catalog import Catalog
from sora2batch.clipcheck.checker import ClipChecker
from sora2batch.clipcheck.clip_finding import NotChecked
from sora2batch.clipcheck.expectation import expected_of
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Look


class WorkerLook:
    """Looks at the files of any batch; of a tool that the catalogue does not know nothing is expected."""

    def __init__(self, catalog: Catalog, checker: ClipChecker) -> None:
        self._catalog = catalog
        self._checker = checker

    async def look(self, job: Job, files: JsonObject, path: Path, /) -> Look | str:
        """Tell what somebody should look at in a file of a job; or why nothing can be said of it."""

        def size_of(sha256: str) -> tuple[int, int] | None:
            file = files.get(sha256)
            sides = (file.get("width"), file.get("height")) if isinstance(file, dict) else (None, None)
            width, height = sides
            return (width, height) if isinstance(width, int) and isinstance(height, int) else None

        expected = expected_of(self._catalog.tools.get(job.tool_type), job.input, size_of)
        found = await self._checker.check(path, expected)
        return found.reason if isinstance(found, NotChecked) else look_of(found)
