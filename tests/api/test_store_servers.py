"""The store on servers that speak the clouds' protocols, and on a folder: the same for all of them."""

from __future__ import annotations

import os

import pytest
from aiohttp import ClientSession
from yarl import URL

from fakes.azurite import CONTAINER, azure_environ, azurite
from fakes.s3_server import BUCKET, s3_environ, s3_server
from fakes.store_object import content_of, file_of, object_of
from sora2batch.store.make import open_store
from sora2batch.store.store_error import (
    FileChangedError,
    ObjectDamagedError,
    ObjectMissingError,
    SigningError,
    StoreDeniedError,
    StoreError,
)
from sora2batch.store.store_location import parse_location
from sora2batch.store.store_probe import ProbeOutcome, probe

pytestmark = pytest.mark.xdist_group("store servers")
LARGE = 9 * 1024 * 1024 + 5


@pytest.fixture(scope="module")
def s3():
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def azure(tmp_path_factory):
    with azurite(tmp_path_factory.mktemp("azurite")) as endpoint:
        yield endpoint


@pytest.fixture(params=["s3", "az", "file"])
def place(request, tmp_path):
    """A location and its environment."""
    match request.param:
        case "s3":
            environ = s3_environ(request.getfixturevalue("s3"))
            return parse_location(f"s3://{BUCKET}/some campaigns/2026"), environ
        case "az":
            environ = azure_environ(request.getfixturevalue("azure"))
            return parse_location(f"az://{CONTAINER}/campaigns"), environ
        case _:
            return parse_location((tmp_path / "store").as_uri()), {}


@pytest.mark.parametrize("length", [0, 1000, LARGE])
async def test_a_file_goes_up_once_and_comes_back(place, tmp_path, length):
    data = os.urandom(length)
    item, path = file_of(tmp_path, data)
    async with open_store(*place) as store:
        assert store.is_loopback
        assert await store.length_of(item.name) is None
        assert await store.put_file(item, path)
        assert not await store.put_file(item, path)
        assert await store.length_of(item.name) == length
        assert await content_of(store, item.name) == data


@pytest.mark.parametrize("length", [1000, LARGE])
async def test_a_file_that_has_changed_is_not_written(place, tmp_path, length):
    item, path = file_of(tmp_path, os.urandom(length))
    path.write_bytes(os.urandom(length))
    async with open_store(*place) as store:
        with pytest.raises(FileChangedError, match="is not what it was"):
            await store.put_file(item, path)
        assert await store.length_of(item.name) is None


async def test_an_object_of_another_length_is_told_and_stays(place, tmp_path):
    data = os.urandom(1000)
    item, path = file_of(tmp_path, data)
    async with open_store(*place) as store:
        await store.put_file(item, path)
        wrong = item._replace(bytes=1001)
        with pytest.raises(ObjectDamagedError, match="has 1,000 bytes there, not 1,001"):
            await store.put_file(wrong, path)
        assert await content_of(store, item.name) == data


async def test_an_object_that_is_not_there_is_told(place):
    async with open_store(*place) as store:
        with pytest.raises(ObjectMissingError):
            await content_of(store, object_of(b"never written").name)


@pytest.mark.parametrize("place", ["s3", "az"], indirect=True)
async def test_the_url_that_is_signed_gives_the_object_and_is_in_no_message(place, tmp_path):
    item, path = file_of(tmp_path, os.urandom(1000))
    async with open_store(*place) as store:
        await store.put_file(item, path)
        url = await store.signed_url(item.name, seconds=3600)
        await store.check_url(url, bytes=1000)
        async with ClientSession() as session, session.get(URL(url.reveal(), encoded=True)) as answer:
            assert answer.headers["Content-Type"] == "image/jpeg"
            assert await answer.read() == path.read_bytes()
        errors = []
        missing = await store.signed_url(object_of(b"never").name, seconds=60)
        for other, keywords in (
            (url, {"bytes": 999}),
            (url, {"bytes": 1000, "must_be_public": True}),
            (missing, {"bytes": 5}),
        ):
            with pytest.raises(StoreError) as caught:
                await store.check_url(other, **keywords)
            errors.append(caught.value)
    assert [type(one) for one in errors] == [ObjectDamagedError, SigningError, ObjectMissingError]
    query = url.reveal().partition("?")[2]
    for error in errors:
        assert item.name in error.message or "HTTP 404" in error.message
        assert error.__context__ is None
        assert not any(part in f"{error.message}{error.hint}" for part in query.split("&"))


async def test_a_url_for_longer_than_a_week_is_refused(place):
    async with open_store(*place) as store:
        with pytest.raises(SigningError):
            await store.signed_url(object_of(b"x").name, seconds=7 * 24 * 3600 + 1)


async def test_a_probe_tells_each_step(place):
    async with open_store(*place) as store:
        steps = {step.name: step for step in await probe(store)}
        again = {step.name: step.outcome for step in await probe(store)}
    outcomes = {name: step.outcome for name, step in steps.items()}
    assert outcomes == again
    assert outcomes["write"] is outcomes["refuse to overwrite"] is ProbeOutcome.PASSED
    if place[0].scheme == "file":
        assert outcomes["sign"] is outcomes["fetch"] is ProbeOutcome.SKIPPED
    else:
        assert outcomes["sign"] is outcomes["fetch"] is ProbeOutcome.PASSED
        assert outcomes["reach"] is ProbeOutcome.FAILED
        assert "plain http" in steps["reach"].message


class TestS3:
    async def test_a_bucket_that_is_not_there_is_told_by_its_name(self, s3, tmp_path):
        item, path = file_of(tmp_path, b"x" * 100)
        async with open_store(parse_location("s3://elsewhere/x"), s3_environ(s3)) as store:
            with pytest.raises(ObjectMissingError, match="there is no bucket elsewhere"):
                await store.put_file(item, path)

    async def test_a_session_token_can_make_a_url_too_long(self, s3):
        environ = s3_environ(s3, AWS_SESSION_TOKEN="T" * 1800)
        async with open_store(parse_location(f"s3://{BUCKET}"), environ) as store:
            with pytest.raises(SigningError, match=r"a URL has 2,[0-9]{3} characters") as caught:
                await store.signed_url(object_of(b"x").name, seconds=60)
        assert "session token" in caught.value.hint

    async def test_a_public_url_is_used_as_it_is(self, s3, tmp_path):
        item, path = file_of(tmp_path, b"x" * 100)
        location = parse_location(f"s3://{BUCKET}/p", public_url=f"{s3}/{BUCKET}/p/")
        async with open_store(location, s3_environ(s3)) as store:
            await store.put_file(item, path)
            url = await store.signed_url(item.name, seconds=99_999_999)
            assert url.reveal() == f"{s3}/{BUCKET}/p/{item.name}"
            with pytest.raises(StoreDeniedError, match="answers a GET with HTTP 403"):
                await store.check_url(url, bytes=100)

    async def test_a_profile_in_a_file_is_found(self, s3, tmp_path):
        credentials = tmp_path / "credentials"
        credentials.write_text("[team]\naws_access_key_id = AKIAX\naws_secret_access_key = S3CRET\n")
        config = tmp_path / "config"
        config.write_text(f"[profile team]\nregion = eu-west-1\nendpoint_url = {s3}\n")
        environ = {
            "AWS_PROFILE": "team",
            "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
            "AWS_CONFIG_FILE": str(config),
        }
        async with open_store(parse_location(f"s3://{BUCKET}"), environ) as store:
            assert store.is_loopback
            url = await store.signed_url(object_of(b"x").name, seconds=60)
            assert "AKIAX%2F" in url.reveal()
            assert "eu-west-1" in url.reveal()

    async def test_who_does_not_sign_is_refused(self, s3, tmp_path):
        item, path = file_of(tmp_path, b"private")
        async with open_store(parse_location(f"s3://{BUCKET}"), s3_environ(s3)) as store:
            await store.put_file(item, path)
        async with ClientSession() as session, session.get(f"{s3}/{BUCKET}/{item.name}") as answer:
            assert answer.status == 403
