"""GET of a file as a stream, from hosts that are not the API's: no key, no cookies, judged redirects."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from sora2batch.ground.errors import UsageError
from sora2batch.ground.proxy import proxy_for
from sora2batch.sjinn.api_error import DownloadError
from sora2batch.sjinn.encoding import PIECE, Gunzip, encoding_of, name_encoding
from sora2batch.sjinn.location import check_location, follow_redirect, host_of
from sora2batch.sjinn.network import NETWORK_ERRORS, word_network_error
from sora2batch.sjinn.secret import ApiKey
from sora2batch.sjinn.transport import USER_AGENT

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONNECTIONS = 1000
_CONNECT_SECONDS = 10.0
_STALL_SECONDS = 20.0


class CutError(Exception):
    """The stream broke, or the host is busy; another try may do better."""

    def __init__(self, reason: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class BadBodyError(CutError):
    """The host sent something whole, but no file."""


class FileStream:
    """The answer to one GET, its body not yet read."""

    def __init__(self, url: str, response: aiohttp.ClientResponse) -> None:
        self.url = url
        """Where the redirects have led."""
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        """Case does not matter in its keys."""
        self.encoding = encoding_of(response.headers)
        """What the body is packed in; empty for nothing."""
        self._content = response.content

    async def pieces(self) -> AsyncIterator[bytes]:
        """Read the body, unpacked, at most 1 MiB at a time.

        Raises:
            CutError: the body ended before its end, or is packed in what was not asked for.
        """
        if not self.encoding:
            while piece := await self._read():
                yield piece
            return
        if self.encoding not in Gunzip.NAMES:
            raise BadBodyError(f"it answered with {name_encoding(self.encoding)}, which was not asked for")
        gunzip = Gunzip()
        try:
            while packed := await self._read():
                for piece in gunzip.feed(packed):
                    yield piece
        except zlib.error as error:
            raise BadBodyError("it sent a damaged gzip, which was not asked for") from error
        if not gunzip.has_ended:
            raise CutError("its gzip broke off")

    async def _read(self) -> bytes:
        try:
            return await self._content.read(PIECE)
        except NETWORK_ERRORS as error:
            raise CutError(word_network_error(error)) from error


class FileHosts:
    """A session of GETs. An async context manager. It is told the key only so that no URL carries it."""

    def __init__(
        self,
        key: ApiKey | None,
        *,
        answer_seconds: float,
        connector: Callable[[], aiohttp.TCPConnector] | None = None,
        may_ask: Callable[[str], bool] | None = None,
    ) -> None:
        """Get ready.

        Args:
            key: that no URL may hold.
            answer_seconds: until the headers are there.
            connector: makes what opens connections, where it is not the usual one.
            may_ask: tells whether a host may be asked; also of those that redirects lead to.
        """
        self._key = key
        self._connector = connector or _usual_connector
        self._may_ask = may_ask
        self._answer_seconds = answer_seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=self._connector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=_CONNECT_SECONDS, sock_read=_STALL_SECONDS
            ),
            read_bufsize=PIECE,
            auto_decompress=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def open(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[FileStream]:
        """Ask for a file, through at most 5 redirects.

        Raises:
            DownloadError: a URL on the way may not be followed.
            CutError: no answer came.
        """
        self._check(url)
        for _ in range(MOST_REDIRECTS + 1):
            response = await self._get(url, headers)
            async with response:
                location = response.headers.get("Location")
                if response.status not in _REDIRECTS or location is None:
                    yield FileStream(url, response)
                    return
                url = follow_redirect(url, location)
                self._check(url)
        raise DownloadError(f"{host_of(url)} redirects more than {MOST_REDIRECTS} times")

    def _check(self, url: str) -> None:
        check_location(url)
        if self._key and self._key.is_in(url):
            raise DownloadError("the file's address holds the API key, so it is not asked for")
        if self._may_ask and not self._may_ask(host_of(url)):
            raise DownloadError(f"{host_of(url)} is not on the internet, so it is not asked")

    async def _get(self, url: str, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
        assert self._session is not None, "the downloader is used outside its async with"
        # A signature covers the URL as it is written, so a URL that can be sent as it is must be.
        is_clean = url.isascii() and url.isprintable() and " " not in url
        try:
            async with asyncio.timeout(self._answer_seconds):
                return await self._session.get(
                    URL(url, encoded=is_clean),
                    headers=headers,
                    allow_redirects=False,
                    proxy=proxy_for(urlsplit(url).scheme, host_of(url)),
                )
        except UsageError as error:
            raise DownloadError(error.message) from error
        except NETWORK_ERRORS as error:
            raise CutError(word_network_error(error)) from error


def _usual_connector() -> aiohttp.TCPConnector:
    return aiohttp.TCPConnector(limit=_CONNECTIONS)
