"""Results of tasks, fetched whole or not at all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sora2batch.clock import Clock
from sora2batch.sjinn.error import DownloadError, NoFileError
from sora2batch.sjinn.location import host_of
from sora2batch.sjinn.media import is_page, sniff
from sora2batch.sjinn.part import Part, PartFile, make_folder, part_path
from sora2batch.sjinn.patience import Sleeper, backoff_seconds, retry_after
from sora2batch.sjinn.stream import BadBodyError, CutError, FileHosts, FileStream

_GONE = frozenset({401, 403, 404, 410})
_BUSY = frozenset({408, 425, 429})
_CONTENT_RANGE = re.compile(r"bytes ([0-9]+)-[0-9]+/([0-9]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Expired:
    """The host no longer gives this URL's file; a fresh URL may come with the task's status."""

    reason: str


class Downloader:
    """Fetches files from the hosts that the API names; it knows no key. An async context manager."""

    def __init__(self, *, clock: Clock, attempts: int = 5, sleep: Sleeper = asyncio.sleep) -> None:
        self._hosts = FileHosts()
        self._clock = clock
        self._attempts = attempts
        self._sleep = sleep

    async def __aenter__(self) -> Self:
        await self._hosts.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._hosts.__aexit__(kind, error, trace)

    async def fetch_part(self, url: str, target: Path, *, root: Path) -> Part | Expired:
        """Fetch a file to TARGET.part below the root; then ``place(part, target)`` gives it a name.

        It is on disk when this returns. Unless a part is returned, none is left behind.

        Raises:
            NoFileError: all the host sends, however often it is asked, is empty or a page.
            DownloadError: it cannot be had now, or the disk refused it.
        """
        try:
            make_folder(target, root)
            with PartFile(part_path(target)) as file:
                return await self._fill(url, file)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            name = part_path(target).relative_to(root).as_posix()
            raise DownloadError(f"{name} cannot be written: {reason}") from error

    async def _fill(self, url: str, file: PartFile) -> Part | Expired:
        fetch = _Fetch(self._hosts, self._clock, url, file)
        for attempt in range(1, self._attempts + 1):
            try:
                return await fetch.go_on()
            except CutError as error:
                if attempt == self._attempts:
                    kind = NoFileError if isinstance(error, BadBodyError) else DownloadError
                    message = f"{host_of(url)} failed {attempt} times; the last time {error.reason}"
                    raise kind(message) from error
                wait = backoff_seconds(attempt, error.retry_after_seconds)
            await self._sleep(wait)
        raise AssertionError("attempts must be at least 1")


class _Fetch:
    """One file on its way: what has arrived, and what a resumed request must match."""

    def __init__(self, hosts: FileHosts, clock: Clock, url: str, file: PartFile) -> None:
        self._hosts = hosts
        self._clock = clock
        self._url = url
        self._file = file
        self._validator: str | None = None

    async def go_on(self) -> Part | Expired:
        """Fetch what is missing."""
        if self._validator is None and self._file.bytes:
            self._file.restart()
        async with self._hosts.open(self._url, self._range_headers()) as stream:
            if stream.status in _GONE:
                return Expired(f"{host_of(self._url)} answered HTTP {stream.status}")
            total = self._begin(stream)
            while chunk := await stream.read():
                self._file.append(chunk)
                self._refuse_page()
        self._check_length(total)
        await asyncio.to_thread(self._file.save)
        kind = sniff(self._file.head)
        return self._file.finish(kind.suffix[1:] if kind else None)

    def _range_headers(self) -> dict[str, str]:
        if self._validator is None or not self._file.bytes:
            return {}
        return {"Range": f"bytes={self._file.bytes}-", "If-Range": self._validator}

    def _begin(self, stream: FileStream) -> int | None:
        """Judge the answer and make the file ready; tell the length that a resumed file must have."""
        if stream.status in _BUSY or stream.status >= 500:
            wait = retry_after(stream.headers, now=self._clock.now())
            raise CutError(f"it answered HTTP {stream.status}", retry_after_seconds=wait)
        if stream.status == 206:
            return self._begin_rest(stream)
        if stream.status == 416:
            self._forget()
            raise CutError("it cannot resume the file")
        if stream.status != 200 and 200 <= stream.status < 300:
            self._forget()
            raise BadBodyError(f"it answered HTTP {stream.status}")
        if stream.status != 200:
            raise DownloadError(f"{host_of(self._url)} answered HTTP {stream.status}")
        if self._file.bytes:
            self._file.restart()
        self._validator = _validator(stream.headers)
        return None

    def _begin_rest(self, stream: FileStream) -> int:
        match = _CONTENT_RANGE.fullmatch(stream.headers.get("Content-Range", "").strip())
        if match is None or int(match[1]) != self._file.bytes or "Content-Encoding" in stream.headers:
            self._forget()
            raise CutError("it resumed the file at the wrong place")
        return int(match[2])

    def _check_length(self, total: int | None) -> None:
        if not self._file.bytes:
            self._forget()
            raise BadBodyError("it sent an empty file")
        if total is not None and total != self._file.bytes:
            self._forget()
            raise CutError("the resumed file has the wrong length")

    def _refuse_page(self) -> None:
        if is_page(self._file.head):
            self._forget()
            raise BadBodyError("what it sent is no video or image")

    def _forget(self) -> None:
        self._validator = None
        self._file.restart()


def _validator(headers: Mapping[str, str]) -> str | None:
    """Choose what a resumed request is conditional on: a strong ETag, else Last-Modified.

    Source: RFC 9110, section 13.1.5.
    """
    if "Content-Encoding" in headers:
        return None
    etag = headers.get("ETag", "")
    if etag.startswith('"'):
        return etag
    return headers.get("Last-Modified")
