"""The way to a server on loopback, which can be cut without a word to either end."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from threading import Thread
from typing import NamedTuple


class Cut(Enum):
    """How the way is cut."""

    NOT = auto()
    SILENT = auto()
    """What either end sends is swallowed; both think that they are connected."""
    AFTER_COMMIT = auto()
    """The next COMMIT gets through, and its answer does not; then it is as SILENT."""


class _Way(NamedTuple):
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter


class CutCable:
    """Listens on a port of its own and passes everything on, as long as it is not cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._cut = Cut.NOT
        self._ways: list[_Way] = []
        self.port = 0
        self.swallowed = 0
        """Bytes that did not get through since it was cut."""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self, how: Cut) -> None:
        """Cut it, from now on."""
        self.swallowed = 0
        self._cut = how

    def heal(self) -> None:
        """Let new connections through; what was connected is reset now."""
        self._cut = Cut.NOT
        for way in self._ways:
            for writer in way:
                _reset(writer)
        self._ways.clear()

    async def stop(self) -> None:
        self._server.close()
        self.heal()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self._target)
            self._ways.append(_Way(writer, their_writer))
            await asyncio.gather(
                self._pass(reader, their_writer, is_to_server=True),
                self._pass(their_reader, writer, is_to_server=False),
            )

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_to_server: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self._cut is Cut.SILENT:
                    self.swallowed += len(data)
                    continue
                writer.write(data)
                await writer.drain()
                if is_to_server and self._cut is Cut.AFTER_COMMIT and b"COMMIT" in data:
                    self._cut = Cut.SILENT
        if self._cut is Cut.NOT:
            with suppress(OSError):
                writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    if (connection := writer.get_extra_info("socket")) and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Cable(NamedTuple):
    """A cable in a thread of its own, for tests that do not wait."""

    port: int
    inner: CutCable
    loop: asyncio.AbstractEventLoop

    def cut(self, how: Cut) -> None:
        self.loop.call_soon_threadsafe(self.inner.cut, how)

    def heal(self) -> None:
        self.loop.call_soon_threadsafe(self.inner.heal)

    @property
    def swallowed(self) -> int:
        return self.inner.swallowed


@contextmanager
def cut_cable(port: int) -> Iterator[Cable]:
    """Lay a cable to a port of this machine while the block lasts."""
    loop, inner = asyncio.new_event_loop(), CutCable(port)
    thread = Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(inner.start(), loop).result()
    try:
        yield Cable(inner.port, inner, loop)
    finally:
        asyncio.run_coroutine_threadsafe(_end(inner), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(cable: CutCable) -> None:
    await cable.stop()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
