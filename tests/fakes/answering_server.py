"""A server on loopback that answers by a script, down to broken bytes and resets, and remembers what it got."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import Self, TypeAlias

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it arrived."""

    method: str
    target: str
    """Path and query, as written on the wire."""
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> object:
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A proper answer; the connection stays open."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def wire(self) -> bytes:
        headers = {"Content-Length": str(len(self.body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Scripted\r\n{lines}\r\n".encode() + self.body


@dataclass(frozen=True, slots=True)
class Raw:
    """Any bytes, after which the connection is closed."""

    wire: bytes


@dataclass(frozen=True, slots=True)
class HangUp:
    """The connection is closed without a word, the request having been read."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset, the request having been read."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Some bytes, perhaps none; then nothing until the client or the server goes."""

    wire: bytes = b""


Answer: TypeAlias = Reply | Raw | HangUp | Reset | Stall
Script: TypeAlias = Iterable[Answer] | Callable[[Received], Answer]


def envelope(
    data: object = None, *, success: object = True, message: str = "", code: object = 0, **more: object
) -> bytes:
    """The body of an answer of the API."""
    return orjson.dumps({"success": success, "errorMsg": message, "error_code": code, "data": data, **more})


def ok(data: object = None, **more: object) -> Reply:
    """An answer of the API that says success."""
    return Reply(body=envelope(data, **more))


class AnsweringServer:
    """Give it the answers in order, or a function from request to answer; an async context manager."""

    def __init__(self, script: Script = ()) -> None:
        self._next = script if callable(script) else _in_order(script)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[Received] = []
        self.connections = 0
        self.arrived = asyncio.Event()

    @property
    def port(self) -> int:
        assert self._server is not None
        return self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while received := await _receive(reader):
                self.requests.append(received)
                self.arrived.set()
                if not await _answer(self._next(received), reader, writer):
                    break
        except (OSError, EOFError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()  # what nobody reads would keep it open
            raise
        finally:
            writer.close()
            self._tasks.discard(task)


def _in_order(answers: Iterable[Answer]) -> Callable[[Received], Answer]:
    rest = iter(answers)
    return lambda _: next(rest, Reply(status=500, body=b"the script has no more answers"))


async def _receive(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method=method, target=target, headers=headers, body=body)


async def _answer(answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Act one answer out; tell whether the connection goes on."""
    match answer:
        case Reply():
            writer.write(answer.wire())
            await writer.drain()
            return True
        case Raw(wire):
            writer.write(wire)
            await writer.drain()
        case Stall(wire):
            writer.write(wire)
            await reader.read()
        case Reset():
            reset(writer)
        case HangUp():
            pass
    return False


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection so that the other side gets ECONNRESET."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def answering_thread(script: Script) -> Iterator[AnsweringServer]:
    """Serve in a thread of its own, for tests that call the program."""
    loop, server = asyncio.new_event_loop(), AnsweringServer(script)
    thread = Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
