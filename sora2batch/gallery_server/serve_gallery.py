"""Serve a gallery on the loopback address until it is enough."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from aiohttp import web
from aiohttp.http import HttpProcessingError

from sora2batch.gallery_server.access import new_token
from sora2batch.gallery_server.gallery_app import GalleryApp
from sora2batch.gallery_server.gallery_source import GallerySource
from sora2batch.ground.errors import UsageError

_HOST = "127.0.0.1"
_LOGGER = logging.getLogger(__name__)


async def serve_gallery(source: GallerySource, *, port: int, announce: Callable[[str], None]) -> None:
    """Serve until cancelled.

    Args:
        source: what is shown.
        port: where; 0 takes a free one.
        announce: is told the address, token and all, once it answers.

    Raises:
        UsageError: the port is taken.
    """
    token = new_token()
    application = GalleryApp(source, token).application()
    # Nobody waits for slow answers at the end: what is saved is saved by then, or will be said not to be.
    runner = web.AppRunner(application, access_log=None, logger=_LOGGER, shutdown_timeout=0.2)
    try:
        await runner.setup()
        announce(f"http://{_HOST}:{await _listen(runner, port)}/{token}/")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, port: int) -> int:
    try:
        await web.TCPSite(runner, _HOST, port).start()
    except OSError as error:
        reason = error.strerror or "it is taken"
        hint = "choose another with --port, or 0 for any free one"
        raise UsageError(f"the gallery cannot be served on port {port}: {reason}", hint=hint) from error
    chosen: int = runner.addresses[0][1]
    return chosen


def _is_ours(record: logging.LogRecord) -> bool:
    """Tell whether an error is this server's: no page that was closed, no visitor who speaks no HTTP."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, ConnectionError | HttpProcessingError)


_LOGGER.addFilter(_is_ours)
