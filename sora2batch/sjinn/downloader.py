"""Results of tasks, fetched whole or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, assert_never

from sora2batch.ground.clock import Clock
from sora2batch.media.integrity import Broken, Finding, NoMedia
from sora2batch.media.sniff import HEAD_BYTES, MediaType, sniff
from sora2batch.sjinn.api_error import DownloadError, NoFileError
from sora2batch.sjinn.envelope import printable_line
from sora2batch.sjinn.exchange_log import fetching
from sora2batch.sjinn.flow import Flow
from sora2batch.sjinn.location import host_of
from sora2batch.sjinn.part import Part, PartFile, make_folder, part_path
from sora2batch.sjinn.redaction import excerpt_of_bytes
from sora2batch.sjinn.secret import ApiKey
from sora2batch.sjinn.stream import BadBodyError, CutError, FileHosts, FileStream
from sora2batch.sjinn.timeouts import Sleeper, backoff_seconds, retry_after
from sora2batch.sjinn.version import Version, rest_fault, version_of

_MOST_BAD_BODIES = 3
_GONE = frozenset({401, 403, 404, 410})
_BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class ExpiredUrl:
    """The host no longer gives this URL's file; a fresh URL may come with the task's status."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a host may ask of us."""

    bytes: int = 8 * 1024**3
    """Of one file: what a minute in 4K takes many times over."""
    answer_seconds: float = 60.0
    """Until the headers are there: they, too, may come a byte at a time."""


LIMITS = Limits()


class Downloader:
    """Fetches files from the hosts that the API names. An async context manager.

    It sends no key; it is told the key so that no URL carries it there and no message shows it.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        key: ApiKey | None = None,
        attempts: int = 5,
        limits: Limits = LIMITS,
        sleep: Sleeper = asyncio.sleep,
    ) -> None:
        self._hosts = FileHosts(key, answer_seconds=limits.answer_seconds)
        self._key = key
        self._most_bytes = limits.bytes
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

    async def fetch_part(self, url: str, target: Path, *, root: Path) -> Part | ExpiredUrl:
        """Fetch a file to TARGET.part below the root; then ``place(part, target)`` gives it a name.

        It is on disk when this returns. Unless a part is returned, none is left behind.

        Raises:
            NoFileError: all the host sends, however often it is asked, is no whole video, picture or sound.
            DownloadError: it cannot be had now, or the disk refused it.
        """
        try:
            make_folder(target, root)
            name = target.relative_to(root).as_posix()
            with PartFile(part_path(target)) as file, fetching(url, name, self._key) as outcome:
                came = await self._fill(url, file)
                outcome.append(f"{came.bytes:,} bytes" if isinstance(came, Part) else came.reason)
                return came
        except OSError as error:
            reason = error.strerror or type(error).__name__
            name = part_path(target).relative_to(root).as_posix()
            raise DownloadError(f"{name} cannot be written: {reason}") from error

    async def _fill(self, url: str, file: PartFile) -> Part | ExpiredUrl:
        fetch = _Fetch(self._hosts, self._clock, url, file, most_bytes=self._most_bytes)
        bad_bodies = 0
        for attempt in range(1, self._attempts + 1):
            try:
                return await fetch.go_on()
            except CutError as error:
                is_bad = isinstance(error, BadBodyError)
                bad_bodies += is_bad
                if attempt == self._attempts or bad_bodies == _MOST_BAD_BODIES:
                    kind = NoFileError if is_bad else DownloadError
                    reason = self._key.redact(error.reason) if self._key else error.reason
                    raise kind(f"{host_of(url)} failed {attempt} times; the last time {reason}") from error
                wait = backoff_seconds(attempt, error.retry_after_seconds)
            await self._sleep(wait)
        raise AssertionError("attempts must be at least 1")


class _Fetch:
    """One file on its way: what has arrived, and what a resumed request must match."""

    def __init__(self, hosts: FileHosts, clock: Clock, url: str, file: PartFile, *, most_bytes: int) -> None:
        self._hosts = hosts
        self._clock = clock
        self._url = url
        self._file = file
        self._most_bytes = most_bytes
        self._version: Version | None = None

    async def go_on(self) -> Part | ExpiredUrl:
        """Fetch what is missing."""
        if self._version is None and self._file.bytes:
            self._file.restart()
        async with self._hosts.open(self._url, self._range_headers()) as stream:
            if stream.status in _GONE:
                return ExpiredUrl(f"{host_of(self._url)} answered HTTP {stream.status}")
            self._begin(stream)
            await self._take(stream)
        self._check_length()
        kind = self._judge(await asyncio.to_thread(self._file.examine), stream)
        await asyncio.to_thread(self._file.save)
        return self._file.finish(kind.suffix.removeprefix("."))

    def _range_headers(self) -> dict[str, str]:
        if self._version is None or not self._file.bytes:
            return {}
        return {"Range": f"bytes={self._file.bytes}-", "If-Range": self._version.validator}

    def _begin(self, stream: FileStream) -> None:
        """Judge the answer and make the file ready."""
        if stream.status in _BUSY or stream.status >= 500:
            wait = retry_after(stream.headers, now=self._clock.now())
            raise CutError(f"it answered HTTP {stream.status}", retry_after_seconds=wait)
        match stream.status:
            case 206:
                self._begin_rest(stream)
            case 416:
                self._forget()
                raise CutError("it cannot resume the file")
            case 200:
                self._begin_whole(stream)
            case status if 200 <= status < 300:
                self._forget()
                raise BadBodyError(f"it answered HTTP {status}")
            case status:
                raise DownloadError(f"{host_of(self._url)} answered HTTP {status}")

    def _begin_whole(self, stream: FileStream) -> None:
        self._forget()
        if "Content-Range" in stream.headers or _is_multipart(stream):
            raise BadBodyError("it sent a part of the file as if it were the whole")
        self._version = version_of(stream.headers)

    def _begin_rest(self, stream: FileStream) -> None:
        if self._version is None or not self._file.bytes:
            self._forget()
            raise BadBodyError("it sent a part of the file, though the whole was asked for")
        fault = rest_fault(stream.headers, self._version, start=self._file.bytes)
        if fault:
            self._forget()
            raise CutError(fault)

    async def _take(self, stream: FileStream) -> None:
        flow = Flow(self._clock)
        async for piece in stream.pieces():
            self._file.append(piece)
            if len(self._file.head) == HEAD_BYTES and sniff(self._file.head) is None:
                self._judge(NoMedia(head=self._file.head), stream)
            if self._file.bytes > self._most_bytes:
                most = self._most_bytes / 1024**3
                raise DownloadError(f"{host_of(self._url)} sends more than {most:g} GiB")
            if flow.has_dried_up(len(piece)):
                raise CutError("it sent less than 1 KiB a second")

    def _check_length(self) -> None:
        """Hold a file against the length that was promised; one that was packed is promised none."""
        if self._version is None or self._file.bytes == self._version.bytes:
            return
        if self._file.bytes > self._version.bytes:
            self._forget()
        raise CutError("it did not send all of the rest")

    def _judge(self, finding: Finding, stream: FileStream) -> MediaType:
        """Let only a whole video, picture or sound pass."""
        match finding:
            case MediaType():
                return finding
            case Broken(kind=kind, reason=reason):
                self._forget()
                raise BadBodyError(f"what it sent is no whole {kind.suffix[1:].upper()}: {reason}")
            case NoMedia(head=b""):
                self._forget()
                raise BadBodyError("it sent an empty file")
            case NoMedia(head=head):
                self._forget()
                said = excerpt_of_bytes(head, urls=(self._url, stream.url))
                raise BadBodyError(f"it sent {_content_type(stream)}, no video, picture or sound: {said}")
            case _:
                assert_never(finding)

    def _forget(self) -> None:
        self._version = None
        if self._file.bytes:
            self._file.restart()


def _is_multipart(stream: FileStream) -> bool:
    return stream.headers.get("Content-Type", "").lower().startswith("multipart/")


def _content_type(stream: FileStream) -> str:
    stated = printable_line(stream.headers.get("Content-Type", "").partition(";")[0])
    return stated[:60] or "something without a content type"
