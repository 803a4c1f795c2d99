"""Files on their way from the API to the store, in a folder that is there only so long."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Attempt, Output
from sora2batch.run.folder import ExpiredUrlError, Fetcher
from sora2batch.run.recorded_url import recorded_url
from sora2batch.sjinn.api_error import DownloadError, NoFileError
from sora2batch.sjinn.downloader import ExpiredUrl
from sora2batch.sjinn.part import Part


class MediaFolder:
    """The files of one task."""

    def __init__(self, root: Path, fetcher: Fetcher) -> None:
        self._root = root
        self._fetcher = fetcher
        self._parts: dict[int, Part] = {}

    def path(self, index: int) -> Path:
        """Tell where a file is that was fetched."""
        return self._parts[index].path

    async def collect(self, job: Job, attempt: Attempt, urls: Sequence[str], /) -> tuple[Output, ...]:
        """Fetch every file that is not here yet; one that is gone keeps no other from it.

        Raises:
            ExpiredUrlError: a URL no longer works.
            DownloadError: a file cannot be had, or it is not the one that is recorded.
            OSError: the disk refused.
        """
        del job
        known = attempt.outputs if len(attempt.outputs) == len(urls) else [Output() for _ in urls]
        failures: list[DownloadError] = []
        for index, url in enumerate(urls):
            if index in self._parts:
                continue
            try:
                self._parts[index] = await self._fetch(index, url, known[index])
            except DownloadError as error:
                failures.append(error)
                if not isinstance(error, ExpiredUrlError | NoFileError):
                    break  # it is the host that fails, or the disk
        if failures:
            raise next((one for one in failures if isinstance(one, ExpiredUrlError)), failures[0])
        return tuple(self._output(index, url, known[index]) for index, url in enumerate(urls))

    async def _fetch(self, index: int, url: str, known: Output) -> Part:
        if recorded_url(url) is None:
            raise DownloadError("the API named a file that is no http(s) URL")
        part = await self._fetcher.fetch_part(url, self._root / f"{index}", root=self._root)
        if isinstance(part, ExpiredUrl):
            raise ExpiredUrlError(part.reason)
        if known.sha256 and part.sha256 != known.sha256:
            raise DownloadError("what the API offers now is another file than the one recorded")
        return part

    def _output(self, index: int, url: str, known: Output) -> Output:
        part = self._parts[index]
        return known._replace(url=recorded_url(url), sha256=part.sha256, bytes=part.bytes)
