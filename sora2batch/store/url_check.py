"""Would the API get the object by this very URL? One GET finds out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from sora2batch.ground.proxy import proxy_for
from sora2batch.ground.public_host import may_be_public
from sora2batch.ground.signed_url import SignedUrl
from sora2batch.store.cloud_client import StoreTimeouts
from sora2batch.store.store_error import (
    ObjectDamagedError,
    ObjectMissingError,
    SigningError,
    StoreDeniedError,
    StoreError,
    StoreUnavailableError,
)

_ERRORS = (aiohttp.ClientError, OSError, ValueError)
_PUBLIC_HINT = "the API fetches from the internet: it needs a bucket there, by https"
_DENIED_HINT = "a URL dies with temporary credentials; and who signs it needs the right to read"
_LATER = "run again later: nothing was paid"


class _PrivateAddressError(OSError):
    """A name stands for an address that is not public."""


class _PublicResolver(AbstractResolver):
    """Finds no addresses but public ones."""

    def __init__(self) -> None:
        self._inner = aiohttp.DefaultResolver()

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:  # noqa: ANN401 - as its base has it
        found = await self._inner.resolve(host, port, family)
        if not all(may_be_public(result["host"]) for result in found):
            raise _PrivateAddressError
        return found

    async def close(self) -> None:
        await self._inner.close()


class UrlChecker:
    """GETs URLs as the API would, but reads no more than the headers. An async context manager.

    No redirect is followed, for the API's own fetch may not follow it either.
    """

    def __init__(self, place: str, timeouts: StoreTimeouts) -> None:
        self._place = place
        self._timeouts = timeouts
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def check(self, url: SignedUrl, *, length: int, must_be_public: bool) -> None:
        """Return if the URL gives an object of this length.

        Raises:
            StoreError: it does not; the message has the object and the HTTP status, never the query.
        """
        await self._get(url, must_be_public=must_be_public, length=length, most=0)

    async def fetch(self, url: SignedUrl, *, length: int) -> bytes:
        """Fetch a small object of this length, wherever it is.

        Raises:
            StoreError: it cannot be had.
        """
        return await self._get(url, must_be_public=False, length=length, most=length)

    async def _get(self, url: SignedUrl, *, must_be_public: bool, length: int, most: int) -> bytes:
        text = url.reveal()
        begin = f"{self._place}: the URL of {_name_of(text)}"
        if must_be_public:
            _refuse_private(text, begin)
        parts = urlsplit(text)
        proxy = proxy_for(parts.scheme, parts.hostname or "")
        session = self._session(must_be_public=must_be_public and proxy is None)
        try:
            async with (
                asyncio.timeout(self._timeouts.answer),
                session.get(URL(text, encoded=True), proxy=proxy, allow_redirects=False) as response,
            ):
                failure = _judge(response, begin, length)
                if failure is None:
                    return await response.content.readexactly(most)
        except _ERRORS as error:
            failure = _of_network(error, begin)
        except asyncio.IncompleteReadError:
            failure = StoreUnavailableError(f"{begin} gives a body that breaks off", hint=_LATER)
        raise failure

    def _session(self, *, must_be_public: bool) -> aiohttp.ClientSession:
        if must_be_public not in self._sessions:
            resolver = _PublicResolver() if must_be_public else None
            self._sessions[must_be_public] = aiohttp.ClientSession(
                # A connection ends with its answer, as the body is not read.
                connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=not must_be_public),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept-Encoding": "identity"},
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._timeouts.connect),
                auto_decompress=False,
            )
        return self._sessions[must_be_public]


def _judge(response: aiohttp.ClientResponse, begin: str, length: int) -> StoreError | None:
    status = response.status
    if status == 200:
        return _judge_length(response.content_length, begin, length)
    told = f"{begin} answers a GET with HTTP {status}"
    if 300 <= status < 400:
        return StoreError(f"{told}, a redirect", hint="look at the region, the endpoint and public_url")
    if status in {404, 410}:
        return ObjectMissingError(told, hint="look at public_url and the bucket's name")
    if status in {408, 425, 429} or status >= 500:
        return StoreUnavailableError(told, hint=_LATER)
    return StoreDeniedError(told, hint=_DENIED_HINT)


def _judge_length(found: int | None, begin: str, length: int) -> StoreError | None:
    if found == length:
        return None
    told = "does not say its length" if found is None else f"has {found:,} bytes"
    return ObjectDamagedError(
        f"{begin} gives what {told}; it should have {length:,}",
        hint="look at what is in front of the bucket, and who else writes there",
    )


def _of_network(error: Exception, begin: str) -> StoreError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _PrivateAddressError):
            return SigningError(f"{begin} is at an address that is not public", hint=_PUBLIC_HINT)
        cause = cause.__cause__ or getattr(cause, "os_error", None)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return StoreError(f"{begin} has a certificate that is not trusted", hint="the API would not trust it")
    why = "takes too long to answer" if isinstance(error, TimeoutError) else "cannot be reached"
    return StoreUnavailableError(f"{begin} {why}", hint=_LATER)


def _refuse_private(url: str, begin: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        raise SigningError(f"{begin} is plain http", hint=_PUBLIC_HINT)
    if not may_be_public(host):
        raise SigningError(f"{begin} is at an address that is not public", hint=_PUBLIC_HINT)


def _name_of(url: str) -> str:
    """Name the object, which is as much of a URL's path as a message needs."""
    segments: Iterable[str] = urlsplit(url).path.split("/")[-3:]
    return "/".join(segments)
