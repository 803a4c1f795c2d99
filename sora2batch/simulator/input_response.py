"""The user's own files over HTTP, where no store has them: by their content, and nothing else."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from aiohttp import web

from sora2batch.media.sniff import HEAD_BYTES, sniff
from sora2batch.simulator.options import LocalInputs

_NAME = re.compile(r"([0-9a-f]{64})\.[a-z0-9]{1,8}")


async def input_response(inputs: LocalInputs | None, name: str) -> web.StreamResponse:
    """Answer with a file, typed by what its bytes are.

    Raises:
        HTTPNotFound: there is none, or it is no medium.
    """
    found = _NAME.fullmatch(name)
    path = inputs.path_of(found[1]) if inputs and found else None
    mime = await asyncio.to_thread(_mime_of, path) if path else None
    if path is None or mime is None:
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Content-Type": mime})


def _mime_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            kind = sniff(file.read(HEAD_BYTES))
    except OSError:
        return None
    return kind.mime if kind else None
