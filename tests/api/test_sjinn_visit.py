"""A URL of a manifest leads nowhere but to the internet, or to this machine if it says so."""

from __future__ import annotations

import pytest
from aiohttp.abc import AbstractResolver

from fakes.answering_server import AnsweringServer, Reply
from fakes.footage import png
from sora2batch.media.kind import MediaKind
from sora2batch.media.visit import Fetched, NotReached
from sora2batch.sjinn.url_visitor import PublicNames, UrlVisitor


async def test_a_picture_is_fetched_and_known_by_its_bytes():
    async with AnsweringServer(lambda _: Reply(body=png())) as server, UrlVisitor() as visitor:
        visit = await visitor.visit(f"{server.url}/fox.txt", MediaKind.IMAGE)
    assert isinstance(visit, Fetched)
    assert (visit.facts.bytes, visit.facts.type.suffix, visit.redirected_to) == (len(png()), ".png", None)


async def test_a_redirect_from_this_machine_to_another_is_not_followed():
    async with (
        AnsweringServer([Reply(status=302, headers={"Location": "http://169.254.169.254/"})]) as server,
        UrlVisitor() as visitor,
    ):
        visit = await visitor.visit(server.url, MediaKind.IMAGE)
    assert visit == NotReached(
        "cannot be fetched: 169.254.169.254 is not on the internet, so it is not asked"
    )


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://[fd00::1]/", "http://nas/", "http://u:p@cdn.example.com/"]
)
async def test_a_private_address_and_one_with_a_password_are_not_asked(url):
    async with UrlVisitor() as visitor:
        assert isinstance(await visitor.visit(url, MediaKind.IMAGE), NotReached)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "017700000001", "[::ffff:127.0.0.1]"])
async def test_this_machine_written_otherwise_is_not_asked(host):
    """Whoever opens connections takes 127.1 for an address, and would look nothing up."""
    async with AnsweringServer(lambda _: Reply(body=png())) as server, UrlVisitor() as visitor:
        visit = await visitor.visit(f"http://{host}:{server.port}/fox.png", MediaKind.IMAGE)
    assert isinstance(visit, NotReached)
    assert server.requests == []


@pytest.mark.parametrize("location", ["http://127.1/", "http://127.0.0.1\\.example.com/", "//0x7f.1/"])
async def test_a_redirect_to_this_machine_written_otherwise_is_not_followed(location, monkeypatch):
    async with AnsweringServer(lambda _: Reply(status=302, headers={"Location": location})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        async with UrlVisitor() as visitor:
            visit = await visitor.visit("http://cdn.example.com/fox.png", MediaKind.IMAGE)
    assert isinstance(visit, NotReached)
    assert visit.reason.endswith("is not on the internet, so it is not asked")
    assert len(proxy.requests) == 1


async def test_a_name_that_stands_for_a_private_address_is_not_asked():
    class Inside(AbstractResolver):
        async def resolve(self, host, port=0, family=0):
            return [{"hostname": host, "host": "10.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

        async def close(self):
            pass

    names = PublicNames(Inside(), {"proxy.example.com"})
    with pytest.raises(OSError, match=r"the address of cdn\.example\.com is not public"):
        await names.resolve("cdn.example.com", 443)
    assert len(await names.resolve("proxy.example.com", 3128)) == 1


async def test_a_host_that_does_not_answer_is_left_alone_after_a_while():
    async with AnsweringServer(lambda _: Reply(status=503)) as server, UrlVisitor() as visitor:
        visits = [await visitor.visit(f"{server.url}/{number}", MediaKind.IMAGE) for number in range(9)]
    assert len(server.requests) == 5
    assert visits[4:6] == [
        NotReached("answers HTTP 503"),
        NotReached("is not asked for: 127.0.0.1 has not answered before"),
    ]


async def test_a_proxy_of_the_users_own_is_asked_wherever_it_is(monkeypatch):
    async with AnsweringServer(lambda _: Reply(body=png())) as proxy, UrlVisitor() as visitor:
        monkeypatch.setenv("http_proxy", f"http://localhost:{proxy.port}")
        visit = await visitor.visit("http://cdn.example.com/fox.png", MediaKind.IMAGE)
    assert isinstance(visit, Fetched)
    assert [request.target for request in proxy.requests] == ["http://cdn.example.com/fox.png"]
