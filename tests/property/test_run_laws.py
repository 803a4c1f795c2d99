"""What holds whatever the API answers, whenever somebody interrupts, and whichever line the disk refuses."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.loop import run_virtual
from fakes.recorder import MemoryRecorder
from fakes.rig import MemoryFolder, Rig, jobs_of, rig_of
from fakes.video_api import (
    ACCEPT,
    BAD_KEY,
    BROKE,
    KEY_REFUSED,
    LOST,
    LOST_BUT_CHARGED,
    REJECT,
    SILENT,
    SILENT_BUT_CHARGED,
    UNREACHABLE,
    UNREADABLE,
    WORKING,
    ScriptedCreate,
    busy,
    done,
    refusal,
)
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import State
from sora2batch.manifest.model import RunOptions
from sora2batch.run.port import OnFailure
from sora2batch.run.stages import Stages
from sora2batch.sjinn import answer as api
from sora2batch.sjinn.api_error import DownloadError, LedgerError

PRICE = 420
SLOW = ScriptedCreate(answer=ACCEPT.answer, seconds=15.0)
HARMLESS = [ACCEPT, ACCEPT, ACCEPT, SLOW, REJECT, UNREACHABLE, busy(), busy(5.0), LOST, LOST_BUT_CHARGED]
GRAVE = [BAD_KEY, BROKE, SILENT, SILENT_BUT_CHARGED]
STATUSES = [WORKING, UNREADABLE, KEY_REFUSED, api.Failed(refusal("moderated")), api.Unreadable("429", 30.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happens to a run from outside."""

    reason: tuple[float, StopReason] | None
    """When a stop is requested, and why."""
    cancel: float | None
    """When the run is cancelled, as by a second Ctrl-C."""
    refused_line: int
    """Which line the disk refuses; 0 for none."""


@st.composite
def rigs(draw, scripts=None, **fixed) -> Rig:
    scripts = st.sampled_from(HARMLESS + GRAVE) if scripts is None else scripts
    jobs = jobs_of(draw(st.integers(1, 12)), price=PRICE)
    names = [job.input["prompt"] for job in jobs]
    creates = {name: draw(st.lists(scripts, min_size=1, max_size=3)) for name in names}
    statuses = {name: [*draw(st.lists(st.sampled_from(STATUSES), max_size=3)), done(name)] for name in names}
    options = RunOptions(
        concurrency=draw(st.integers(1, 12)),
        submit_concurrency=fixed.get("submit_concurrency") or draw(st.integers(1, 6)),
        submit_rate=draw(st.sampled_from([None, 3.0])),
        timeout=draw(st.sampled_from([5.0, 200.0])),
        retries=draw(st.integers(0, 3)),
    )
    errors = {name: [DownloadError("gone")] for name in draw(st.sets(st.sampled_from(names)))}
    return rig_of(
        *jobs,
        folder=MemoryFolder(errors=errors),
        options=options,
        stages=draw(st.sampled_from([Stages.ALL, Stages.SUBMIT])),
        on_failure=draw(st.sampled_from(OnFailure)),
        budget=PRICE * draw(st.integers(1, 14)),
        expected=draw(st.sampled_from([0.0, 60.0])),
        creates=creates,
        statuses=statuses,
        ledger=draw(st.sampled_from([(), (LedgerError("HTTP 500"),)])),
        ledger_lag=draw(st.sampled_from([0.0, 0.3, 100.0])),
        price=PRICE,
    )


TROUBLES = st.builds(
    Trouble,
    reason=st.none() | st.tuples(st.floats(0, 90), st.sampled_from(StopReason)),
    cancel=st.none() | st.floats(0, 120),
    refused_line=st.integers(0, 30),
)
NO_TROUBLE = Trouble(reason=None, cancel=None, refused_line=0)


def run(rig: Rig, trouble: Trouble = NO_TROUBLE) -> float | None:
    """Run to the end, in whatever way it comes; tell when a stop was first requested."""
    stopped: list[float] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        rig.stop_signal.on_request(lambda _: stopped.append(loop.time()))
        task = loop.create_task(rig.run())
        if trouble.reason:
            loop.call_later(
                trouble.reason[0], rig.stop_signal.request_stop, trouble.reason[1], "from outside"
            )
        # Where nothing answers, somebody loses patience in the end.
        loop.call_later(3000.0 if trouble.cancel is None else trouble.cancel, task.cancel)
        with suppress(asyncio.CancelledError):
            await task

    rig.recorder._refuses = lambda number, _: number == trouble.refused_line
    run_virtual(main())
    return min(stopped, default=None)


@settings(max_examples=300, deadline=None)
@given(rigs(), TROUBLES)
def test_nothing_is_paid_twice_or_lost_or_beyond_the_budget(rig: Rig, trouble: Trouble):
    run(rig, trouble)
    rig.check_laws()
    assert rig.api.charged <= rig.budget_tracker.spent <= rig.budget
    assert rig.recorder.lockfile.spent <= rig.budget


@settings(max_examples=150, deadline=None)
@given(rigs(), TROUBLES)
def test_no_call_begins_once_a_stop_is_requested(rig: Rig, trouble: Trouble):
    stopped = run(rig, trouble)
    if stopped is not None:
        assert all(call.began <= stopped for call in rig.api.calls)


@settings(max_examples=150, deadline=None)
@given(rigs(submit_concurrency=1), TROUBLES)
def test_one_submitter_follows_the_plan(rig: Rig, trouble: Trouble):
    run(rig, trouble)
    called = [name for name, _ in groupby(rig.api.created)]
    assert called == [job.input["prompt"] for job in rig.jobs][: len(called)]


@settings(max_examples=150, deadline=None)
@given(rigs(scripts=st.sampled_from(HARMLESS)))
def test_a_run_that_ends_by_itself_counts_as_many_tasks_as_are_open(rig: Rig):
    run(rig)
    assert rig.concurrency_limit.open == rig.all_states.count(State.SUBMITTED)


@settings(max_examples=150, deadline=None)
@given(rigs(), TROUBLES)
def test_the_next_run_goes_on_where_this_one_ended_and_pays_nothing_again(rig: Rig, trouble: Trouble):
    run(rig, trouble)
    unsettled = [state in {None, State.SUBMITTED, State.COMPLETED} for state in rig.all_states]
    recorder = MemoryRecorder()
    recorder.put(*rig.recorder.lockfile.entries.values())
    again = rig_of(*rig.jobs, recorder=recorder, price=PRICE)
    again.api.charges, again.api.rows = rig.api.charges, rig.api.rows
    run(again)
    again.check_laws()
    done_now = [state is State.COMPLETED for state in again.all_states]
    assert done_now == unsettled


@settings(max_examples=50, deadline=None)
@given(rigs(scripts=st.just(ScriptedCreate(answer=ACCEPT.answer, cost=PRICE + 1))))
def test_a_price_that_rose_is_found_and_counted_in_full(rig: Rig):
    rig.api._ledger_errors.clear()
    run(rig)
    if rig.api._ledger_lag < 1 and rig.api.rows:
        assert StopReason.CREDITS in rig.stop_reasons
        assert rig.budget_tracker.spent == rig.api.charged == rig.recorder.lockfile.spent
