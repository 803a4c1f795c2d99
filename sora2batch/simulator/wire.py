"""Answers as bytes on a socket, whole or broken on purpose."""

from __future__ import annotations

import socket
import struct
import sys
from contextlib import suppress

from aiohttp import web

_SERVER_ERROR = "<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""Linger for no time at all: closing then sends a reset instead of a farewell."""


def server_error() -> web.Response:
    """Make the page that a proxy shows when the service behind it fell over: no envelope."""
    return web.Response(status=500, text=_SERVER_ERROR, content_type="text/html")


def page() -> web.Response:
    """Say in words, and with a status that means success, that there is no file."""
    return web.Response(text="File not found or expired.")


def too_many(*, speed: float) -> web.Response:
    """Refuse politely: a minute's pause, or what is left of it at this speed, in whole seconds."""
    pause = str(round(60 / speed))
    return web.Response(status=429, text="Too Many Requests", headers={"Retry-After": pause})


def reset(request: web.Request) -> web.Response:
    """Cut the connection off with a TCP reset; what is returned goes nowhere."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        transport.abort()
    return web.Response()


async def truncated(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """Promise the whole answer, send half of it, and hang up."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    half = web.StreamResponse(status=whole.status, headers=whole.headers)
    half.content_length = len(body)
    with suppress(ConnectionResetError):  # the client was faster
        await half.prepare(request)
        await half.write(body[: len(body) // 2])
    transport = request.transport
    if transport is not None:
        transport.close()  # what was written still leaves, unlike after an abort
    return half
