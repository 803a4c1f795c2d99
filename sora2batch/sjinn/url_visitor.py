"""URLs of inputs looked at before they are paid for: each fetched once, whole but bounded, a few at a time.

A manifest may come from a stranger, so that no URL leads into a private network: a name must stand for public
addresses, and a redirect must not leave the internet. What is written as this machine stays on it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Container
from contextlib import AsyncExitStack
from functools import partial
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from sora2batch.ground.errors import UsageError
from sora2batch.ground.loopback import is_loopback
from sora2batch.ground.proxy import proxy_for
from sora2batch.ground.public_host import may_be_public
from sora2batch.media.facts import MAX_BYTES, MediaError
from sora2batch.media.kind import MediaKind
from sora2batch.media.probe import probe
from sora2batch.media.sniff import HEAD_BYTES, sniff
from sora2batch.media.visit import Fetched, NotReached, NotThere, Visit
from sora2batch.sjinn.api_error import DownloadError
from sora2batch.sjinn.exchange_log import fetching
from sora2batch.sjinn.location import host_of
from sora2batch.sjinn.stream import BadBodyError, CutError, FileHosts, FileStream

_AT_ONCE = 8
_PER_HOST = 2
_ANSWER_SECONDS = 20.0
_SECONDS = 60.0
_MOST_SILENCES = 5
"""In a row, after which a host is left alone: nobody waits for five hundred time-outs."""
_BUSY = frozenset({408, 425, 429})


class UrlVisitor:
    """Looks at URLs. An async context manager."""

    def __init__(self) -> None:
        self._proxies: set[str] = set()
        self._public = FileHosts(
            None,
            answer_seconds=_ANSWER_SECONDS,
            connector=partial(_public_connector, self._proxies),
            may_ask=may_be_public,
        )
        self._here = FileHosts(None, answer_seconds=_ANSWER_SECONDS, may_ask=is_loopback)
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._silences: Counter[str] = Counter()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._public)
        await self._stack.enter_async_context(self._here)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def visit(self, url: str, kind: MediaKind) -> Visit:
        """Fetch what is there, and tell what it is; nothing is kept."""
        host = host_of(url)
        async with self._places:
            if self._silences[host] >= _MOST_SILENCES:
                return NotReached(f"is not asked for: {host} has not answered before")
            try:
                with fetching(url, "of a job's input", None) as outcome:
                    visit = await self._fetch(url, kind)
                    outcome.append("a whole file" if isinstance(visit, Fetched) else visit.reason)
            except (DownloadError, UsageError) as error:
                return NotReached(f"cannot be fetched: {error.message}")
        # A host that is there but has no such file is no silent one.
        self._silences[host] = self._silences[host] + 1 if isinstance(visit, NotReached) else 0
        return visit

    async def _fetch(self, url: str, kind: MediaKind) -> Visit:
        hosts = self._here if is_loopback(host_of(url)) else self._public
        if proxy := proxy_for(urlsplit(url).scheme.lower(), host_of(url)):
            self._proxies.add(host_of(proxy))
        try:
            async with asyncio.timeout(_SECONDS), hosts.open(url, {}) as stream:
                return await _judge(stream, url, kind)
        except TimeoutError:
            return NotReached(f"does not come within {_SECONDS:g} seconds")
        except BadBodyError as error:
            return NotThere(f"gives no file: {error.reason}")
        except CutError as error:
            return NotReached(f"cannot be fetched: {error.reason}")


async def _judge(stream: FileStream, url: str, kind: MediaKind) -> Visit:
    if stream.status in _BUSY or stream.status >= 500:
        return NotReached(f"answers HTTP {stream.status}")
    if stream.status != 200:
        return NotThere(f"answers HTTP {stream.status}")
    with TemporaryFile() as file:
        length = 0
        async for piece in stream.pieces():
            begins = length == 0 and len(piece) >= HEAD_BYTES
            length += len(piece)
            if length > MAX_BYTES[kind]:
                return NotThere(f"gives more than {MAX_BYTES[kind] >> 20} MiB")
            if begins and sniff(piece[:HEAD_BYTES]) is None:
                return NotThere("gives no picture, video or sound")
            await asyncio.to_thread(file.write, piece)
        try:
            facts = await asyncio.to_thread(probe, file, kind=kind)
        except MediaError as error:
            return NotThere(f"gives a file that {error.message}")
    return Fetched(facts=facts, redirected_to=None if stream.url == url else host_of(stream.url))


def _public_connector(proxies: Container[str]) -> aiohttp.TCPConnector:
    resolver = PublicNames(aiohttp.DefaultResolver(), proxies)
    return aiohttp.TCPConnector(limit=_AT_ONCE, limit_per_host=_PER_HOST, resolver=resolver)


class PublicNames(AbstractResolver):
    """Finds no addresses but public ones, and those of the user's own proxies."""

    def __init__(self, inner: AbstractResolver, proxies: Container[str]) -> None:
        self._inner = inner
        self._proxies = proxies

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:  # noqa: ANN401 - as its base
        """Look a name up; all of its addresses must be public."""
        found = await self._inner.resolve(host, port, family)
        if host not in self._proxies and not all(may_be_public(result["host"]) for result in found):
            raise OSError(None, f"the address of {host} is not public")
        return found

    async def close(self) -> None:
        """Let go of what looks names up."""
        await self._inner.close()
