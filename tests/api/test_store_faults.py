"""The store at a server that misbehaves: what is asked again, what is told, and what never is."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

from fakes.answering_server import AnsweringServer, HangUp, Raw, Reply, Stall
from fakes.s3_server import SECRETS, s3_environ
from fakes.store_object import content_of, file_of
from sora2batch.ground.errors import UsageError
from sora2batch.store.cloud_client import StoreTimeouts
from sora2batch.store.make import open_store
from sora2batch.store.store_error import (
    ObjectDamagedError,
    StoreDeniedError,
    StoreError,
    StoreUnavailableError,
)
from sora2batch.store.store_location import parse_location

LOCATION = parse_location("s3://media/p")
HASTY = StoreTimeouts(retry=2.0, first_wait=0.01, longest_wait=0.02, tries=3, answer=0.5)
MISSING = Reply(status=404)
WRITTEN = Reply(headers={"ETag": '"x"'})


def refused(status: int, code: str) -> Reply:
    """A refusal with the credentials in its body, as some servers send it."""
    body = f"<Error><Code>{code}</Code><Message>{SECRETS['AWS_ACCESS_KEY_ID']} sig=abc</Message></Error>"
    return Reply(status=status, body=body.encode())


def found(length: int) -> Reply:
    headers = {
        "Content-Length": str(length),
        "ETag": '"x"',
        "Last-Modified": "Sun, 29 Nov 2026 03:41:26 GMT",
    }
    return Reply(headers=headers)


async def put(server: AnsweringServer, folder: Path, data: bytes = b"x" * 1000) -> bool:
    async with open_store(LOCATION, s3_environ(server.url), timeouts=HASTY) as store:
        return await store.put_file(*file_of(folder, data))


def assert_tells_no_secret(error: BaseException) -> None:
    told = "".join(traceback.format_exception(error)) + repr(error)
    for secret in (*SECRETS.values(), "sig=abc", "X-Amz"):
        assert secret not in told
    assert "s3://media/p" in told


async def test_a_server_that_recovers_is_asked_again(tmp_path):
    async with AnsweringServer([Reply(status=500), MISSING, Reply(status=503), HangUp(), WRITTEN]) as server:
        assert await put(server, tmp_path)
        assert [one.method for one in server.requests] == ["HEAD", "HEAD", "PUT", "PUT", "PUT"]
        assert server.requests[-1].headers["if-none-match"] == "*"


@pytest.mark.parametrize(
    ("answer", "kind", "told", "hint"),
    [
        (
            refused(403, "AccessDenied"),
            StoreDeniedError,
            "refused it with HTTP 403 (AccessDenied)",
            "s3:PutObject",
        ),
        (refused(403, "SignatureDoesNotMatch"), StoreDeniedError, "HTTP 403", "AWS_SECRET_ACCESS_KEY"),
        (refused(403, "RequestTimeTooSkewed"), StoreDeniedError, "HTTP 403", "clock"),
        (refused(400, "ExpiredToken"), StoreDeniedError, "HTTP 400 (ExpiredToken)", "new credentials"),
        (refused(301, "PermanentRedirect"), StoreDeniedError, "somewhere else", "AWS_REGION"),
        (refused(503, "SlowDown"), StoreUnavailableError, "127.0.0.1 answered HTTP 503 (SlowDown)", "later"),
        (HangUp(), StoreUnavailableError, "no answer from 127.0.0.1", "later"),
    ],
)
async def test_a_write_that_fails_says_what_and_what_to_do(tmp_path, answer, kind, told, hint):
    async with AnsweringServer(lambda one: MISSING if one.method == "HEAD" else answer) as server:
        with pytest.raises(kind) as caught:
            await put(server, tmp_path)
    assert told in caught.value.message
    assert "cannot write sha256/" in caught.value.message
    assert hint in caught.value.hint
    assert_tells_no_secret(caught.value)


async def test_a_server_that_hangs_is_not_waited_for_for_ever(tmp_path):
    async with AnsweringServer(lambda _: Stall()) as server:
        with pytest.raises(StoreUnavailableError, match="took too long") as caught:
            await put(server, tmp_path)
    assert_tells_no_secret(caught.value)


async def test_without_the_right_to_list_a_file_is_written_all_the_same(tmp_path):
    async with AnsweringServer(lambda one: Reply(status=403) if one.method == "HEAD" else WRITTEN) as server:
        assert await put(server, tmp_path)


async def test_a_server_that_knows_no_conditions_is_asked_without_from_then_on(tmp_path):
    def answer(one):
        if one.method == "HEAD":
            return MISSING
        return refused(501, "NotImplemented") if "if-none-match" in one.headers else WRITTEN

    async with (
        AnsweringServer(answer) as server,
        open_store(LOCATION, s3_environ(server.url), timeouts=HASTY) as store,
    ):
        assert await store.put_file(*file_of(tmp_path, b"one"))
        before = len(server.requests)
        assert await store.put_file(*file_of(tmp_path, b"two"))
        assert [one.method for one in server.requests[before:]] == ["HEAD", "PUT"]


async def test_who_came_first_with_the_same_file_wins_and_nobody_fails(tmp_path):
    heads = iter([MISSING, found(1000)])
    async with AnsweringServer(
        lambda one: next(heads) if one.method == "HEAD" else refused(412, "PreconditionFailed")
    ) as server:
        assert not await put(server, tmp_path)


async def test_an_object_with_other_bytes_is_not_written_over(tmp_path):
    async with AnsweringServer(lambda _: found(5)) as server:
        with pytest.raises(ObjectDamagedError, match="has 5 bytes there"):
            await put(server, tmp_path)
        assert [one.method for one in server.requests] == ["HEAD"]


async def test_a_body_that_breaks_off_is_an_error():
    head = found(5_000_000).wire()
    async with (
        AnsweringServer(lambda _: Raw(head + b"x" * 1000)) as server,
        open_store(LOCATION, s3_environ(server.url), timeouts=HASTY) as store,
    ):
        with pytest.raises(StoreUnavailableError, match="cannot read") as caught:
            await content_of(store, "sha256/00/00.jpg")
    assert_tells_no_secret(caught.value)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (refused(403, "AccessDenied"), "HTTP 403"),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:1/secret"}), "HTTP 302, a redirect"),
        (Reply(body=b"12345"), "has 5 bytes; it should have 1,000"),
        (
            Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
            "does not say its length",
        ),
        (Reply(status=500), "HTTP 500"),
        (Stall(), "takes too long"),
        (HangUp(), "cannot be reached"),
    ],
)
async def test_a_url_that_gives_something_else_is_found_out(answer, told):
    async with (
        AnsweringServer(lambda _: answer) as server,
        open_store(LOCATION, s3_environ(server.url), timeouts=HASTY) as store,
    ):
        url = await store.signed_url("sha256/00/00.jpg", seconds=60)
        with pytest.raises(StoreError, match=told) as caught:
            await store.check_url(url, bytes=1000)
    assert_tells_no_secret(caught.value)
    assert "secret" not in caught.value.message


async def test_a_url_is_checked_without_reading_all_of_it():
    async with (
        AnsweringServer(lambda _: Stall(found(10**9).wire())) as server,
        open_store(LOCATION, s3_environ(server.url), timeouts=HASTY) as store,
    ):
        await store.check_url(await store.signed_url("sha256/00/00.jpg", seconds=60), bytes=10**9)


@pytest.mark.parametrize(
    "public_url",
    [
        "https://127.0.0.1/p",
        "https://10.0.0.1/p",
        "https://[::1]/p",
        "https://localhost/p",
        "https://nas/p",
        "https://127.1/p",
        "https://0x7f000001/p",
    ],
)
async def test_a_url_that_the_api_cannot_reach_is_refused_without_asking(public_url):
    location = parse_location("s3://media", public_url=public_url)
    async with open_store(location, s3_environ("http://127.0.0.1:9")) as store:
        url = await store.signed_url("sha256/00/00.jpg", seconds=60)
        with pytest.raises(StoreError, match="not public"):
            await store.check_url(url, bytes=1, must_be_public=True)


@pytest.mark.parametrize("url", ["s3://media", "gs://media", "az://media"])
def test_no_credentials_are_told_at_once(url, tmp_path):
    environ = {"HOME": str(tmp_path), "AWS_CONFIG_FILE": os.devnull}
    with pytest.raises(UsageError, match=f"no credentials for {url}") as caught:
        open_store(parse_location(url), environ)
    assert "set " in caught.value.hint


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        ("gs://media", {"GOOGLE_SERVICE_ACCOUNT_KEY": '{"private_key": "VERYSECRET"'}),
        ("az://media", {"AZURE_STORAGE_ACCOUNT_NAME": "me", "AZURE_STORAGE_ACCOUNT_KEY": "VERYSECRET!"}),
        ("s3://media", {"AWS_ACCESS_KEY_ID": "VERYSECRET"}),
        ("s3://media", {**SECRETS, "AWS_ENDPOINT_URL": "http://me:VERYSECRET@127.0.0.1"}),
        ("s3://media", {**SECRETS, "AWS_ENDPOINT_URL": "http://minio.example"}),
    ],
)
def test_what_the_environment_has_wrong_is_told_without_it(url, environ):
    with pytest.raises(UsageError) as caught:
        open_store(parse_location(url), environ)
    assert "VERYSECRET" not in "".join(traceback.format_exception(caught.value))
