"""Which addresses are asked, and with what words, by real sockets."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest

from fakes.answering_server import AnsweringServer, Reply
from fakes.fetching import CLIP, fetch, refuse
from sora2batch.sjinn.api_error import DownloadError
from sora2batch.sjinn.downloader import Downloader
from sora2batch.sjinn.secret import ApiKey


async def test_a_signed_url_is_sent_as_it_was_written(downloader, root):
    _, [request] = await fetch(downloader, root, Reply(body=CLIP), query="?sig=a%2Bb+c=&x=%7e")
    assert request.target == "/a%2Fb.mp4?sig=a%2Bb+c=&x=%7e"


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


async def test_a_proxy_that_cannot_be_used_is_named(downloader, root, monkeypatch):
    monkeypatch.setenv("https_proxy", "socks5://me:hunter2@proxy.invalid")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(DownloadError, match="socks5 proxy") as caught:
        await downloader.fetch_part("https://files.invalid/a.mp4", root / "a", root=root)
    assert "hunter2" not in caught.value.reason


async def test_words_behind_a_redirect_are_told_without_its_signature(downloader, root):
    moved = Reply(status=302, headers={"Location": "/b.mp4?sig=hunter2"})
    await refuse(downloader, root, *[moved, Reply(body=b"bad hunter2!")] * 3, match=r"bad \*\*\*!$")
