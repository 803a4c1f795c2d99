"""The API as async calls with typed answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar, assert_never

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import Clock
from sora2batch.ground.deadline import Deadline
from sora2batch.sjinn.answer import (
    Accepted,
    Account,
    CreateAnswer,
    CreateOutcome,
    Failed,
    Finished,
    KeyRefused,
    LedgerReading,
    NotAccepted,
    NotSent,
    OutOfCredits,
    Refusal,
    Rejected,
    StatusAnswer,
    Unknown,
    Unreadable,
    Working,
)
from sora2batch.sjinn.api_error import ApiError, KeyRefusedError, LedgerError, UnreachableError
from sora2batch.sjinn.endpoint import DEFAULT_URL, Endpoint
from sora2batch.sjinn.ledger import read_ledger
from sora2batch.sjinn.paging import LedgerWalk
from sora2batch.sjinn.protocol import StatusOf, read_account, read_create
from sora2batch.sjinn.redaction import without_signatures
from sora2batch.sjinn.request_body import (
    ACCOUNT,
    CREATE,
    LEDGER,
    STATUS,
    LedgerQuery,
    create_body,
    ledger_body,
    status_body,
)
from sora2batch.sjinn.result_urls import locate
from sora2batch.sjinn.secret import KEY_VARIABLE, ApiKey
from sora2batch.sjinn.server_clock import ServerClock
from sora2batch.sjinn.timeouts import DEFAULT_TIMEOUTS, Sleeper, Timeouts, backoff_seconds
from sora2batch.sjinn.transport import Lost, Reply, Transport

_Answer_co = TypeVar("_Answer_co", covariant=True)


class _Reader(Protocol[_Answer_co]):
    """A pure reader of answers, as ``protocol`` and ``ledger`` have them."""

    def __call__(
        self, status: int, headers: Mapping[str, str], body: bytes, /, *, now: datetime
    ) -> _Answer_co: ...


class SjinnClient:
    """The API, for one key; use it as an async context manager.

    Raises:
        UsageError: the key would travel in the clear, or the environment names an unusable proxy.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        key: ApiKey,
        *,
        clock: Clock,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        sleep: Sleeper = asyncio.sleep,
    ) -> None:
        endpoint.guard(key)
        self._transport = Transport(endpoint, key, timeouts=timeouts)
        self._endpoint = endpoint
        self._key = key
        self._home = endpoint.url
        self.clock = ServerClock(clock)
        """The API's own time, as far as its answers have told it; intents and the ledger then agree."""
        self._timeouts = timeouts
        self._sleep = sleep

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    @property
    def silence(self) -> str | None:
        """Why nothing at all has come back from the API so far; None once anything has."""
        return self._transport.silence

    @property
    def _elsewhere(self) -> str:
        """Name the address where it is not the official one: a slip in it looks like a broken API."""
        endpoint = self._endpoint
        return "" if endpoint.url == DEFAULT_URL else f" ({endpoint.origin} is {endpoint.url})"

    async def create(
        self, tool_type: str, input: JsonObject, *, until: Deadline | None = None
    ) -> CreateOutcome:
        """Make a paid task. It is sent at most once, in time; ``NotSent`` only where surely nothing left.

        If this is cancelled, the caller must treat the outcome as unknown: the request may have been charged.
        """
        exchange = await self._transport.post(
            CREATE,
            create_body(tool_type, input),
            timeout_seconds=self._timeouts.create_seconds,
            until=until,
        )
        match exchange:
            case NotSent():
                return exchange
            case Lost(reason=reason, remains=remains):
                return self._read_remains(reason, remains)
            case Reply():
                return self._without_secrets(self._read(exchange, read_create), input)
            case _:
                assert_never(exchange)

    def _read_remains(self, reason: str, remains: Reply | None) -> CreateAnswer:
        # A task_id that did arrive is not lost with the rest of its answer; anything less is no proof.
        answer = self._read(remains, read_create) if remains else None
        return answer if isinstance(answer, Accepted) else Unknown(reason)

    async def status(self, task_id: str) -> StatusAnswer:
        """Ask how a task is doing; costs nothing. Trouble on the network is ``Unreadable``."""
        answer = await self._ask(STATUS, status_body(task_id), StatusOf(task_id))
        match answer:
            case Working():
                return answer
            case Finished():
                return locate(answer, home=self._home, key=self._key)
            case Unreadable(reason=reason):
                return replace(answer, reason=self._key.redact(reason))
            case Failed() | KeyRefused():
                return replace(answer, note=self._clean(answer.note))
            case _:
                assert_never(answer)

    async def ledger(
        self, *, since: datetime, limit: int = 200, looking_for: Collection[str] = ()
    ) -> LedgerReading:
        """Read every charge since a moment; whole or not at all.

        Where tasks are looked for, the reading ends with the page on which the last of them is found.

        Raises:
            LedgerError: it cannot be read to its end.
            UnreachableError: nothing came back.
            KeyRefusedError: the API refused the key.
        """
        walk = LedgerWalk(LedgerQuery(since=since, limit=limit), looking_for)
        while walk.query is not None:
            walk.take(await self._insist(LEDGER, ledger_body(walk.query), read_ledger, LedgerError))
        return walk.reading(is_timed=self.clock.is_told)

    async def account(self) -> Account:
        """Ask for the balance and the membership; costs nothing.

        Raises:
            ApiError: no readable answer came.
            UnreachableError: nothing came back.
            KeyRefusedError: the API refused the key.
        """
        return await self._insist(ACCOUNT, b"{}", read_account, ApiError)

    async def _insist(
        self,
        name: str,
        body: bytes,
        read: _Reader[_Answer_co | Unreadable | KeyRefused],
        failure: Callable[[str], ApiError],
    ) -> _Answer_co:
        """Ask a question that costs nothing until it is answered, a few times."""
        for attempt in range(1, self._timeouts.attempts + 1):
            answer = await self._ask(name, body, read)
            if isinstance(answer, KeyRefused):
                raise self._refused(answer.note)
            if not isinstance(answer, Unreadable):
                return answer
            if attempt == self._timeouts.attempts:
                if self.silence:
                    raise UnreachableError(self.silence)
                raise failure(
                    self._key.redact(f"{name} failed {attempt} times: {answer.reason}{self._elsewhere}")
                )
            await self._sleep(backoff_seconds(attempt, answer.retry_after_seconds))
        raise AssertionError("attempts must be at least 1")

    async def _ask(self, name: str, body: bytes, read: _Reader[_Answer_co]) -> _Answer_co | Unreadable:
        exchange = await self._transport.post(name, body, timeout_seconds=self._timeouts.read_seconds)
        match exchange:
            case Reply():
                return self._read(exchange, read)
            case Lost(reason=reason) | NotSent(reason=reason):
                return Unreadable(reason)
            case _:
                assert_never(exchange)

    def _read(self, reply: Reply, read: _Reader[_Answer_co]) -> _Answer_co:
        self.clock.observe(reply.headers)
        return read(reply.status, reply.headers, reply.body, now=self.clock.now())

    def _without_secrets(self, answer: CreateAnswer, sent: JsonObject) -> CreateAnswer:
        match answer:
            case Accepted():
                return answer
            case Unknown(reason=reason):
                return Unknown(without_signatures(self._key.redact(reason), sent=sent))
            case Rejected() | KeyRefused() | OutOfCredits() | NotAccepted():
                return replace(answer, note=self._clean(answer.note, sent))
            case _:
                assert_never(answer)

    def _clean(self, note: Refusal, sent: JsonObject | None = None) -> Refusal:
        """Take the key, and what signs a URL, out of the API's own words."""
        code = self._key.redact(note.code) if isinstance(note.code, str) else note.code
        message = without_signatures(self._key.redact(note.message), sent=sent)
        return Refusal(code=code, message=message)

    def _refused(self, note: Refusal) -> KeyRefusedError:
        return KeyRefusedError(
            f"the API refused the key: {self._clean(note).message}",
            hint=f"check {KEY_VARIABLE}; keys are made at sjinn.ai/account/api-token",
        )
