"""Files fetched by real sockets, whole or not at all."""

from __future__ import annotations

import asyncio
import gzip
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

import pytest

from fakes.answering_server import AnsweringServer, HangUp, Raw, Reply, Reset, Stall
from fakes.footage import gif, jpeg, mp4, png, webm, webp
from fakes.still_clock import StillClock
from sora2batch.sjinn.download import Downloader, Expired
from sora2batch.sjinn.error import DownloadError, NoFileError
from sora2batch.sjinn.part import Part, Placed, place
from sora2batch.sjinn.secret import ApiKey

CLIP = mp4(bytes(range(256)) * 9000)
LENGTH = len(CLIP)
HALF = LENGTH // 2
ETAG = {"ETag": '"v1"'}


@pytest.fixture
def root(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
async def downloader(clock):
    async with Downloader(clock=clock, attempts=3, sleep=clock.sleep) as downloader:
        yield downloader


def cut(head, content, after):
    """An answer whose body ends too early."""
    return Raw(f"HTTP/1.1 {head}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content[:after])


def rest(start, *, end=LENGTH, total=LENGTH, version=ETAG, **headers):
    """An answer with the end of the clip."""
    told = {"Content-Range": f"bytes {start}-{end - 1}/{total}", **version, **headers}
    return Reply(status=206, headers=told, body=CLIP[start:end])


def files(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


async def fetch(downloader, root, *answers, target="a/clip", query="?sig=hunter2"):
    async with AnsweringServer(answers) as server:
        found = await downloader.fetch_part(f"{server.url}/a%2Fb.mp4{query}", root / target, root=root)
    return found, server.requests


async def refuse(downloader, root, *answers, match):
    async with AnsweringServer(answers) as server:
        with pytest.raises(DownloadError, match=match) as caught:
            await downloader.fetch_part(f"{server.url}/x?sig=hunter2", root / "clip", root=root)
    assert "hunter2" not in caught.value.reason
    assert files(root) == []
    return server.requests


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


async def test_a_signed_url_is_sent_as_it_was_written(downloader, root):
    _, [request] = await fetch(downloader, root, Reply(body=CLIP), query="?sig=a%2Bb+c=&x=%7e")
    assert request.target == "/a%2Fb.mp4?sig=a%2Bb+c=&x=%7e"


@pytest.mark.parametrize(
    ("body", "extension"),
    [(png(), "png"), (jpeg(), "jpg"), (webp(), "webp"), (gif(), "gif"), (webm(), "webm")],
)
async def test_other_kinds_of_media_are_files_too_whatever_the_host_calls_them(
    downloader, root, body, extension
):
    part, _ = await fetch(downloader, root, Reply(body=body, headers={"Content-Type": "text/html"}))
    assert part.extension == extension


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
    assert found == Expired(f"127.0.0.1 answered HTTP {status}")
    assert len(requests) == 1
    assert files(root) == []


async def test_a_rest_that_comes_in_two_parts_is_put_together(downloader, root):
    first = cut('200 OK\r\nETag: "v1"', CLIP, HALF)
    part, requests = await fetch(downloader, root, first, rest(HALF, end=HALF + 99), rest(HALF + 99))
    assert part.sha256 == sha256(CLIP).hexdigest()
    assert requests[2].headers["range"] == f"bytes={HALF + 99}-"


@pytest.mark.parametrize(
    "part",
    [
        rest(0),
        rest(0, end=HALF),
        rest(HALF),
        Reply(headers={"Content-Range": f"bytes 0-{HALF - 1}/{len(CLIP)}", **ETAG}, body=CLIP[:HALF]),
        Reply(headers={"Content-Range": f"bytes 0-{len(CLIP) - 1}/{len(CLIP)}"}, body=CLIP),
        Reply(headers={"Content-Type": "Multipart/ByteRanges; boundary=x"}, body=CLIP),
    ],
)
async def test_a_part_that_nobody_asked_for_is_not_the_whole(downloader, root, part):
    await refuse(downloader, root, *[part] * 3, match="3 times; the last time it sent a part of the file")


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("text/html", b"<!DOCTYPE html><title>Gone</title><p>Sorry", "text/html, .*: Gone Sorry$"),
        ("application/json", b'{"error": "no"}', r'application/json, .*: \{"error": "no"\}$'),
        ("application/json", b'[{"error": "expired"}]', r'application/json, .*: \[\{"error": "expired"\}\]$'),
        (
            "text/plain; charset=utf-8",
            b"File not found or expired.",
            "text/plain, .*: File not found or expired.$",
        ),
        (
            "application/xml",
            b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
            "xml, .*: AccessDenied$",
        ),
        ("video/mp4", b"  <html>", "video/mp4, no video, picture or sound: <html>$"),
        (
            "",
            "nicht gefunden: \u00fc".encode("utf-16"),
            "without a content type, .*: nicht gefunden: \u00fc$",
        ),
        ("video/mp4", b"\0\1\2", r"video/mp4, .*: bytes 00 01 02"),
        ("a" * 999, b"x" * 9999, r"^.{0,400}$"),
        (
            "text/plain",
            b"no key hunter2 for https://me:pw@h/a?sig=4711abc",
            r"no key \*\*\* for https://h/a\?…$",
        ),
    ],
)
async def test_words_are_no_file_and_are_told(downloader, root, kind, body, told):
    answer = Reply(headers={"Content-Type": kind} if kind else {}, body=body)
    requests = await refuse(downloader, root, *[answer] * 3, match=told)
    assert len(requests) == 3


@pytest.mark.parametrize(
    "body", [CLIP[:-1], CLIP[:HALF], CLIP[:40], CLIP[:32] + b"Bad gateway", CLIP + b"<html>"]
)
async def test_a_body_that_is_not_whole_is_no_file(downloader, root, body):
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    to_the_end = Raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
    answers = Raw(chunked % (len(body), body)), to_the_end, Reply(body=body, headers=ETAG)
    requests = await refuse(downloader, root, *answers, match="what it sent is no whole MP4: ")
    assert all("range" not in request.headers for request in requests)


async def test_a_whole_body_without_a_length_is_a_file(downloader, root):
    part, _ = await fetch(downloader, root, Raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + CLIP))
    assert part.bytes == len(CLIP)


async def test_of_words_without_end_only_the_beginning_is_read(downloader, root):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + b"x" * 1024 + b"\r\n"
    await refuse(downloader, root, *[Stall(head)] * 3, match="no video, picture or sound: x{100}")


async def test_a_body_beyond_all_bounds_is_given_up(root, clock):
    async with Downloader(clock=clock, most_bytes=HALF, sleep=clock.sleep) as downloader:
        await refuse(downloader, root, Reply(body=CLIP), match=r"^127.0.0.1 sends more than 0\.00\d+ GiB$")


async def test_a_body_that_trickles_is_given_up(root):
    clock = RunningClock()
    async with Downloader(clock=clock, attempts=2, sleep=clock.sleep) as downloader:
        await refuse(
            downloader, root, *[Reply(body=mp4(b"drip"))] * 2, match="it sent less than 1 KiB a second"
        )


class RunningClock(StillClock):
    """A clock on which an hour passes between two looks."""

    def monotonic(self):
        self.moment += timedelta(hours=1)
        return super().monotonic()


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("br", r"brotli \(br\)"),
        ("zstd", r"Zstandard \(zstd\)"),
        ("deflate", "deflate"),
        ("gzip, br", "gzip, br"),
    ],
)
async def test_an_encoding_that_was_not_asked_for_is_named(downloader, root, encoding, name):
    answer = Reply(headers={"Content-Encoding": encoding}, body=CLIP)
    await refuse(downloader, root, *[answer] * 3, match=f"it answered with {name}, which was not asked for")


async def test_a_gzip_that_breaks_off_is_no_file(downloader, root):
    packed = gzip.compress(webm(b"sound" * 999))
    for end in (len(packed) - 1, len(packed) - 9, len(packed) // 2):
        answer = Reply(headers={"Content-Encoding": "gzip"}, body=packed[:end])
        await refuse(downloader, root, *[answer] * 3, match="its gzip broke off|no whole WEBM")


async def test_a_gzip_that_is_none_is_no_file(downloader, root):
    answer = Reply(headers={"Content-Encoding": "gzip"}, body=CLIP)
    await refuse(downloader, root, *[answer] * 3, match="damaged gzip")


async def test_a_gzip_of_several_members_is_put_together(downloader, root):
    body = gzip.compress(CLIP[:HALF]) + gzip.compress(CLIP[HALF:])
    part, _ = await fetch(downloader, root, Reply(headers={"Content-Encoding": "x-gzip"}, body=body))
    assert part.sha256 == sha256(CLIP).hexdigest()


async def test_identity_is_no_encoding(downloader, root):
    part, _ = await fetch(downloader, root, Reply(headers={"Content-Encoding": "identity"}, body=CLIP))
    assert part.bytes == len(CLIP)


KEY = "sk-4711-very-secret"


@pytest.mark.parametrize(
    "form", [KEY, quote(KEY[:3] + "%" + KEY[3:]).replace("%25", ""), b64encode(b"a" + KEY.encode()).decode()]
)
async def test_an_address_that_holds_the_key_is_not_asked(root, clock, form):
    async with Downloader(clock=clock, key=ApiKey(KEY), sleep=clock.sleep) as downloader:
        requests = await refuse_url(
            downloader, root, f"/a.mp4?k={form}", match="^the file's address holds the API key"
        )
        moved = Reply(status=302, headers={"Location": f"/b.mp4?k={form}"})
        requests += await refuse(downloader, root, moved, match="^the file's address holds the API key")
    assert len(requests) == 1


async def test_words_that_hold_the_key_are_told_without_it(root, clock):
    async with Downloader(clock=clock, key=ApiKey(KEY), sleep=clock.sleep) as downloader:
        await refuse(
            downloader, root, *[Reply(body=f"bad key {KEY}!".encode())] * 3, match=r"bad key \*\*\*!$"
        )


async def refuse_url(downloader, root, target, *, match):
    async with AnsweringServer() as server:
        with pytest.raises(DownloadError, match=match) as caught:
            await downloader.fetch_part(f"{server.url}{target}", root / "clip", root=root)
    assert KEY not in caught.value.reason
    return server.requests


async def test_an_address_of_ipv6_is_an_address(downloader, root):
    with pytest.raises(DownloadError, match=r"no connection to ::1:9: "):
        await downloader.fetch_part("http://[::1]:9/a.mp4", root / "a", root=root)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/ein clip.mp4", "/ein%20clip.mp4"),
        ("/f\u00fcchse/\u72d0.mp4", "/f%C3%BCchse/%E7%8B%90.mp4"),
        ("/a%20b.mp4", "/a%20b.mp4"),
    ],
)
async def test_an_address_with_blanks_or_letters_of_any_script_is_encoded(downloader, root, path, sent):
    async with AnsweringServer([Reply(body=CLIP)]) as server:
        await downloader.fetch_part(f"{server.url}{path}", root / "a", root=root)
    assert server.requests[0].target == sent


@pytest.mark.parametrize("answer", [Reply(), Reply(status=204), Reply(status=202, body=b"wait")])
async def test_a_host_that_keeps_sending_nothing_is_given_up(downloader, root, answer):
    await refuse(downloader, root, *[answer] * 3, match="3 times.*(empty|HTTP 20[24])")


@pytest.mark.parametrize("body", [b"<html>Sorry", b""])
async def test_no_file_at_all_is_told_apart_since_a_fresh_url_may_help(downloader, root, body):
    async with AnsweringServer([Reply(body=body)] * 3) as server:
        with pytest.raises(NoFileError):
            await downloader.fetch_part(f"{server.url}/x", root / "clip", root=root)


@pytest.mark.parametrize(
    "bad", [Reply(), Reply(status=204), Reply(body=b"<html>Sorry", headers=ETAG), Reply(body=b'{"a": 1}')]
)
async def test_a_bad_body_that_passes_is_waited_out(downloader, root, clock, bad):
    part, requests = await fetch(downloader, root, bad, Reply(body=CLIP))
    assert part.path.read_bytes() == CLIP
    assert "range" not in requests[1].headers
    assert clock.slept == [1.0]


async def test_a_page_in_the_middle_of_a_resumption_spoils_nothing(downloader, root):
    first = cut('200 OK\r\nETag: "v1"', CLIP, HALF)
    part, _ = await fetch(downloader, root, first, Reply(body=b"<html>Sorry"), Reply(body=CLIP))
    assert part.sha256 == sha256(CLIP).hexdigest()


async def test_a_compressed_answer_is_unpacked(downloader, root):
    answer = Reply(headers={"Content-Encoding": "gzip", **ETAG}, body=gzip.compress(CLIP))
    part, [request] = await fetch(downloader, root, answer)
    assert part.path.read_bytes() == CLIP
    assert request.headers["accept-encoding"] == "identity"


async def test_a_redirect_is_followed(downloader, root):
    moved = Reply(status=302, headers={"Location": "/b.mp4?sig=2", "Set-Cookie": "a=b"})
    part, requests = await fetch(downloader, root, moved, Reply(body=CLIP))
    assert part.path.read_bytes() == CLIP
    assert requests[1].target == "/b.mp4?sig=2"
    assert "cookie" not in requests[1].headers


async def test_five_redirects_are_followed_and_no_sixth(downloader, root):
    moved = Reply(status=307, headers={"Location": "/again"})
    part, _ = await fetch(downloader, root, *[moved] * 5, Reply(body=CLIP), target="five")
    part.path.unlink()
    await refuse(downloader, root, *[moved] * 6, match="redirects more than 5 times")


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://me:hunter2@127.0.0.1/", "ftp://h/a"])
async def test_a_redirect_to_worse_is_not_followed(downloader, root, location):
    await refuse(
        downloader, root, Reply(status=302, headers={"Location": location}), match="cannot be fetched"
    )


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://h/a", "result/a.mp4", "https://u:hunter2@h/a"])
async def test_only_http_urls_are_fetched(downloader, root, url):
    with pytest.raises(DownloadError) as caught:
        await downloader.fetch_part(url, root / "a", root=root)
    assert "hunter2" not in caught.value.reason


async def test_a_folder_that_leads_out_of_the_root_gets_nothing(downloader, root, tmp_path):
    root.mkdir()
    (tmp_path / "outside").mkdir()
    (root / "a").symlink_to(tmp_path / "outside")
    with pytest.raises(DownloadError, match=r"^a leads out of the output folder$"):
        await fetch(downloader, root, Reply(body=CLIP))
    assert list((tmp_path / "outside").iterdir()) == []


async def test_a_proxy_that_cannot_be_used_is_named(downloader, root, monkeypatch):
    monkeypatch.setenv("https_proxy", "socks5://me:hunter2@proxy.invalid")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(DownloadError, match="socks5 proxy") as caught:
        await downloader.fetch_part("https://files.invalid/a.mp4", root / "a", root=root)
    assert "hunter2" not in caught.value.reason


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
