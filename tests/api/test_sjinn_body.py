"""What counts as a result, of all that a host may send, by real sockets."""

from __future__ import annotations

import gzip
from datetime import timedelta
from hashlib import sha256

import pytest

from fakes.answering_server import AnsweringServer, Raw, Reply, Stall
from fakes.fetching import CLIP, ETAG, HALF, fetch, refuse, rest
from fakes.footage import gif, jpeg, mp4, png, webm, webp
from fakes.still_clock import StillClock
from sora2batch.sjinn.api_error import NoFileError
from sora2batch.sjinn.downloader import Downloader, Limits


@pytest.mark.parametrize(
    ("body", "extension"),
    [(png(), "png"), (jpeg(), "jpg"), (webp(), "webp"), (gif(), "gif"), (webm(), "webm")],
)
async def test_other_kinds_of_media_are_files_too_whatever_the_host_calls_them(
    downloader, root, body, extension
):
    part, _ = await fetch(downloader, root, Reply(body=body, headers={"Content-Type": "text/html"}))
    assert part.extension == extension


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
    async with Downloader(clock=clock, limits=Limits(bytes=HALF), sleep=clock.sleep) as downloader:
        await refuse(downloader, root, Reply(body=CLIP), match=r"^127.0.0.1 sends more than 0\.00\d+ GiB$")


async def test_headers_that_never_end_are_given_up(root, clock):
    hung = Stall(b"HTTP/1.1 200 OK\r\nX-Wait: and wait")
    async with Downloader(
        clock=clock, attempts=2, limits=Limits(answer_seconds=0.05), sleep=clock.sleep
    ) as downloader:
        await refuse(downloader, root, hung, hung, match="no complete answer within the time-out")


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


@pytest.mark.parametrize("label", ["identity", "aws-chunked", "binary", "", "Identity, aws-chunked"])
async def test_a_label_that_packs_nothing_is_no_encoding(downloader, root, label):
    part, _ = await fetch(downloader, root, Reply(headers={"Content-Encoding": label}, body=CLIP))
    assert part.bytes == len(CLIP)


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


async def test_a_compressed_answer_is_unpacked(downloader, root):
    answer = Reply(headers={"Content-Encoding": "gzip", **ETAG}, body=gzip.compress(CLIP))
    part, [request] = await fetch(downloader, root, answer)
    assert part.path.read_bytes() == CLIP
    assert request.headers["accept-encoding"] == "identity"
