"""The way to the API: proxies and certificates, by real sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager

import pytest

from fakes.certificate import self_signed
from fakes.still_clock import StillClock
from sora2batch.ground.errors import ExitCode
from sora2batch.sjinn.api_error import ApiError, UnreachableError
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.secret import ApiKey
from sora2batch.sjinn.timeouts import Timeouts

AFAR = "https://api.sora2batch.example/api"
PASSWORD = "hunter2"


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def fault_of(url: str) -> ApiError:
    """Ask for the account in vain."""
    clock = StillClock()
    timeouts = Timeouts(connect_seconds=2, read_seconds=2)
    async with SjinnClient(
        Endpoint.parse(url), ApiKey("sk-test-secret"), clock=clock, timeouts=timeouts, sleep=clock.sleep
    ) as client:
        with pytest.raises(ApiError) as caught:
            await client.account()
    assert PASSWORD not in caught.value.message
    return caught.value


@asynccontextmanager
async def server(answer: bytes, tls: ssl.SSLContext | None = None):
    """Answer whatever comes with the same bytes."""
    heard = bytearray()

    async def serve(reader, writer):
        heard.extend(await reader.read(4096))
        writer.write(answer)
        writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with running:
        yield running.sockets[0].getsockname()[1], heard


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", "the proxy wants a user name and a password"),
        ("502 Bad Gateway", "the proxy refused to connect (HTTP 502)"),
        ("403 Forbidden", "the proxy refused to connect (HTTP 403)"),
    ],
)
async def test_a_proxy_that_refuses_is_named_and_the_api_was_not_reached(monkeypatch, status, words):
    async with server(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) as (port, heard):
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@127.0.0.1:{port}")
        error = await fault_of(AFAR)
    assert isinstance(error, UnreachableError)
    assert error.exit_code is ExitCode.UNREACHABLE
    assert words in error.message
    assert error.message.endswith(f"(by the proxy 127.0.0.1:{port}, from HTTPS_PROXY)")
    assert heard.startswith(b"CONNECT api.sora2batch.example:443 ")
    assert b"sk-test-secret" not in heard


async def test_a_proxy_that_is_not_there_is_named(monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        monkeypatch.setenv("ALL_PROXY", f"http://me:{PASSWORD}@127.0.0.1:{port}")
        error = await fault_of(AFAR)
    assert error.exit_code is ExitCode.UNREACHABLE
    assert f"no connection to 127.0.0.1:{port}" in error.message
    assert f"(by the proxy 127.0.0.1:{port}, from ALL_PROXY)" in error.message


async def test_a_proxy_whose_name_is_unknown_is_named(monkeypatch):
    monkeypatch.setenv("https_proxy", f"http://me:{PASSWORD}@proxy.sora2batch.invalid:3128")
    error = await fault_of(AFAR)
    assert error.exit_code is ExitCode.UNREACHABLE
    assert "(by the proxy proxy.sora2batch.invalid:3128, from HTTPS_PROXY)" in error.message


async def test_a_proxy_that_speaks_no_tls_though_its_address_says_so_is_told(monkeypatch):
    async with server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as (port, _):
        monkeypatch.setenv("HTTPS_PROXY", f"https://me:{PASSWORD}@127.0.0.1:{port}")
        error = await fault_of(AFAR)
    assert error.exit_code is ExitCode.UNREACHABLE
    assert f"(by the proxy 127.0.0.1:{port}, from HTTPS_PROXY)" in error.message


async def test_a_self_signed_certificate_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(self_signed(tmp_path))
    async with server(b"", tls) as (port, heard):
        error = await fault_of(f"https://localhost:{port}/api")
    assert error.exit_code is ExitCode.UNREACHABLE
    assert "its TLS certificate is not trusted: self-signed certificate" in error.message
    assert "SSL_CERT_FILE is not there: /nowhere/ca.pem" in error.message
    assert heard == b""


async def test_an_address_without_tls_is_told():
    async with server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as (port, _):
        error = await fault_of(f"https://127.0.0.1:{port}/api")
    assert error.exit_code is ExitCode.UNREACHABLE
    assert "does not speak TLS" in error.message


async def test_an_address_that_answers_but_is_not_the_apis_is_named():
    async with server(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope") as (port, _):
        error = await fault_of(f"http://127.0.0.1:{port}/ap")
    assert error.exit_code is ExitCode.OPEN
    assert error.message.endswith(f"(HTTP 404) (SORA2BATCH_API_URL is http://127.0.0.1:{port}/ap)")
