"""A clip, what hosts answer of it, and one fetch from such a host."""

from __future__ import annotations

import pytest

from fakes.answering_server import AnsweringServer, Raw, Reply
from fakes.footage import mp4
from sora2batch.sjinn.api_error import DownloadError

CLIP = mp4(bytes(range(256)) * 9000)
LENGTH = len(CLIP)
HALF = LENGTH // 2
ETAG = {"ETag": '"v1"'}


def cut(head, content, after):
    """An answer whose body ends too early."""
    return Raw(f"HTTP/1.1 {head}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content[:after])


def rest(start, *, end=LENGTH, total=LENGTH, version=ETAG, **headers):
    """An answer with the end of the clip."""
    told = {"Content-Range": f"bytes {start}-{end - 1}/{total}", **version, **headers}
    return Reply(status=206, headers=told, body=CLIP[start:end])


def files(root):
    """What lies below a folder."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


async def fetch(downloader, root, *answers, target="a/clip", query="?sig=hunter2"):
    """Fetch from a host that gives these answers; tell what came of it and what was asked."""
    async with AnsweringServer(answers) as server:
        found = await downloader.fetch_part(f"{server.url}/a%2Fb.mp4{query}", root / target, root=root)
    return found, server.requests


async def refuse(downloader, root, *answers, match):
    """Fetch in vain from a host that gives these answers; tell what was asked."""
    async with AnsweringServer(answers) as server:
        with pytest.raises(DownloadError, match=match) as caught:
            await downloader.fetch_part(f"{server.url}/x?sig=hunter2", root / "clip", root=root)
    assert "hunter2" not in caught.value.reason
    assert files(root) == []
    return server.requests
