"""A file of an input is fetched as the API does it: one GET, bounded, and from this machine only."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import assert_never

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from sora2batch.simulator.fault import FaultKind
from sora2batch.simulator.loopback_url import loopback_url

_MOST_REDIRECTS = 3
_SECONDS = 20.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"Accept-Encoding": "identity"}
_ENDED_EARLY = "it ended before its Content-Length"
_EXPIRED = b"Request has expired"
_PIECE = 1 << 18
_SHOWN_BYTES = 4096
"""How much of a refusal is read."""


class InputError(Exception):
    """A file cannot be had or used; its text is for people and holds no URL."""


def input_session() -> aiohttp.ClientSession:
    """Make a session that cannot leave this machine, by no name, no proxy and no cookie."""
    return aiohttp.ClientSession(
        # A connection ends with its answer: kept open, it would outlive the task, also at this very server.
        connector=aiohttp.TCPConnector(resolver=_LocalhostOnly(), force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )


async def fetch(
    session: aiohttp.ClientSession, url: URL, *, limit: int, take: Callable[[bytes], None]
) -> None:
    """Fetch a file of at most *limit* bytes, and give it away piece by piece.

    Raises:
        InputError: there is none, or it does not come whole and in time.
    """
    try:
        async with asyncio.timeout(_SECONDS):
            await _follow(session, url, limit, take)
    except TimeoutError:
        raise InputError(f"it did not come within {_SECONDS:g} s") from None
    except aiohttp.ClientPayloadError:
        raise InputError(_ENDED_EARLY) from None
    except (aiohttp.ClientError, OSError, ValueError):
        raise InputError("the connection failed") from None  # the cause's text may hold the URL


def simulated_refusal(fault: FaultKind) -> InputError | None:
    """Say what a fetch comes to that a fault strikes; None where it is only slow."""
    match fault:
        case FaultKind.INPUT_GONE:
            return refusal_of(404, b"")
        case FaultKind.INPUT_FORBIDDEN:
            return refusal_of(403, b"")
        case FaultKind.INPUT_EXPIRED:
            return refusal_of(403, _EXPIRED)
        case FaultKind.INPUT_LENGTH:
            return InputError(_ENDED_EARLY)
        case FaultKind.INPUT_SLOW:
            return None
        case (
            FaultKind.TOO_MANY
            | FaultKind.SERVER_ERROR
            | FaultKind.RESET
            | FaultKind.SLOW
            | FaultKind.FAIL
            | FaultKind.TRUNCATE
            | FaultKind.PAGE
            | FaultKind.BLACK
            | FaultKind.FROZEN
            | FaultKind.SILENT
            | FaultKind.SHORT
            | FaultKind.SHAPE
            | FaultKind.RESULT_GONE
            | FaultKind.RESULT_EXPIRED
            | FaultKind.RESULT_LENGTH
            | FaultKind.RESULT_FORGOTTEN
        ):  # those strike calls, generations, clips and results
            return None
        case _:
            assert_never(fault)


def refusal_of(status: int, head: bytes) -> InputError:
    """Word an answer that is no file; stores say in its body that a signature has expired."""
    expired = status in {400, 401, 403} and b"expired" in head.lower()
    return InputError(f"HTTP {status}, the signature has expired" if expired else f"HTTP {status}")


async def _follow(
    session: aiohttp.ClientSession, url: URL, limit: int, take: Callable[[bytes], None]
) -> None:
    for _ in range(_MOST_REDIRECTS + 1):
        async with session.get(url, allow_redirects=False, headers=_HEADERS) as response:
            if response.status not in _REDIRECTS:
                await _read(response, limit, take)
                return
            url = _target(url, response.headers.get("Location", ""))
    raise InputError(f"it is redirected more than {_MOST_REDIRECTS} times")


def _target(url: URL, location: str) -> URL:
    target = loopback_url(str(url.join(URL(location, encoded=True))))
    if target is None:
        raise InputError("it is redirected to another machine")
    return target


async def _read(response: aiohttp.ClientResponse, limit: int, take: Callable[[bytes], None]) -> None:
    if response.status != 200:
        raise refusal_of(response.status, await response.content.read(_SHOWN_BYTES))
    length = 0
    async for piece in response.content.iter_chunked(_PIECE):
        length += len(piece)
        if length > limit:
            raise InputError(f"it is larger than {limit >> 20} MiB")
        take(piece)


class _LocalhostOnly(AbstractResolver):
    """Knows one name, and asks nobody."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host.lower() != "localhost":
            raise OSError(f"{host} is not this machine")
        places = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
        return [
            ResolveResult(hostname=host, host=place, port=port, family=kind, proto=0, flags=0)
            for kind, place in places
            if family in {kind, socket.AF_UNSPEC}
        ]

    async def close(self) -> None:
        pass
