"""Doubts held against the ledger by the real client, over real sockets, page by page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fakes.answering_server import AnsweringServer, Reply, Reset, envelope, ok
from fakes.books import OTHER_TOOL, at, doubt_of_call, stamp
from fakes.building import TOOL, entry_of, job_of, lockfile_of
from fakes.lock_entry import completed
from fakes.recorder import MemoryRecorder
from fakes.still_clock import StillClock
from sora2batch.clock import to_timestamp
from sora2batch.errors import UsageError
from sora2batch.reconcile.charge import audit, earliest_task
from sora2batch.reconcile.doubt import Ambiguous, Free, TooEarly, unique_fits
from sora2batch.reconcile.settle import SETTLE, Inquiry, adopt, adopt_by_word, inquire, release_free
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.error import KeyRefusedError, LedgerError
from sora2batch.sjinn.patience import Patience
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


class Ledger:
    """Answers as the API does: filtered, newest first, in pages with a cursor."""

    def __init__(self, *rows, page=2, headers=None):
        self._rows = sorted(rows, key=lambda row: row["create_time"], reverse=True)
        self._page = page
        self._headers = headers or {}

    def __call__(self, received):
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
    patience = Patience(connect_seconds=0.5, read_seconds=0.5)
    key = ApiKey("sk-test-secret")
    return SjinnClient(Endpoint.parse(server.url), key, clock=clock, patience=patience, sleep=clock.sleep)


async def found(lockfile, script, *, seconds=HOUR, **more):
    """What the ledger says, and what it was asked."""
    clock = StillClock(at(seconds))
    async with AnsweringServer(script) as server, client_of(server, clock) as client:
        inquiry = Inquiry(books=client, clock=client.clock, **more)
        return await inquire(lockfile, inquiry), [request.json for request in server.requests]


async def test_a_charge_on_the_last_page_keeps_its_call_in_doubt():
    known = entry_of(job_of("owl"), *(completed(f"known-{number}") for number in range(5)))
    rows = [row(f"known-{number}", 10 + number) for number in range(5)]
    lockfile = lockfile_of(doubt_of_call("fox", 0).entry, known)
    (finding,), asked = await found(lockfile, Ledger(*rows, row("lost", 1)))
    assert [record.task_id for record in finding.candidates] == ["lost"]
    assert [query.get("cursor") for query in asked] == [None, "2", "4"]


async def test_each_tool_is_asked_for_by_the_name_that_the_ledger_has_for_it():
    lockfile = lockfile_of(
        doubt_of_call("fox", 0).entry, doubt_of_call("owl", 60, tool_type=OTHER_TOOL).entry
    )
    findings, asked = await found(lockfile, Ledger(row("lost"), row("b", 61, tool_type=OTHER_TOOL)))
    assert [record.task_id for finding in findings for record in finding.candidates] == ["lost", "b"]
    assert [(query["task_type"], query["start_time"]) for query in asked] == [
        (f"tool_{TOOL}", to_timestamp(at(-4))),
        (f"tool_{OTHER_TOOL}", to_timestamp(at(56))),
    ]


async def test_the_tasks_of_an_older_time_or_another_tool_are_not_even_asked_for():
    rows = [row("older", -60), row("b", 5, tool_type=OTHER_TOOL)]
    (finding,), _ = await found(lockfile_of(doubt_of_call().entry), Ledger(*rows))
    assert finding == Free(doubt=doubt_of_call())


async def test_a_call_whose_time_nobody_knows_is_held_against_the_whole_ledger():
    doubt = doubt_of_call(submitted_at=None)
    (finding,), asked = await found(lockfile_of(doubt.entry), Ledger(row("years ago", -(10**8))))
    assert isinstance(finding, Ambiguous)
    assert asked[0]["start_time"] == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "broken",
    [
        Reset(),
        Reply(status=502, body=b"<html>"),
        ok({"records": "none"}),
        ok({"records": [{**row("lost"), "create_time": "soon"}]}),
    ],
    ids=["reset", "no envelope", "no list", "a row without a time"],
)
async def test_a_ledger_that_ends_too_soon_frees_nobody(broken):
    first = ok({"records": [], "next_cursor": "2"})
    with pytest.raises(LedgerError):
        await found(lockfile_of(doubt_of_call().entry), [first, broken, broken, broken])


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


async def test_a_lost_task_is_adopted_and_a_call_without_a_trace_is_freed():
    recorder = MemoryRecorder(seconds=0)
    recorder.put(doubt_of_call("fox", 0).entry, doubt_of_call("owl", 60).entry)
    async with (
        AnsweringServer(Ledger(row("lost", 1.3))) as server,
        client_of(server, StillClock(at(HOUR))) as client,
    ):
        inquiry = Inquiry(books=client, clock=client.clock)
        await release_free(await inquire(recorder.lockfile, inquiry), recorder)
        for doubt, record in unique_fits(await inquire(recorder.lockfile, inquiry)):
            await adopt(doubt, record, recorder)
        assert await inquire(recorder.lockfile, inquiry) == ()
    (entry,) = recorder.lockfile.entries.values()
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
        records = await client.ledger(tool_type=None, since=since - timedelta(seconds=10))
    result = audit(lockfile, records)
    assert (result.checked, result.unlisted) == (2, ())
    assert [(one.attempt.task_id, one.price, one.charged) for one in result.differences] == [("b", 420, 500)]
