"""Clips and pictures over HTTP: whole or by range, typed by their bytes; nothing else is given out."""

from __future__ import annotations

import os
from pathlib import Path

from aiohttp import web

from sora2batch.ground.plainfile import open_plain_file
from sora2batch.media.sniff import HEAD_BYTES, sniff


def media_type_of(path: Path) -> str | None:
    """Tell what a file is by its first bytes; None if it is no video, picture or sound, or cannot be read."""
    try:
        with os.fdopen(open_plain_file(path), "rb") as stream:
            found = sniff(stream.read(HEAD_BYTES))
    except (OSError, ValueError):
        return None
    return found and found.mime


def media_response(path: Path, mime: str) -> web.FileResponse:
    """Answer with the file, or with the range that is asked for: a player seeks by ranges."""
    return _ThisFile(path, headers={"Content-Type": mime})


class _ThisFile(web.FileResponse):
    """The file itself: aiohttp would rather send ``clip.mp4.gz`` if it lies beside ``clip.mp4``."""

    def _get_file_path_stat_encoding(self, _: str) -> tuple[Path | None, os.stat_result, str | None]:
        return super()._get_file_path_stat_encoding("")
