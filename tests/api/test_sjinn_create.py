"""What became of a create call, by real sockets: the server counts what reached it."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import socket
import ssl
from contextlib import asynccontextmanager

import pytest

from fakes.answering_server import AnsweringServer, HangUp, Raw, Reply, Reset, Stall, envelope, ok, reset
from fakes.certificate import self_signed
from fakes.still_clock import StillClock
from sora2batch.ground.deadline import Deadline
from sora2batch.ground.errors import UsageError
from sora2batch.sjinn.answer import (
    Accepted,
    KeyRefused,
    NotAccepted,
    NotSent,
    OutOfCredits,
    Refusal,
    Rejected,
    Unknown,
)
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.secret import ApiKey
from sora2batch.sjinn.timeouts import Timeouts

KEY = ApiKey("sk-test/secret+key")
TOOL = "sora2-text-to-video-api"
ACCEPTED = envelope({"task_id": "t-1"})
IMPATIENT = Timeouts(create_seconds=1.0)
"""Long enough to send a request while the machine has much to do."""
IMPATIENT_TO_CONNECT = Timeouts(connect_seconds=0.2)


def client_of(url, *, timeouts=None):
    return SjinnClient(Endpoint.parse(url), KEY, clock=StillClock(), timeouts=timeouts or Timeouts())


async def create_at(url, *, timeouts=None):
    async with client_of(url, timeouts=timeouts) as client:
        return await client.create(TOOL, {"prompt": "a fox"})


async def create_with(*answers, timeouts=None):
    """Let a server with these answers get one create call, and make sure that it got it once."""
    async with AnsweringServer(answers) as server:
        outcome = await create_at(server.url, timeouts=timeouts)
    assert len(server.requests) == 1
    return outcome


@asynccontextmanager
async def listener(on_connect):
    """A server that does one thing with each new connection."""
    writers = []

    async def serve(reader, writer):
        writers.append(writer)
        await on_connect(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=256)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.close()


async def close_at_once(_, writer):
    writer.close()


async def reset_at_once(_, writer):
    reset(writer)


async def say_nothing(reader, _):
    await reader.read()


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_the_request_is_one_post_with_the_key_in_its_header_only():
    async with AnsweringServer([ok({"task_id": "t-1"})]) as server:
        outcome = await create_at(f"{server.url}/api/un-api/")
    [request] = server.requests
    assert outcome == Accepted("t-1")
    assert (request.method, request.target) == ("POST", "/api/un-api/create_tool_task")
    assert request.json == {"tool_type": TOOL, "input": {"prompt": "a fox"}}
    assert request.headers["authorization"] == f"Bearer {KEY.reveal()}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("sora2batch/")
    assert "cookie" not in request.headers


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            Reply(status=400, body=envelope(success=False, message="no prompt", code=7)),
            Rejected(Refusal(code=7, message="no prompt")),
        ),
        (
            Reply(body=envelope(success=False, message="bad key", code=401)),
            KeyRefused(Refusal(code=401, message="bad key")),
        ),
        (
            Reply(status=403, body=b"<html>no</html>"),
            KeyRefused(Refusal(code=403, message="HTTP 403, and the API gave no reason")),
        ),
        (
            Reply(body=envelope(success=False, message="top up", code=100)),
            OutOfCredits(Refusal(code=100, message="top up")),
        ),
        (
            Reply(status=429, headers={"Retry-After": "7"}, body=b"slow down"),
            NotAccepted(Refusal(code=429, message="HTTP 429, and the API gave no reason"), 7.0),
        ),
        (
            Reply(status=503, headers={"Retry-After": "Sun, 22 Nov 2026 09:00:30 GMT"}),
            NotAccepted(Refusal(code=503, message="HTTP 503, and the API gave no reason"), 30.0),
        ),
        (
            Reply(body=envelope(success=False, message="busy", code="429")),
            NotAccepted(Refusal(code=429, message="busy"), None),
        ),
        (Reply(status=500, body=ACCEPTED), Accepted("t-1")),
        (Reply(headers={"Content-Encoding": "gzip"}, body=gzip.compress(ACCEPTED)), Accepted("t-1")),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_an_answer_that_can_be_read_is_understood(answer, outcome):
    assert await create_with(answer) == outcome


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(HangUp(), id="closed after the request was read"),
        pytest.param(Reset(), id="reset after the request was read"),
        pytest.param(Raw(b"HTTP/1.1 200 OK\r\nContent-Le"), id="cut headers"),
        pytest.param(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + ACCEPTED[:30]), id="cut body"),
        pytest.param(
            Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + ACCEPTED[:16] + b"\r\n"),
            id="cut chunks",
        ),
        pytest.param(
            Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), id="chunks that are none"
        ),
        pytest.param(
            Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" + ACCEPTED), id="too short a Content-Length"
        ),
        pytest.param(Raw(b"SSH-2.0-OpenSSH_9.6\r\n"), id="no HTTP at all"),
        pytest.param(Reply(body=b"<!doctype html><p>Welcome"), id="a page"),
        pytest.param(Reply(body=b""), id="nothing in it"),
        pytest.param(Reply(body=envelope({})), id="success without a task"),
        pytest.param(Reply(body=envelope({"task_id": "t-1"}, success="true")), id="success as a text"),
        pytest.param(Reply(status=500, body=b"Internal Server Error"), id="500"),
        pytest.param(Reply(status=502, body=b"<html>Bad Gateway</html>"), id="502"),
        pytest.param(Reply(status=404, body=b"not here"), id="404 without an envelope"),
        pytest.param(Reply(status=307, headers={"Location": "/elsewhere"}), id="a redirect"),
        pytest.param(Reply(headers={"Content-Encoding": "gzip"}, body=b"not gzip at all"), id="bad gzip"),
        pytest.param(Reply(body=b'{"a": "' + b"x" * 5 * 1024 * 1024 + b'"}'), id="a huge body"),
    ],
)
async def test_an_answer_that_says_nothing_certain_leaves_the_outcome_unknown(answer):
    assert isinstance(await create_with(answer), Unknown)


async def test_no_answer_in_time_leaves_the_outcome_unknown():
    outcome = await create_with(Stall(), timeouts=IMPATIENT)
    assert outcome == Unknown("no complete answer within the time-out")


async def test_half_an_answer_in_time_leaves_the_outcome_unknown():
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + ACCEPTED[:20]
    assert isinstance(await create_with(Stall(wire), timeouts=IMPATIENT), Unknown)


async def test_a_task_id_that_arrived_is_not_lost_with_the_rest_of_its_answer():
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + ACCEPTED
    assert await create_with(Raw(wire)) == Accepted("t-1")


async def test_a_refusal_in_an_incomplete_answer_is_no_proof_that_nothing_was_charged():
    refusal = envelope(success=False, message="no", code=7)
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + refusal
    assert isinstance(await create_with(Raw(wire)), Unknown)


async def test_a_refused_connection_sends_nothing():
    outcome = await create_at(f"http://127.0.0.1:{closed_port()}")
    assert isinstance(outcome, NotSent)
    assert "no connection to 127.0.0.1" in outcome.reason


async def test_a_name_that_cannot_be_resolved_sends_nothing():
    outcome = await create_at("https://sjinn.invalid")
    assert isinstance(outcome, NotSent)


async def test_tls_to_a_server_without_tls_sends_nothing():
    async with AnsweringServer() as server:
        outcome = await create_at(f"https://127.0.0.1:{server.port}", timeouts=IMPATIENT_TO_CONNECT)
    assert isinstance(outcome, NotSent)
    assert server.requests == []


async def test_a_connection_closed_during_the_tls_handshake_sends_nothing():
    async with listener(close_at_once) as port:
        assert isinstance(await create_at(f"https://127.0.0.1:{port}"), NotSent)


async def test_a_tls_handshake_that_never_ends_sends_nothing():
    async with listener(say_nothing) as port:
        outcome = await create_at(f"https://127.0.0.1:{port}", timeouts=IMPATIENT_TO_CONNECT)
    assert isinstance(outcome, NotSent)


@pytest.fixture
def certificate(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("makes a certificate with openssl")
    return self_signed(tmp_path)


async def test_a_certificate_nobody_vouches_for_sends_nothing(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    got = []
    server = await asyncio.start_server(lambda r, w: got.append(r), "127.0.0.1", 0, ssl=context)
    outcome = await create_at(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    server.close()
    assert isinstance(outcome, NotSent)
    assert "TLS" in outcome.reason
    assert got == []


@pytest.mark.parametrize("end", [close_at_once, reset_at_once])
async def test_a_connection_that_ends_before_the_request_is_read_leaves_the_outcome_unknown(end):
    # The connection stood and bytes may have left: whether anybody read them, only the server knows.
    async with listener(end) as port:
        assert isinstance(await create_at(f"http://127.0.0.1:{port}"), Unknown)


async def test_a_kept_connection_is_used_again():
    answers = [ok({"task_id": "t-1"}), ok({"task_id": "t-2"})]
    async with AnsweringServer(answers) as server, client_of(server.url) as client:
        outcomes = [await client.create(TOOL, {}), await client.create(TOOL, {})]
    assert outcomes == [Accepted("t-1"), Accepted("t-2")]
    assert server.connections == 1


async def test_a_kept_connection_that_dies_under_a_create_call_is_not_tried_again():
    answers = [ok({"task_id": "t-1"}), HangUp(), ok({"task_id": "t-3"})]
    async with AnsweringServer(answers) as server, client_of(server.url) as client:
        await client.create(TOOL, {})
        outcome = await client.create(TOOL, {})
    assert isinstance(outcome, Unknown)
    assert len(server.requests) == 2


async def test_a_connection_that_the_server_closed_while_idle_is_replaced():
    closing = Reply(headers={"Connection": "close"}, body=ACCEPTED)
    answers = [closing, ok({"task_id": "t-2"})]
    async with AnsweringServer(answers) as server, client_of(server.url) as client:
        await client.create(TOOL, {})
        assert await client.create(TOOL, {}) == Accepted("t-2")
    assert server.connections == 2


async def test_a_cancelled_call_is_cancelled():
    async with AnsweringServer([Stall()]) as server, client_of(server.url) as client:
        call = asyncio.create_task(client.create(TOOL, {}))
        await server.arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_many_calls_run_side_by_side():
    everybody = asyncio.Event()
    arrived = []

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        arrived.append(None)
        if len(arrived) == 200:
            everybody.set()
        await everybody.wait()
        writer.write(Reply(body=ACCEPTED).wire())
        await writer.drain()

    async with (
        listener(serve) as port,
        client_of(f"http://127.0.0.1:{port}") as client,
        asyncio.TaskGroup() as group,
    ):
        calls = [group.create_task(client.create(TOOL, {})) for _ in range(200)]
    assert {call.result() for call in calls} == {Accepted("t-1")}


async def test_a_message_that_repeats_the_key_is_shown_without_it():
    message = f"no such key: {KEY.reveal()}, sk-test%2Fsecret%2Bkey"
    outcome = await create_with(Reply(body=envelope(success=False, message=message, code=KEY.reveal())))
    assert outcome == Rejected(Refusal(code="***", message="no such key: ***, ***"))


def test_a_key_does_not_travel_in_the_clear_over_a_network():
    with pytest.raises(UsageError, match=r"in the clear to api\.example"):
        client_of("http://api.example/api")


async def test_a_proxy_that_refuses_gets_neither_the_key_nor_the_request(monkeypatch):
    async with AnsweringServer([Reply(status=407)]) as proxy:
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        outcome = await create_at("https://api.example/api")
    [request] = proxy.requests
    assert isinstance(outcome, NotSent)
    assert (request.method, request.target) == ("CONNECT", "api.example:443")
    assert "authorization" not in request.headers


async def test_a_proxy_is_not_asked_for_this_machine(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    assert await create_with(ok({"task_id": "t-1"})) == Accepted("t-1")


async def test_a_call_whose_deadline_has_passed_once_there_is_a_connection_is_not_sent():
    arrived: list[bytes] = []
    is_over = asyncio.Event()

    async def read_all(reader, writer):
        arrived.append(await reader.read())
        writer.close()
        await writer.wait_closed()
        is_over.set()

    server = await asyncio.start_server(read_all, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with client_of(f"http://127.0.0.1:{port}") as client:
            late = Deadline(20.0, iter([0.0, 20.1]).__next__)
            outcome = await client.create(TOOL, {"prompt": "a fox"}, until=late)
        await is_over.wait()
    assert outcome == NotSent("it was too late to send the call")
    assert arrived == [b""]


async def test_a_call_that_begins_in_time_is_sent():
    async with AnsweringServer([ok({"task_id": "t-1"})]) as server, client_of(server.url) as client:
        outcome = await client.create(TOOL, {"prompt": "a fox"}, until=Deadline(1000.0))
    assert outcome == Accepted("t-1")
