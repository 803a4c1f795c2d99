"""What holds of jobs that are made from the results of others, whatever the graph and whatever goes wrong."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.loop import LoopClock, run_virtual
from fakes.recorder import MemoryRecorder
from fakes.rig import jobs_of
from fakes.staged_rig import ContentFolder, ResultUrls, StagedRig, pending_of, staged_rig_of
from fakes.video_api import (
    ACCEPT,
    BROKE,
    KEY_REFUSED,
    LOST,
    LOST_BUT_CHARGED,
    REJECT,
    UNREADABLE,
    WORKING,
    ScriptedApi,
    ScriptedCreate,
    busy,
    done,
    refusal,
)
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import State
from sora2batch.manifest.model import RunOptions
from sora2batch.run.event import Deferred, Ready
from sora2batch.run.port import OnFailure
from sora2batch.sjinn import answer as api
from sora2batch.sjinn.api_error import DownloadError

PRICE = 420
SLOW = ScriptedCreate(answer=ACCEPT.answer, seconds=15.0)
CREATES = [ACCEPT, ACCEPT, ACCEPT, ACCEPT, SLOW, REJECT, busy(), busy(5.0), LOST, LOST_BUT_CHARGED]
STATUSES = [WORKING, WORKING, UNREADABLE, KEY_REFUSED, api.Failed(refusal("moderated"))]
ENOUGH = PRICE * 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happens to a run from outside."""

    reason: tuple[float, StopReason] | None = None
    cancel: float | None = None
    refused_line: int = 0


TROUBLES = st.builds(
    Trouble,
    reason=st.none() | st.tuples(st.floats(0, 200), st.sampled_from(StopReason)),
    cancel=st.none() | st.floats(0, 250),
    refused_line=st.integers(0, 40),
)


@st.composite
def graphs(draw):
    """Known jobs, and jobs in up to four levels that need one to three of those before them."""
    jobs = jobs_of(draw(st.integers(1, 4)), price=PRICE)
    keys = [job.key for job in jobs]
    pending = []
    for number in range(draw(st.integers(1, 7))):
        needs = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3))
        pending.append(pending_of(f"p{number}", *needs, price=PRICE))
        keys.append(pending[-1].key)
    return jobs, pending


@st.composite
def rigs(draw, *, creates=CREATES, statuses=STATUSES, **fixed) -> StagedRig:
    jobs, pending = draw(graphs())
    names = [str(job.input["prompt"]) for job in (*jobs, *pending)]
    scripts = {name: draw(st.lists(st.sampled_from(creates), min_size=1, max_size=2)) for name in names}
    answers = {
        name: [*draw(st.lists(st.sampled_from(statuses), max_size=2)), done(name)]
        if statuses
        else [done(name)]
        for name in names
    }
    given = {
        "folder": ContentFolder(
            errors={
                name: [DownloadError("gone")] for name in draw(st.sets(st.sampled_from(names), max_size=2))
            }
        ),
        "input_urls": ResultUrls(gone=draw(st.sets(st.sampled_from(names), max_size=1))),
        "options": RunOptions(
            concurrency=draw(st.integers(1, 8)),
            submit_concurrency=draw(st.integers(1, 5)),
            submit_rate=draw(st.sampled_from([None, 3.0])),
            timeout=draw(st.sampled_from([5.0, 200.0])),
            retries=draw(st.integers(0, 2)),
        ),
        "on_failure": draw(st.sampled_from(OnFailure)),
        "budget": PRICE * draw(st.integers(0, 12)),
        "expected": draw(st.sampled_from([0.0, 60.0])),
        "limit": draw(st.none() | st.integers(0, 12)),
    }
    given |= fixed
    spoken = ScriptedApi(clock=LoopClock(), creates=scripts, statuses=answers, price=PRICE)
    return staged_rig_of(jobs, pending, spoken, **given)


def run(rig: StagedRig, trouble: Trouble = Trouble()) -> None:
    """Run to the end, in whatever way it comes; one that would never end is an error of the loop."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(rig.run())
        if trouble.reason:
            loop.call_later(
                trouble.reason[0], rig.stop_signal.request_stop, trouble.reason[1], "from outside"
            )
        if trouble.cancel is not None:
            loop.call_later(trouble.cancel, task.cancel)
        with suppress(asyncio.CancelledError):
            await task

    rig.recorder._refuses = lambda number, _: number == trouble.refused_line
    run_virtual(main())


def peaceful(rig: StagedRig) -> StagedRig:
    """What the next run would be, with nothing going wrong any more."""
    recorder = MemoryRecorder()
    recorder.put(*rig.recorder.lockfile.entries.values())
    again = staged_rig_of(
        rig.jobs, rig.pending, ScriptedApi(clock=LoopClock(), price=PRICE), recorder=recorder
    )
    again.api.charges, again.api.rows = rig.api.charges, rig.api.rows
    return again


@settings(max_examples=300, deadline=None)
@given(rigs(), TROUBLES)
def test_nothing_is_paid_twice_or_lost_or_beyond_the_budget_or_without_its_input(rig, trouble):
    run(rig, trouble)
    rig.check_laws()
    assert rig.api.charged <= rig.budget_tracker.spent <= max(rig.budget, 0)
    assert rig.recorder.lockfile.spent <= rig.budget


@settings(max_examples=200, deadline=None)
@given(rigs(), TROUBLES)
def test_a_limit_holds_for_jobs_that_become_possible_too(rig, trouble):
    run(rig, trouble)
    if rig.limit is not None:
        assert len(set(rig.api.created)) <= rig.limit


@settings(max_examples=150, deadline=None)
@given(graphs(), st.integers(0, 12), st.integers(1, 4))
def test_a_limit_is_used_up_where_nothing_goes_wrong(graph, limit, calls_at_once):
    rig = staged_rig_of(*graph, ScriptedApi(clock=LoopClock(), price=PRICE), limit=limit)
    rig.options = RunOptions(submit_concurrency=calls_at_once)
    run(rig)
    assert len(rig.api.created) == min(limit, len(rig.jobs) + len(rig.pending))


@settings(max_examples=200, deadline=None)
@given(rigs(budget=ENOUGH, limit=None))
def test_a_run_that_ends_by_itself_has_called_for_all_that_is_possible_and_nothing_else(rig):
    run(rig)
    rig.check_laws()
    if rig.stop_signal.stops:
        return
    postponed = {one.job.key for one in rig.listener.of(Deferred)}
    called = {job.key for job in rig.now.jobs if str(job.input["prompt"]) in rig.api.created}
    assert called | postponed == {job.key for job in rig.now.jobs}
    waiting = {job.key for job in rig.now.waiting}
    done_keys = {job.key for job in rig.now.jobs if rig.state_of(job.key) is State.COMPLETED}
    for job in rig.pending:
        assert (job.key in waiting) == (not _has_all(rig, job, done_keys)), job.key


def _has_all(rig: StagedRig, job, done_keys) -> bool:
    missing = {str(one.input["prompt"]) for one in (*rig.jobs, *rig.pending)} & set(rig.folder._errors)
    lost = {one.key for one in (*rig.jobs, *rig.pending) if str(one.input["prompt"]) in missing}
    return set(job.needs) <= done_keys - lost


@settings(max_examples=150, deadline=None)
@given(rigs(budget=ENOUGH, limit=None), TROUBLES)
def test_the_next_run_goes_on_and_in_the_end_all_is_done_that_does_not_rest_on_what_went_wrong(rig, trouble):
    run(rig, trouble)
    again = peaceful(rig)
    run(again)
    again.check_laws()
    assert not again.stop_signal.stops
    bad = {job.key for job in again.now.jobs if again.state_of(job.key) is not State.COMPLETED}
    for job in again.pending:  # those before it come first
        if not bad.isdisjoint(job.needs):
            bad.add(job.key)
            assert again.state_of(job.key) is None
        elif job.key not in bad:
            assert again.state_of(job.key) is State.COMPLETED


@settings(max_examples=100, deadline=None)
@given(
    rigs(budget=ENOUGH, limit=None, creates=[ACCEPT, SLOW], statuses=[WORKING], on_failure=OnFailure.GO_ON)
)
def test_each_becomes_ready_once(rig):
    run(rig)
    ready = [one.job.key for one in rig.listener.of(Ready)]
    assert len(ready) == len(set(ready))


@settings(max_examples=100, deadline=None)
@given(graphs(), st.integers(0, 8))
def test_no_job_of_a_plan_that_stops_for_want_of_credits_is_lost(graph, affordable):
    jobs, pending = graph
    spoken = ScriptedApi(clock=LoopClock(), creates={f"p{affordable}": [BROKE]}, price=PRICE)
    rig = staged_rig_of(jobs, pending, spoken)
    run(rig)
    again = peaceful(rig)
    run(again)
    assert all(again.state_of(job.key) is State.COMPLETED for job in pending)
    assert sum(map(len, again.api.charges.values())) == len(jobs) + len(pending)
