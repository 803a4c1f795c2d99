"""The routes: the page, its files, what is new, and picks that are to be saved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import orjson
from aiohttp import web

from sora2batch.gallery_server.access import Denial, RequestHead, denial_of
from sora2batch.gallery_server.gallery_source import GallerySource
from sora2batch.gallery_server.look_pacer import LookPacer
from sora2batch.gallery_server.media_response import media_response, media_type_of

_Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MOST_BODY_BYTES = 4 * 1024 * 1024
"""Marks of some ten thousand jobs; a page sends what has changed only."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "sora2batch",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_ICON = "/favicon.ico"
"""Browsers ask for it by themselves, without a token; there is none."""
_PAGE_POLICY = "frame-ancestors 'none'"
"""Beside the page's own, which stands in it."""
_FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""Whatever a file is, opened by itself it can do nothing."""


class GalleryApp:
    """Answers requests that have the token."""

    def __init__(self, source: GallerySource, token: str) -> None:
        self._source = source
        self._token = token
        self._pacer = LookPacer(source.look)
        self._saving = asyncio.Lock()

    def application(self) -> web.Application:
        """Build the routes."""
        app = web.Application(middlewares=[self._guarded], client_max_size=_MOST_BODY_BYTES)
        app.on_response_prepare.append(_add_headers)
        app.cleanup_ctx.append(self._pacer_closed)
        app.router.add_get("/{token}/", self._page)
        app.router.add_get("/{token}/changes", self._changes)
        app.router.add_post("/{token}/picks", self._save)
        app.router.add_get("/{token}/{href:.+}", self._file)
        return app

    async def _pacer_closed(self, _: web.Application) -> AsyncIterator[None]:
        yield
        await self._pacer.close()

    @web.middleware
    async def _guarded(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if request.raw_path == _ICON:
            return web.Response(status=204)
        denial = denial_of(_head_of(request), self._token)
        if denial:
            return web.Response(status=denial.status, text=f"{denial.words}\n")
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return web.Response(status=404, text="the page does not link to this\n")
        except web.HTTPMethodNotAllowed:
            return web.Response(status=405, text=f"{Denial.METHOD.words}\n")

    async def _page(self, _: web.Request) -> web.Response:
        await self._pacer.look()
        page = await asyncio.to_thread(self._source.page)
        policy = {"Content-Security-Policy": _PAGE_POLICY}
        return web.Response(body=page, content_type="text/html", charset="utf-8", headers=policy)

    async def _changes(self, request: web.Request) -> web.Response:
        version = request.query.get("version", "")
        if not (version.isascii() and version.isdecimal() and len(version) < len(str(2**63))):
            raise web.HTTPNotFound
        await self._pacer.look()
        edition = request.query.get("edition", "")
        body = await asyncio.to_thread(self._source.changes, int(version), edition)
        return web.Response(body=body, content_type="application/json")

    async def _save(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return _json(415, saved=None, error="picks are sent as JSON")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _json(413, saved=None, error="too many picks at once")
        async with self._saving:
            answer = await asyncio.to_thread(self._source.save, body)
        if answer.is_saved:
            return _json(200, saved=answer.words, error=None)
        return _json(409, saved=None, error=answer.words)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = self._source.file_of(_head_of(request).place)
        if path is None:
            raise web.HTTPNotFound
        mime = await asyncio.to_thread(media_type_of, path)
        if mime is None:
            raise web.HTTPNotFound
        return media_response(path, mime)


def _head_of(request: web.Request) -> RequestHead:
    headers = request.headers
    return RequestHead(
        method=request.method,
        path=request.raw_path,
        host=headers.get("Host"),
        origin=headers.get("Origin"),
        site=headers.get("Sec-Fetch-Site"),
        mode=headers.get("Sec-Fetch-Mode"),
        dest=headers.get("Sec-Fetch-Dest"),
    )


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Content-Security-Policy", _FILE_POLICY)


def _json(status: int, *, saved: str | None, error: str | None) -> web.Response:
    body = orjson.dumps({"saved": saved, "error": error})
    return web.Response(status=status, body=body, content_type="application/json")
