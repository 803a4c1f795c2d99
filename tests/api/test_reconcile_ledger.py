"""Doubts held against the ledger by the real client, over real sockets, page by page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fakes.answering_server import AnsweringServer, Reply, Reset, envelope, ok
from fakes.building import TOOL, entry_of, job_of, lockfile_of
from fakes.ledger_api import CONTROL_ENTRY, OTHER_TOOL, at, doubt_of_call, stamp
from fakes.lock_entry import completed
from fakes.recorder import MemoryRecorder
from fakes.still_clock import StillClock
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.errors import UsageError
from sora2batch.reconcile.charge import audit, earliest_task
from sora2batch.reconcile.doubt import WIDE_MARGIN
from sora2batch.reconcile.finding import Ambiguous, Inconclusive, NotCharged, TooEarly
from sora2batch.reconcile.judge import unique_fits
from sora2batch.reconcile.ledger_check import SETTLE, ReconcileContext, check_doubts
from sora2batch.reconcile.settle import adopt, adopt_by_word, release_not_charged
from sora2batch.sjinn.api_error import KeyRefusedError, LedgerError
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.protocol import read_account
from sora2batch.sjinn.secret import ApiKey

HOUR = 3600


def row(task_id, seconds=1.0, *, cost=420, tool_type=TOOL):
    return {
        "id": f"row-{task_id}-{seconds}",
        "task_type": f"tool_{tool_type}",
        "task_id": task_id,
        "chat_id": None,
        "cost_credits": cost,
        "create_time": at(seconds).isoformat(timespec="microseconds"),
    }


CONTROL = row("control", 1)
"""Of ``CONTROL_ENTRY``: a task of ours that shows that the ledger can be believed."""


class Ledger:
    """Answers as the API does: filtered, newest first, in pages with a cursor. The account is nameless."""

    def __init__(self, *rows, page=2, headers=None, email=None):
        self._rows = sorted(rows, key=lambda row: row["create_time"], reverse=True)
        self._page = page
        self._headers = headers or {}
        self._email = email

    def __call__(self, received):
        if received.target.endswith("query_account_status"):
            return Reply(
                headers=self._headers, body=envelope({"balances": 1000, "email": self._email, "name": None})
            )
        query = received.json
        start = datetime.fromisoformat(query["start_time"])
        wanted = [
            row
            for row in self._rows
            if query.get("task_type") in {None, row["task_type"]}
            and datetime.fromisoformat(row["create_time"]) >= start
        ]
        begin = int(query.get("cursor", "0"))
        end = begin + self._page
        data = {"records": wanted[begin:end], "next_cursor": str(end) if end < len(wanted) else None}
        return Reply(headers=self._headers, body=envelope(data))


def client_of(server, clock):
    key = ApiKey("sk-test-secret")
    return SjinnClient(Endpoint.parse(server.url), key, clock=clock, sleep=clock.sleep)


async def found(lockfile, script, *, seconds=HOUR, **more):
    """What the ledger says, and what it was asked."""
    clock = StillClock(at(seconds))
    async with AnsweringServer(script) as server, client_of(server, clock) as client:
        context = ReconcileContext(ledger_api=client, clock=client.clock, **more)
        findings = await check_doubts(lockfile, context)
        asked = [request for request in server.requests if request.target.endswith("query_credits_usage")]
        return findings, [request.json for request in asked]


async def test_a_charge_on_the_last_page_keeps_its_call_in_doubt():
    known = entry_of(job_of("owl"), *(completed(f"known-{number}") for number in range(5)))
    rows = [row(f"known-{number}", 10 + number) for number in range(5)]
    lockfile = lockfile_of(doubt_of_call("fox", 0).entry, known)
    (finding,), asked = await found(lockfile, Ledger(*rows, row("lost", 1)))
    assert [record.task_id for record in finding.candidates] == ["lost"]
    assert [query.get("cursor") for query in asked] == [None, "2", "4"]


async def test_one_look_at_the_ledger_serves_all_tools():
    lockfile = lockfile_of(
        doubt_of_call("fox", 0).entry, doubt_of_call("owl", 60, tool_type=OTHER_TOOL).entry, CONTROL_ENTRY
    )
    rows = [CONTROL, row("lost"), row("b", 61, tool_type=OTHER_TOOL)]
    findings, asked = await found(lockfile, Ledger(*rows, page=9))
    assert [record.task_id for finding in findings for record in finding.candidates] == ["lost", "b"]
    (question,) = asked
    assert question == {"limit": 200, "start_time": to_timestamp(at(0) - WIDE_MARGIN)}


async def test_tasks_of_an_older_time_or_another_tool_are_no_candidates():
    rows = [CONTROL, row("older", -3601), row("b", 5, tool_type=OTHER_TOOL)]
    (finding,), _ = await found(lockfile_of(doubt_of_call().entry, CONTROL_ENTRY), Ledger(*rows))
    assert finding == NotCharged(doubt=doubt_of_call())


async def test_a_call_whose_time_nobody_knows_is_held_against_the_whole_ledger():
    doubt = doubt_of_call(submitted_at=None)
    (finding,), asked = await found(lockfile_of(doubt.entry), Ledger(row("years ago", -(10**8))))
    assert isinstance(finding, Ambiguous)
    assert asked[0]["start_time"] == "1970-01-01T00:00:00Z"


ACCOUNT = ok({"balances": 1000})


@pytest.mark.parametrize(
    "broken",
    [Reset(), Reply(status=502, body=b"<html>"), ok({"records": "none"})],
    ids=["reset", "no envelope", "no list"],
)
async def test_a_ledger_that_ends_too_soon_frees_nobody(broken):
    first = ok({"records": [CONTROL], "next_cursor": "2"})
    with pytest.raises(LedgerError):
        await found(
            lockfile_of(doubt_of_call().entry, CONTROL_ENTRY), [ACCOUNT, first, broken, broken, broken]
        )


@pytest.mark.parametrize(
    "page",
    [
        {"records": []},
        {"records": [None, {}]},
        {"records": [CONTROL, None]},
        {"records": [CONTROL, {**row("lost"), "create_time": "soon"}]},
        {"records": [CONTROL, {**row("lost"), "create_time": at(-40_000).isoformat()[:19]}]},
        {"records": [CONTROL, {**row("lost"), "taskId": "lost", "task_id": None}]},
        {"records": [CONTROL, {**row("lost"), "task_id": "l" * 300}]},
        {"records": [CONTROL, {**row("lost"), "task_id": ["lost"]}]},
        {"records": [CONTROL, {**row("lost"), "task_type": "Sora 2"}]},
        {"records": [CONTROL, {**row("lost"), "cost_credits": 1e308}]},
        {"records": [CONTROL, {**row("lost"), "cost_credits": 10**18}]},
        {"records": [CONTROL], "has_more": True},
        {"records": [CONTROL], "nextPageToken": "2"},
        {"records": [CONTROL], "total": 60},
    ],
    ids=lambda page: str(page)[-60:],
)
async def test_what_cannot_be_fully_read_frees_nobody(page):
    lockfile = lockfile_of(doubt_of_call().entry, CONTROL_ENTRY)

    def answer(received):
        return ACCOUNT if received.target.endswith("query_account_status") else ok(page)

    try:
        (finding,), _ = await found(lockfile, answer)
    except LedgerError:
        return
    assert isinstance(finding, Inconclusive)


@pytest.mark.parametrize(
    ("name", "task_type"),
    [("prefix", TOOL), ("case", f"TOOL_{TOOL}".upper()), ("marks", f"tool_{TOOL}".replace("-", "_"))],
)
async def test_a_charge_whose_tool_is_written_otherwise_is_found(name, task_type):
    rows = [CONTROL, {**row("lost"), "task_type": task_type}]
    (finding,), _ = await found(lockfile_of(doubt_of_call().entry, CONTROL_ENTRY), Ledger(*rows))
    assert [task.task_id for task in finding.candidates] == ["lost"], name


async def test_the_ledger_of_another_account_frees_nobody_and_offers_nothing():
    async def with_email(email):
        doubt = doubt_of_call(account=read_account(200, {}, body, now=at(0)).identity)
        script = Ledger(CONTROL, row("theirs"), email=email)
        (finding,), _ = await found(lockfile_of(doubt.entry, CONTROL_ENTRY), script)
        return finding

    body = envelope({"balances": 1, "email": "Ours@example.org"})
    assert isinstance(await with_email("theirs@example.org"), Inconclusive)
    assert isinstance(await with_email(" ours@EXAMPLE.org"), Ambiguous)


async def test_a_refused_key_frees_nobody():
    answer = Reply(status=401, body=envelope(success=False, message="bad key", code=401))
    with pytest.raises(KeyRefusedError):
        await found(lockfile_of(doubt_of_call().entry), [answer])


async def test_the_time_is_the_apis_even_before_it_was_ever_asked():
    """A machine whose clock is a day ahead must not believe that the ledger has had time enough."""
    lockfile = lockfile_of(doubt_of_call("fox", 0).entry)
    script = Ledger(headers={"Date": "Sun, 22 Nov 2026 09:00:30 GMT"})
    (finding,), _ = await found(lockfile, script, seconds=86_400)
    assert finding == TooEarly(doubt=doubt_of_call("fox", 0), until=at(0) + SETTLE)


@pytest.mark.parametrize("seconds", [-10, -8 * 3600, -3599, 8 * 3600])
async def test_a_charge_is_found_however_the_ledgers_clock_differs(seconds):
    """A ``Date`` that is ahead, no ``Date`` and a clock of ours that is ahead, local times marked Z."""
    lockfile = lockfile_of(doubt_of_call().entry, CONTROL_ENTRY)
    rows = [{**CONTROL, "create_time": at(seconds).isoformat()}, row("lost", seconds + 1)]
    for script in (Ledger(*rows), Ledger(row("lost", seconds + 1))):
        (finding,), _ = await found(lockfile, script, seconds=40_000)
        assert [task.task_id for task in finding.candidates] == ["lost"]


async def test_a_lost_task_is_adopted_and_a_call_without_a_trace_is_freed():
    recorder = MemoryRecorder(seconds=0)
    owl = doubt_of_call("owl", 2 * HOUR).entry
    late = entry_of(job_of("late"), completed("late", submitted_at=stamp(2 * HOUR)))
    recorder.put(doubt_of_call("fox", 0).entry, owl, late)
    async with (
        AnsweringServer(Ledger(row("lost", 1.3), row("late", 2 * HOUR + 1))) as server,
        client_of(server, StillClock(at(4 * HOUR))) as client,
    ):
        context = ReconcileContext(ledger_api=client, clock=client.clock)
        await release_not_charged(await check_doubts(recorder.lockfile, context), recorder)
        for doubt, record in unique_fits(await check_doubts(recorder.lockfile, context)):
            await adopt(doubt, record, recorder)
        assert await check_doubts(recorder.lockfile, context) == ()
    entry, _ = recorder.lockfile.entries.values()
    assert (entry.key, entry.primary.task_id, entry.spent) == ("hero/fox", "lost", 420)


async def test_a_task_named_by_a_person_is_looked_up():
    answers = iter([ok({"status": 0}), Reply(body=envelope(success=False, message="task not found"))])
    recorder = MemoryRecorder(seconds=0)
    doubts = [doubt_of_call("fox"), doubt_of_call("owl")]
    recorder.put(*(doubt.entry for doubt in doubts))
    async with AnsweringServer(lambda _: next(answers)) as server, client_of(server, StillClock()) as client:
        await adopt_by_word("there", doubts[0], (), client, recorder)
        with pytest.raises(UsageError, match=r"does not confirm that there is a task gone: .*not found"):
            await adopt_by_word("gone", doubts[1], (), client, recorder)
    assert [request.json for request in server.requests] == [{"task_id": "there"}, {"task_id": "gone"}]
    assert recorder.lockfile.task_ids() == {"there"}


async def test_charges_are_compared_across_all_pages_and_tools():
    fox = entry_of(job_of("fox"), completed("a", submitted_at=stamp(0)))
    owl = entry_of(job_of("owl", tool_type=OTHER_TOOL), completed("b", submitted_at=stamp(60)))
    rows = [row("a", 1), row("b", 61, cost=500, tool_type=OTHER_TOOL), row("x", 70), row("y", 80)]
    lockfile = lockfile_of(fox, owl)
    async with AnsweringServer(Ledger(*rows)) as server, client_of(server, StillClock()) as client:
        since = earliest_task(lockfile)
        assert since == at(0)
        reading = await client.ledger(since=since - timedelta(seconds=10))
    result = audit(lockfile, reading.records)
    assert (result.checked, result.unlisted) == (2, ())
    assert [(one.attempt.task_id, one.price, one.charged) for one in result.differences] == [("b", 420, 500)]
