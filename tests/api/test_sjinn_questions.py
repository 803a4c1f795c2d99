"""Questions that cost nothing - status, ledger, account - by real sockets."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from fakes.answering_server import AnsweringServer, HangUp, Raw, Reply, Reset, Stall, envelope, ok
from fakes.still_clock import StillClock
from sora2batch.ground.errors import ExitCode
from sora2batch.sjinn.answer import Account, Failed, Finished, KeyRefused, Refusal, Unreadable, Working
from sora2batch.sjinn.api_error import ApiError, KeyRefusedError, LedgerError
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.secret import ApiKey
from sora2batch.sjinn.timeouts import Timeouts

KEY = ApiKey("sk-test-secret")
SINCE = datetime(2026, 11, 22, 8, 59, 59, 700000, tzinfo=UTC)


def row(number):
    return {
        "id": f"r-{number}",
        "task_type": "tool_a-api",
        "task_id": f"t-{number}",
        "chat_id": None,
        "cost_credits": 420,
        "create_time": f"2026-11-22T09:00:{number:02}.934126+00:00",
    }


def client_of(url, clock, *, read_seconds=30.0):
    timeouts = Timeouts(read_seconds=read_seconds)
    return SjinnClient(Endpoint.parse(url), KEY, clock=clock, timeouts=timeouts, sleep=clock.sleep)


async def status_with(answer):
    given = {"read_seconds": 0.2} if isinstance(answer, Stall) else {}
    async with AnsweringServer([answer]) as server, client_of(server.url, StillClock(), **given) as client:
        return await client.status("t-1"), server.requests


async def test_a_status_query_is_one_post_with_the_task_id():
    answer, [request] = await status_with(ok({"status": 1, "output_urls": ["https://h/a.mp4?sig=1"]}))
    assert answer == Finished(("https://h/a.mp4?sig=1",))
    assert (request.method, request.target) == ("POST", "/query_tool_task_status")
    assert request.json == {"task_id": "t-1"}
    assert request.headers["authorization"] == "Bearer sk-test-secret"


async def test_results_are_seen_from_the_apis_own_address():
    named = ["/result/x.mp4?sig=1", {"url": "https://h/a.mp4"}, "https://h/?k=sk-test-secret"]
    async with AnsweringServer([ok({"status": 1, "output_urls": named})]) as server:
        host = server.url
        client = client_of(f"{host}/api/un-api", StillClock())
        async with client:
            answer = await client.status("t-1")
    assert answer.urls == (f"{host}/result/x.mp4?sig=1", "https://h/a.mp4")
    assert answer.oddities == ("an address that holds the API key",)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (ok({"status": 0}), Working(0)),
        (ok({"status": -1, "error": "moderated"}), Failed(Refusal(code=None, message="moderated"))),
        (
            Reply(status=401, body=envelope(success=False, message="bad key sk-test-secret", code=401)),
            KeyRefused(Refusal(code=401, message="bad key ***")),
        ),
        (
            Reply(body=envelope(success=False, message="sk-test-secret not found", code=404)),
            Unreadable("the API said: *** not found"),
        ),
        (
            Reply(status=503, headers={"Retry-After": "4"}),
            Unreadable("the API's answer cannot be read (HTTP 503)", 4.0),
        ),
    ],
)
async def test_a_status_answer_is_understood(answer, meaning):
    assert (await status_with(answer))[0] == meaning


@pytest.mark.parametrize(
    "answer",
    [
        HangUp(),
        Reset(),
        Stall(),
        Reply(body=b"<html>"),
        Reply(status=500, body=envelope({"status": -1})),
        Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + envelope({"status": -1})),
    ],
    ids=lambda answer: type(answer).__name__,
)
async def test_trouble_says_nothing_about_the_task(answer):
    assert isinstance((await status_with(answer))[0], Unreadable)


async def test_an_unreachable_api_says_nothing_about_the_task():
    async with client_of("https://sjinn.invalid", StillClock()) as client:
        assert isinstance(await client.status("t-1"), Unreadable)


async def test_the_ledger_is_read_to_its_end():
    pages = [
        ok({"records": [row(3), row(2)], "next_cursor": "c2", "has_more": True}),
        Reply(
            headers={"Content-Encoding": "gzip"},
            body=gzip.compress(envelope({"records": [row(1)], "next_cursor": None, "has_more": False})),
        ),
    ]
    async with AnsweringServer(pages) as server, client_of(server.url, StillClock()) as client:
        reading = await client.ledger(since=SINCE)
    assert [record.task_id for record in reading.records] == ["t-3", "t-2", "t-1"]
    assert not reading.is_timed  # no answer had a Date
    question = {"limit": 200, "start_time": "2026-11-22T08:59:59Z"}
    assert [request.json for request in server.requests] == [question, {**question, "cursor": "c2"}]


async def test_the_ledger_of_all_tools_has_no_filter():
    answers = [ok({"records": []})]
    async with AnsweringServer(answers) as server, client_of(server.url, StillClock()) as client:
        assert (await client.ledger(since=SINCE, limit=50)).records == ()
    assert server.requests[0].json == {"limit": 50, "start_time": "2026-11-22T08:59:59Z"}


async def test_a_question_is_asked_again_after_trouble():
    clock = StillClock()
    answers = [HangUp(), Reply(status=429, headers={"Retry-After": "9"}), ok({"balances": 7})]
    async with AnsweringServer(answers) as server, client_of(server.url, clock) as client:
        assert await client.account() == Account(balance=7, tier=None, identity=None)
    assert clock.slept == [1.0, 9.0]


async def test_a_ledger_that_breaks_off_is_an_error_and_no_short_ledger():
    answers = [ok({"records": [row(3)], "next_cursor": "c2"}), Reset(), Reply(body=b"<html>"), Stall()]
    clock = StillClock()
    async with AnsweringServer(answers) as server, client_of(server.url, clock, read_seconds=0.2) as client:
        with pytest.raises(LedgerError, match="query_credits_usage failed 3 times") as caught:
            await client.ledger(since=SINCE)
    assert caught.value.exit_code == ExitCode.OPEN


async def test_an_account_that_cannot_be_read_is_an_error():
    async with AnsweringServer() as server, client_of(server.url, StillClock()) as client:
        with pytest.raises(ApiError, match="query_account_status failed 3 times"):
            await client.account()


async def test_a_refused_key_is_an_error_at_once():
    refusal = Reply(status=401, body=envelope(success=False, message="bad key: sk-test-secret", code=401))
    async with AnsweringServer([refusal]) as server, client_of(server.url, StillClock()) as client:
        with pytest.raises(KeyRefusedError) as caught:
            await client.account()
    assert caught.value.message == "the API refused the key: bad key: ***"
    assert caught.value.exit_code == ExitCode.KEY
    assert len(server.requests) == 1
