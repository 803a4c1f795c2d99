"""One HTTP exchange with the API, and certainty about whether any of it may have left this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace, TracebackType
from typing import Any, Self, TypeAlias, assert_never

import aiohttp
from yarl import URL

from sora2batch import __version__
from sora2batch.ground.deadline import Deadline
from sora2batch.ground.proxy import name_proxy, proxy_for, proxy_variable
from sora2batch.sjinn.answer import NotSent
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.exchange_log import NotedExchange, exchange
from sora2batch.sjinn.network import NETWORK_ERRORS, TooLateError, word_network_error
from sora2batch.sjinn.secret import ApiKey
from sora2batch.sjinn.timeouts import Timeouts

USER_AGENT = f"sora2batch/{__version__}"
LONGEST_BODY = 4 * 1024 * 1024
_CONNECTIONS = 1000
_CHUNK = 64 * 1024
# Servers close idle connections after 2 s (gunicorn), 5 s (Node, uvicorn) or more. A request sent on one just
# then is lost without a trace, so it would be in doubt; a connection this young is not about to be closed.
_LONGEST_IDLE_SECONDS = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A complete answer."""

    status: int
    headers: Mapping[str, str]
    """Case does not matter in its keys."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The request may have arrived; no complete answer came back."""

    reason: str
    remains: Reply | None = None
    """What did come back, if that was at least the status and the headers."""


Exchange: TypeAlias = Reply | Lost | NotSent


class _Departure:
    """Whether the request may have begun to leave, and until when it may."""

    __slots__ = ("_until", "begun")

    def __init__(self, until: Deadline | None) -> None:
        self._until = until
        self.begun = False

    def begin(self) -> None:
        """Let the request leave.

        Raises:
            TooLateError: not any more.
        """
        if self._until and self._until.has_passed:
            raise TooLateError
        self.begun = True


class Transport:
    """A session of POSTs to the API: never redirected, never repeated, with the key. A context manager."""

    def __init__(self, endpoint: Endpoint, key: ApiKey, *, timeouts: Timeouts) -> None:
        self._endpoint = endpoint
        self._key = key
        self._timeouts = timeouts
        self._proxy = proxy_for(endpoint.scheme, endpoint.host)
        self._session: aiohttp.ClientSession | None = None
        self.silence: str | None = None
        """Why nothing has come back from the API since this was opened; None once anything has."""
        self._has_answered = False

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_LONGEST_IDLE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "Authorization": f"Bearer {self._key.reveal()}",
                "Accept": "application/json",
                "Content-Type": "application/json",
                "User-Agent": USER_AGENT,
            },
            trace_configs=[_departure_trace()],
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(
        self, name: str, body: bytes, *, timeout_seconds: float, until: Deadline | None = None
    ) -> Exchange:
        """Send one call and wait for its answer. Whatever the network does is a value, not an exception.

        What has not begun to leave when the deadline passes is not sent. A cancelled call raises
        ``CancelledError`` as ever, and may have been sent.
        """
        with exchange(name, body, self._key) as noted:
            came = await self._post(name, body, timeout_seconds, _Departure(until))
            if noted:
                _note(came, noted)
        return came

    async def _post(self, name: str, body: bytes, timeout_seconds: float, departure: _Departure) -> Exchange:
        try:
            came = await self._exchange(name, body, timeout_seconds, departure)
        except NETWORK_ERRORS as error:
            reason = self._word(error)
            self.silence = None if self._has_answered else reason
            return Lost(reason=reason) if departure.begun else NotSent(reason)
        self._has_answered, self.silence = True, None
        return came

    def _word(self, error: Exception) -> str:
        words = word_network_error(error)
        if not self._proxy:
            return words
        variable = proxy_variable(self._endpoint.scheme)
        return f"{words} (by the proxy {name_proxy(self._proxy)}, from {variable})"

    async def _exchange(
        self, name: str, body: bytes, timeout_seconds: float, departure: _Departure
    ) -> Reply | Lost:
        assert self._session is not None, "the client is used outside its async with"
        async with self._session.post(
            URL(self._endpoint.call(name), encoded=True),
            data=body,
            allow_redirects=False,
            proxy=self._proxy,
            timeout=aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=self._timeouts.connect_seconds),
            trace_request_ctx=departure,
        ) as response:
            return await _read(response)


def _note(came: Exchange, noted: NotedExchange) -> None:
    match came:
        case Reply(status=status, body=body):
            noted.answered(status, body)
        case Lost(reason=reason):
            noted.lost(reason, was_sent=True)
        case NotSent(reason=reason):
            noted.lost(reason, was_sent=False)
        case _:
            assert_never(came)


async def _read(response: aiohttp.ClientResponse) -> Reply | Lost:
    body = bytearray()
    trouble = None
    try:
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > LONGEST_BODY:
                trouble = f"the answer is longer than {LONGEST_BODY // 1024**2} MiB"
                break
    except NETWORK_ERRORS as error:
        trouble = word_network_error(error)
    reply = Reply(status=response.status, headers=response.headers, body=bytes(body))
    return Lost(reason=trouble, remains=reply) if trouble else reply


def _departure_trace() -> aiohttp.TraceConfig:
    """Notice the moment before a request's first byte is written.

    The library calls this hook from ``write_headers``, before the transport sees anything. So if it was not
    called, nothing left; if it was, something may have. The proxy's own CONNECT request is not traced.
    """
    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(_note_departure)
    return config


async def _note_departure(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    del session, params
    departure: Any = context.trace_request_ctx
    departure.begin()
