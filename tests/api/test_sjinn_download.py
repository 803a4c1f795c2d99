"""Files fetched by real sockets, whole or not at all."""

from __future__ import annotations

import asyncio
from hashlib import sha256

import pytest

from fakes.answering_server import AnsweringServer, HangUp, Raw, Reply, Reset, Stall
from fakes.fetching import CLIP, ETAG, HALF, cut, fetch, files, refuse, rest
from fakes.footage import mp4
from sora2batch.sjinn.api_error import DownloadError
from sora2batch.sjinn.downloader import ExpiredUrl
from sora2batch.sjinn.part import Part, Placed, place


async def test_a_file_arrives_whole_under_its_temporary_name(downloader, root):
    part, [request] = await fetch(downloader, root, Reply(body=CLIP))
    assert part == Part(
        path=root / "a" / "clip.part", sha256=sha256(CLIP).hexdigest(), bytes=len(CLIP), extension="mp4"
    )
    assert part.path.read_bytes() == CLIP
    assert (request.method, request.target) == ("GET", "/a%2Fb.mp4?sig=hunter2")
    assert not {"authorization", "cookie"} & set(request.headers)
    assert place(part, root / "a" / "clip.mp4") == Placed(root / "a" / "clip.mp4")
    assert files(root) == ["a/clip.mp4"]


@pytest.mark.parametrize("headers", [ETAG, {"Last-Modified": "Sun, 22 Nov 2026 08:00:00 GMT"}])
async def test_a_cut_download_is_resumed(downloader, root, clock, headers):
    [(_, validator)] = headers.items()
    first = cut(f"200 OK\r\n{next(iter(headers))}: {validator}", CLIP, HALF)
    part, requests = await fetch(downloader, root, first, rest(HALF, version=headers))
    assert part.path.read_bytes() == CLIP
    assert part.sha256 == sha256(CLIP).hexdigest()
    assert requests[1].headers["range"] == f"bytes={HALF}-"
    assert requests[1].headers["if-range"] == validator
    assert clock.slept == [1.0]


@pytest.mark.parametrize("headers", ["", '\r\nETag: W/"v1"'])
async def test_a_cut_download_that_cannot_be_resumed_starts_again(downloader, root, headers):
    first = cut(f"200 OK{headers}", CLIP, HALF)
    part, requests = await fetch(downloader, root, first, Reply(body=CLIP))
    assert part.path.read_bytes() == CLIP
    assert "range" not in requests[1].headers


async def test_a_file_that_changed_meanwhile_starts_again(downloader, root):
    other = mp4(b"other" * 1000)
    part, _ = await fetch(downloader, root, cut('200 OK\r\nETag: "v1"', CLIP, HALF), Reply(body=other))
    assert part.path.read_bytes() == other
    assert part.sha256 == sha256(other).hexdigest()


@pytest.mark.parametrize(
    "wrong",
    [
        rest(HALF - 1),
        rest(HALF + 1),
        rest(HALF, total=len(CLIP) + 1),
        rest(HALF, total=len(CLIP) - 1),
        rest(HALF, total="*"),
        rest(HALF, version={}),
        rest(HALF, version={"ETag": '"v2"'}),
        rest(HALF, version={"ETag": 'W/"v1"'}),
        rest(HALF, **{"Content-Encoding": "gzip"}),
        rest(HALF, **{"Content-Range": f"items {HALF}-{len(CLIP) - 1}/{len(CLIP)}"}),
        rest(HALF, **{"Content-Range": f"bytes {len(CLIP) - 1}-{HALF}/{len(CLIP)}"}),
        Reply(status=206, headers=ETAG, body=CLIP[HALF:]),
        Reply(
            status=206, headers={"Content-Type": "multipart/byteranges; boundary=x", **ETAG}, body=CLIP[HALF:]
        ),
        rest(HALF, **{"Content-Range": f"bytes {HALF}-9/{'9' * 5000}"}),
        rest(HALF, **{"Content-Range": f"bytes {'9' * 5000}-9/9"}),
        Reply(status=416),
    ],
)
async def test_a_resumption_that_does_not_fit_starts_again(downloader, root, wrong):
    first = cut('200 OK\r\nETag: "v1"', CLIP, HALF)
    part, requests = await fetch(downloader, root, first, wrong, Reply(body=CLIP))
    assert part.path.read_bytes() == CLIP
    assert "range" not in requests[2].headers


@pytest.mark.parametrize(
    "trouble",
    [
        HangUp(),
        Reset(),
        Reply(status=500),
        Reply(status=408),
        Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n"),
    ],
)
async def test_trouble_that_passes_is_waited_out(downloader, root, trouble):
    part, _ = await fetch(downloader, root, trouble, Reply(body=CLIP))
    assert part.path.read_bytes() == CLIP


async def test_a_busy_host_says_how_long_to_wait(downloader, root, clock):
    await fetch(downloader, root, Reply(status=429, headers={"Retry-After": "9"}), Reply(body=CLIP))
    assert clock.slept == [9.0]


async def test_a_host_that_keeps_failing_is_given_up(downloader, root):
    requests = await refuse(
        downloader, root, *[Reply(status=502)] * 3, match="failed 3 times; the last time it answered HTTP 502"
    )
    assert len(requests) == 3


async def test_a_host_that_cannot_be_reached_is_given_up(downloader, root):
    with pytest.raises(DownloadError, match="cannot be resolved"):
        await downloader.fetch_part("https://files.invalid/a.mp4", root / "a", root=root)
    assert files(root) == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_an_expired_url_is_told_apart(downloader, root, status):
    found, requests = await fetch(downloader, root, Reply(status=status, body=b"<html>gone"))
    assert found == ExpiredUrl(f"127.0.0.1 answered HTTP {status}")
    assert len(requests) == 1
    assert files(root) == []


async def test_a_rest_that_comes_in_two_parts_is_put_together(downloader, root):
    first = cut('200 OK\r\nETag: "v1"', CLIP, HALF)
    part, requests = await fetch(downloader, root, first, rest(HALF, end=HALF + 99), rest(HALF + 99))
    assert part.sha256 == sha256(CLIP).hexdigest()
    assert requests[2].headers["range"] == f"bytes={HALF + 99}-"


async def test_a_page_in_the_middle_of_a_resumption_spoils_nothing(downloader, root):
    first = cut('200 OK\r\nETag: "v1"', CLIP, HALF)
    part, _ = await fetch(downloader, root, first, Reply(body=b"<html>Sorry"), Reply(body=CLIP))
    assert part.sha256 == sha256(CLIP).hexdigest()


async def test_a_folder_that_leads_out_of_the_root_gets_nothing(downloader, root, tmp_path):
    root.mkdir()
    (tmp_path / "outside").mkdir()
    (root / "a").symlink_to(tmp_path / "outside")
    with pytest.raises(DownloadError, match=r"^a leads out of the output folder$"):
        await fetch(downloader, root, Reply(body=CLIP))
    assert list((tmp_path / "outside").iterdir()) == []


async def test_a_disk_that_refuses_is_worded(downloader, root):
    (root / "a" / "clip.part").mkdir(parents=True)
    with pytest.raises(DownloadError, match=r"^a/clip\.part cannot be written"):
        await downloader.fetch_part("http://127.0.0.1:9/a", root / "a" / "clip", root=root)


async def test_a_cancelled_download_leaves_nothing_behind(downloader, root):
    wire = f"HTTP/1.1 200 OK\r\nContent-Length: {len(CLIP)}\r\n\r\n".encode() + CLIP[:HALF]
    async with AnsweringServer([Stall(wire)]) as server:
        fetching = asyncio.create_task(downloader.fetch_part(f"{server.url}/a", root / "a", root=root))
        await server.arrived.wait()
        assert files(root) == ["a.part"]
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
    assert files(root) == []
