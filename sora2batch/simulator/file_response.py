"""Finished files over HTTP: signed, with an ETag, whole or by range, and typed as nothing in particular."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest

from aiohttp import web

from sora2batch.simulator.task import Task


def may_read(task: Task, request: web.Request) -> bool:
    """Tell whether the URL carries the signature it was given out with."""
    return compare_digest(request.query.get("sig", "").encode(), task.signature.encode())


def file_response(request: web.Request, content: bytes) -> web.Response:
    """Answer with the file, or with the one range that is asked for.

    Source: RFC 9110, section 14. The real host says ``application/octet-stream``, so this one does.
    """
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"}
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    if request.headers.get("If-Range", etag) != etag:
        return web.Response(body=content, headers=headers)
    try:
        part = request.http_range
    except ValueError:
        return _unsatisfiable(headers, len(content))
    if part.start is None:
        return web.Response(body=content, headers=headers)
    start, stop, _ = part.indices(len(content))
    if start >= stop:
        return _unsatisfiable(headers, len(content))
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
    return web.Response(status=206, body=content[start:stop], headers=headers)


def _unsatisfiable(headers: dict[str, str], size: int) -> web.Response:
    return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
