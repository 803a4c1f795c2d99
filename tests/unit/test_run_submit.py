from __future__ import annotations

import asyncio
from itertools import count, pairwise

import pytest

from fakes.loop import run_virtual
from fakes.recorder import MemoryRecorder
from fakes.rig import Rig, entry_for, job_of, jobs_of, play, rig_of
from fakes.video_api import (
    ACCEPT,
    BAD_KEY,
    BROKE,
    LOST,
    LOST_BUT_CHARGED,
    REJECT,
    SILENT_BUT_CHARGED,
    UNREACHABLE,
    ScriptedCreate,
    busy,
)
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, State
from sora2batch.manifest.model import RunOptions
from sora2batch.run.event import Deferred, InDoubt, Paused, Rejected, Spent, Submitted, Unsaved
from sora2batch.run.port import OnFailure
from sora2batch.run.stages import Stages
from sora2batch.sjinn import answer as api

ONE = RunOptions(submit_concurrency=1)


def submitting(*jobs, options: RunOptions = ONE, stages: Stages = Stages.SUBMIT, **more) -> Rig:
    return rig_of(*jobs, options=options, stages=stages, **more)


def test_an_intent_stands_before_each_call_and_its_outcome_after_it():
    rig = play(submitting(job_of("fox"), job_of("owl")))
    assert rig.recorder.lines == [
        ("fox", State.IN_DOUBT),
        ("fox", State.SUBMITTED),
        ("owl", State.IN_DOUBT),
        ("owl", State.SUBMITTED),
    ]


def test_what_was_seen_at_the_urls_of_a_job_stands_in_each_line_of_its_attempt():
    fox, owl = job_of("fox"), job_of("owl")
    seen = (("image", "ab" * 32),)
    rig = play(
        submitting(fox, owl, creates={"fox": [busy(1.0), ACCEPT]}, seen_inputs={fox.fingerprint: seen})
    )
    assert rig.recorder.entry(fox.fingerprint).primary.seen == seen
    assert rig.recorder.entry(owl.fingerprint).primary.seen == ()


def test_a_retry_that_nobody_looked_for_leaves_what_the_failed_call_knows():
    fox = job_of("fox")
    seen = (("image", "ab" * 32),)
    rig = submitting(fox, retry_failed=True)
    rig.recorder.put(
        entry_for(fox, Attempt(state=State.FAILED, task_id="t-0", credits=Credits(420), seen=seen))
    )
    play(rig)
    retried, failed = rig.recorder.entry(fox.fingerprint).attempts
    assert (retried.seen, failed.seen) == ((), seen)


def test_jobs_are_submitted_in_the_order_of_the_plan():
    jobs = jobs_of(20)
    rig = play(submitting(*jobs, options=RunOptions(concurrency=100, submit_concurrency=1)))
    assert rig.api.created == [job.input["prompt"] for job in jobs]


@pytest.mark.parametrize("rate", [None, 2.0])
def test_jobs_are_sent_in_the_order_of_the_plan_by_many_submitters_too(rate):
    jobs = [*jobs_of(30), *(job_of(f"dear{number}", price=2100) for number in range(10, 40))]
    options = RunOptions(concurrency=20, submit_concurrency=8, submit_rate=rate)
    rig = play(submitting(*jobs, options=options))
    assert rig.api.created == [job.input["prompt"] for job in jobs]


def test_no_more_calls_are_under_way_than_allowed_and_no_fewer_than_possible():
    rig = play(submitting(*jobs_of(40), options=RunOptions(concurrency=100, submit_concurrency=5)))
    assert rig.api.most_under_way == 5


def test_a_rejected_job_is_not_sent_again_and_the_others_go_on():
    rig = play(submitting(job_of("fox"), job_of("owl"), creates={"fox": [REJECT]}))
    assert rig.all_states == [State.REJECTED, State.SUBMITTED]
    assert rig.api.created == ["fox", "owl"]
    assert rig.entry("fox").primary.error.code == 42
    assert rig.entry("fox").primary.credits == 0
    assert [event.job.key for event in rig.listener.of(Rejected)] == ["hero/fox"]


def test_a_lost_answer_leaves_the_job_in_doubt_and_is_never_asked_for_again():
    rig = play(submitting(job_of("fox"), job_of("owl"), creates={"fox": [LOST_BUT_CHARGED, ACCEPT]}))
    assert rig.all_states == [State.IN_DOUBT, State.SUBMITTED]
    assert rig.api.created == ["fox", "owl"]
    assert rig.entry("fox").primary.error.message == "the connection was reset"
    assert len(rig.listener.of(InDoubt)) == 1


def named(task_id: str, *, cost: int | None = 0, seconds: float = 0.2) -> ScriptedCreate:
    """An answer that names a task, be it somebody else's; only what has a cost is charged."""
    return ScriptedCreate(answer=api.Accepted(task_id), cost=cost, seconds=seconds)


UUID = "550e8400-e29b-41d4-a716-446655440000"


@pytest.mark.parametrize(
    ("first", "second"),
    [("t-1", "t-1"), (UUID, UUID.upper()), ("t-1", " t-1"), ("17", "17")],
)
def test_two_calls_answered_with_one_task_do_not_share_it(first, second):
    rig = submitting(
        job_of("fox"), job_of("owl"), job_of("cat"), creates={"fox": [named(first)], "owl": [named(second)]}
    )
    run_virtual(rig.run())
    assert rig.all_states == [State.SUBMITTED, State.IN_DOUBT, State.SUBMITTED]
    doubt = rig.entry("owl").primary
    assert doubt.task_id is None
    assert doubt.error.message == f"the API answered with task {second}, which is that of hero/fox"
    assert doubt.credits == 420
    assert [(event.job.key, event.message) for event in rig.listener.of(InDoubt)] == [
        ("hero/owl", doubt.error.message)
    ]
    assert rig.budget_tracker.spent == rig.recorder.lockfile.spent == 3 * 420
    assert rig.api.created == ["fox", "owl", "cat"]


def test_two_calls_under_way_that_are_answered_with_one_task_do_not_share_it():
    """Both answers come before the first of them is on disk."""
    jobs = jobs_of(3)
    script = {"001": [named("t-1", seconds=1.0)], "002": [named("t-1", seconds=1.0)]}
    rig = submitting(
        *jobs,
        options=RunOptions(submit_concurrency=2, concurrency=9),
        creates=script,
        recorder=MemoryRecorder(seconds=0.5),
    )
    run_virtual(rig.run())
    assert sorted(str(state) for state in rig.all_states) == ["in_doubt", "submitted", "submitted"]
    assert [job.key for job in jobs if rig.recorder.owner_of("t-1").key == job.key] == ["hero/001"]


@pytest.mark.parametrize(
    "known",
    [
        (Attempt(state=State.SUBMITTED, task_id="t-1", credits=Credits(420)),),
        (Attempt(state=State.FAILED, task_id="t-1", credits=Credits(420)),),
        (
            Attempt(state=State.COMPLETED, task_id="t-0", credits=Credits(420)),
            Attempt(state=State.FAILED, task_id="t-1", credits=Credits(420)),
        ),
    ],
)
def test_a_task_of_an_earlier_run_is_not_taken_for_a_new_one(known):
    orphan = job_of("bear")
    rig = submitting(job_of("fox"), creates={"fox": [named("t-1")]})
    rig.recorder.put(entry_for(orphan, *known))
    run_virtual(rig.run())
    assert rig.state("fox") is State.IN_DOUBT
    assert "task t-1, which is that of hero/bear" in rig.entry("fox").primary.error.message
    assert rig.recorder.entry(orphan.fingerprint).attempts == known


def test_a_retry_answered_with_the_failed_task_is_in_doubt_and_counts():
    fox = job_of("fox")
    rig = submitting(fox, creates={"fox": [named("t-1")]}, retry_failed=True)
    failed = Attempt(state=State.FAILED, task_id="t-1", credits=Credits(420))
    rig.recorder.put(entry_for(fox, failed))
    run_virtual(rig.run())
    doubt, before = rig.entry("fox").attempts
    assert (doubt.state, doubt.number, before) == (State.IN_DOUBT, 2, failed)
    assert doubt.error.message == "the API answered with task t-1, which is an earlier one of this job"
    assert rig.budget_tracker.spent == rig.recorder.lockfile.spent == 840


def test_an_api_that_names_one_task_for_every_call_is_soon_left_alone():
    rig = submitting(*jobs_of(50), otherwise=named("t-1"))
    run_virtual(rig.run())
    assert len(rig.api.calls) == 21
    assert rig.stop_reasons == [StopReason.NO_ANSWER]


@pytest.mark.parametrize("scripted", [UNREACHABLE, busy(), busy(3.0)])
def test_a_call_that_cost_nothing_is_made_again(scripted):
    rig = play(submitting(job_of("fox"), creates={"fox": [scripted, scripted, ACCEPT]}))
    assert rig.recorder.states("fox") == [
        State.IN_DOUBT,
        State.WITHDRAWN,
        State.IN_DOUBT,
        State.WITHDRAWN,
        State.IN_DOUBT,
        State.SUBMITTED,
    ]
    assert rig.entry("fox").primary.number == 1


def test_the_pause_is_as_long_as_the_api_asks():
    rig = play(submitting(job_of("fox"), creates={"fox": [busy(30.0), ACCEPT]}))
    first, second = rig.api.calls
    assert second.began - first.ended == pytest.approx(30.0, abs=0.1)


def test_a_pause_of_no_length_is_not_believed():
    rig = play(submitting(job_of("fox"), creates={"fox": [busy(0.0), ACCEPT]}))
    first, second = rig.api.calls
    assert second.began - first.ended >= 0.5


def test_all_submitters_slow_down_together():
    jobs = jobs_of(8)
    rig = play(
        submitting(
            *jobs,
            options=RunOptions(submit_concurrency=4),
            creates={"001": [busy(20.0), ACCEPT]},
        )
    )
    refused = next(call.ended for call in rig.api.calls if call.name == "001")
    assert not [call for call in rig.api.calls if refused < call.began < refused + 19.9]
    assert rig.all_states == [State.SUBMITTED] * 8


def test_refusals_of_calls_that_were_under_way_together_count_once():
    options = RunOptions(concurrency=64, submit_concurrency=32)
    jobs = jobs_of(33)
    script = {job.input["prompt"]: [busy(), ACCEPT] for job in jobs[1:]}
    rig = play(submitting(*jobs, options=options, creates=script))
    assert [event.seconds <= 1.0 for event in rig.listener.of(Paused)] == [True]


def test_a_job_that_is_refused_for_long_is_put_off_and_the_submitting_ends():
    options = RunOptions(submit_concurrency=1, retries=2)
    rig = play(submitting(job_of("fox"), job_of("owl"), options=options, creates={"fox": [UNREACHABLE]}))
    assert rig.api.created == ["fox"] * 3
    assert rig.all_states == [None, None]
    assert [event.job.key for event in rig.listener.of(Deferred)] == ["hero/fox"]
    assert rig.stop_reasons == [StopReason.UNAVAILABLE]


def test_without_retries_a_refused_call_is_made_once():
    options = RunOptions(submit_concurrency=1, retries=0)
    rig = play(submitting(job_of("fox"), options=options, creates={"fox": [busy()]}))
    assert rig.api.created == ["fox"]


def test_a_job_that_is_only_outrun_by_others_is_not_put_off():
    jobs = jobs_of(40)
    options = RunOptions(concurrency=100, submit_concurrency=8, retries=8)
    rig = submitting(*jobs, options=options)
    create, calls = rig.api.create, count()

    async def one_in_eight(tool_type, request, *, until):
        if next(calls) % 8:
            await asyncio.sleep(0.2)
            return busy().answer
        return await create(tool_type, request, until=until)

    rig.api.create = one_in_eight
    play(rig)
    assert None not in rig.all_states
    assert rig.stop_reasons == []


@pytest.mark.parametrize(
    ("scripted", "reason"),
    [(BAD_KEY, StopReason.KEY), (BROKE, StopReason.CREDITS)],
)
def test_a_refusal_that_concerns_every_job_ends_the_submitting(scripted, reason):
    options = RunOptions(concurrency=100, submit_concurrency=3)
    jobs = jobs_of(20)
    rig = play(submitting(*jobs, options=options, creates={"004": [scripted]}))
    assert rig.stop_reasons == [reason]
    assert rig.state("004") is None
    assert len(rig.api.calls) <= 8
    assert all(call.ended is not None for call in rig.api.calls)


def test_calls_under_way_end_well_after_the_key_was_refused():
    options = RunOptions(concurrency=100, submit_concurrency=2)
    slow = ScriptedCreate(answer=ACCEPT.answer, seconds=30.0)
    rig = play(
        submitting(*jobs_of(6), options=options, creates={"001": [slow], "002": [BAD_KEY]}),
    )
    assert rig.state("001") is State.SUBMITTED
    assert rig.stop_reasons == [StopReason.KEY]


def test_fail_fast_ends_the_submitting_at_the_first_rejection():
    rig = play(submitting(*jobs_of(5), creates={"001": [REJECT]}, on_failure=OnFailure.STOP_SUBMITTING))
    assert rig.api.created == ["000", "001"]
    assert rig.stop_reasons == [StopReason.FAIL_FAST]


def test_an_intent_that_the_disk_refuses_is_not_followed_by_a_call():
    rig = play(submitting(*jobs_of(5), recorder=MemoryRecorder(refuses=lambda number, entry: number == 3)))
    assert rig.api.created == ["000"]
    assert rig.stop_reasons == [StopReason.DISK]
    assert rig.budget_tracker.spent == 420


def test_a_task_id_that_the_disk_refuses_is_shown():
    rig = play(
        submitting(
            *jobs_of(5), recorder=MemoryRecorder(refuses=lambda number, entry: entry.state is State.SUBMITTED)
        )
    )
    assert [event.task_id for event in rig.listener.of(Unsaved)] == ["task-000"]
    assert rig.state("000") is State.IN_DOUBT
    assert rig.stop_reasons == [StopReason.DISK]


def test_a_disk_that_refuses_one_line_does_not_cut_the_other_calls_off():
    """One answer takes long; meanwhile another job's intent cannot be written."""
    slow = ScriptedCreate(answer=ACCEPT.answer, seconds=60.0)
    rig = play(
        submitting(
            *jobs_of(6),
            options=RunOptions(concurrency=100, submit_concurrency=2),
            creates={"001": [slow]},
            recorder=MemoryRecorder(
                refuses=lambda number, entry: entry.state is State.IN_DOUBT and entry.key == "hero/003"
            ),
        )
    )
    assert rig.state("001") is State.SUBMITTED
    assert rig.stop_reasons == [StopReason.DISK]


def test_an_intent_is_taken_back_if_the_submitting_ended_while_it_was_written():
    rig = submitting(job_of("fox"), recorder=MemoryRecorder(seconds=1.0))

    async def interrupted() -> None:
        asyncio.get_running_loop().call_later(
            0.5, rig.stop_signal.request_stop, StopReason.INTERRUPT, "Ctrl-C"
        )
        await rig.run()

    run_virtual(interrupted())
    assert rig.api.created == []
    assert rig.recorder.states("fox") == [State.IN_DOUBT, State.WITHDRAWN]
    assert rig.budget_tracker.spent == 0


def test_a_withdrawn_call_of_an_earlier_process_is_no_submission():
    fox = job_of("fox")
    rig = submitting(fox)
    rig.recorder.put(entry_for(fox, Attempt(state=State.WITHDRAWN, trial=3)))
    play(rig)
    assert rig.entry("fox").primary.number == 1


def test_a_failed_job_is_submitted_again_under_the_next_number():
    fox = job_of("fox")
    rig = submitting(fox, retry_failed=True)
    rig.recorder.put(
        entry_for(fox, Attempt(state=State.FAILED, credits=Credits(420), task_id="task-old", number=2))
    )
    play(rig)
    assert rig.entry("fox").primary.number == 3
    assert rig.budget_tracker.spent == 840


def test_the_budget_is_held_even_if_the_plan_is_too_dear():
    rig = play(submitting(*jobs_of(10), budget=1000))
    assert rig.api.charged == 840
    assert rig.stop_reasons == [StopReason.CREDITS]


def test_what_is_in_doubt_counts_against_the_budget():
    rig = play(submitting(*jobs_of(3), otherwise=LOST, budget=1000))
    assert len(rig.api.calls) == 2
    assert rig.budget_tracker.spent == 840
    assert [event.charged for event in rig.listener.of(Spent)] == [420, 840]


def test_many_lost_answers_in_a_row_end_the_submitting():
    rig = play(submitting(*jobs_of(50), otherwise=LOST, options=RunOptions(submit_concurrency=1)))
    assert len(rig.api.calls) == 20
    assert rig.stop_reasons == [StopReason.NO_ANSWER]


def test_lost_answers_between_others_do_not_end_the_submitting():
    script = {f"{number:03}": [LOST] for number in range(0, 60, 2)}
    rig = play(
        submitting(*jobs_of(60), creates=script, options=RunOptions(concurrency=100, submit_concurrency=1))
    )
    assert len(rig.api.calls) == 60
    assert rig.stop_reasons == []


def test_calls_are_spaced_evenly_at_the_rate_asked_for():
    options = RunOptions(concurrency=100, submit_concurrency=10, submit_rate=2.0)
    rig = play(submitting(*jobs_of(10), options=options))
    began = [call.began for call in rig.api.calls]
    gaps = [later - sooner for sooner, later in pairwise(began)]
    assert min(gaps) >= 0.499


def test_the_rate_holds_after_a_pause_too():
    options = RunOptions(concurrency=100, submit_concurrency=10, submit_rate=2.0)
    rig = play(submitting(*jobs_of(20), options=options, creates={"003": [busy(10.0), ACCEPT]}))
    began = [call.began for call in rig.api.calls]
    gaps = [later - sooner for sooner, later in pairwise(began)]
    assert min(gaps) >= 0.499
    refused = next(call.ended for call in rig.api.calls if call.name == "003")
    assert not [moment for moment in began if refused < moment < refused + 9.9]
    assert rig.all_states == [State.SUBMITTED] * 20


def test_no_more_tasks_are_open_than_the_limit_allows():
    options = RunOptions(concurrency=3, submit_concurrency=8, poll_interval=5.0)
    rig = play(submitting(*jobs_of(12), options=options, stages=Stages.SUBMIT | Stages.WAIT))
    events = [type(event).__name__ for event in rig.listener.events]
    open_tasks = most = 0
    for name in events:
        open_tasks += {"Submitted": 1, "Generated": -1}.get(name, 0)
        most = max(most, open_tasks)
    assert most == 3
    assert rig.all_states == [State.COMPLETED] * 12
    assert rig.concurrency_limit.open == 0


@pytest.mark.parametrize(
    "scripted", [REJECT, LOST, ScriptedCreate(answer=api.NotSent("refused"), seconds=0.0)]
)
def test_a_job_without_a_task_gives_its_place_back(scripted):
    options = RunOptions(concurrency=1, submit_concurrency=2, retries=0, poll_interval=1.0)
    script = {f"{number:03}": [scripted] for number in range(1, 4)}
    rig = play(submitting(*jobs_of(5), options=options, stages=Stages.SUBMIT | Stages.WAIT, creates=script))
    assert rig.concurrency_limit.open == 0


def test_an_error_of_the_client_leaves_the_job_in_doubt():
    rig = play(
        submitting(*jobs_of(3), creates={"001": [ScriptedCreate(answer=UsageError("the proxy is unusable"))]})
    )
    assert rig.state("001") is State.IN_DOUBT
    assert rig.stop_signal.stops[0].message == "the proxy is unusable"
    assert rig.budget_tracker.spent == 840


def test_a_silent_call_ends_with_the_second_ctrl_c_and_stays_in_doubt():
    rig = submitting(*jobs_of(3), creates={"000": [SILENT_BUT_CHARGED]})

    async def cancelled() -> None:
        task = asyncio.create_task(rig.run())
        await asyncio.sleep(5.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(cancelled())
    rig.check_laws()
    assert rig.state("000") is State.IN_DOUBT
    assert rig.budget_tracker.spent == 420
    assert len(rig.listener.of(InDoubt)) == 1


def test_an_answer_that_came_is_kept_even_if_the_run_is_cancelled_while_it_is_written():
    rig = submitting(*jobs_of(3), recorder=MemoryRecorder(seconds=1.0))

    async def cancelled() -> None:
        task = asyncio.create_task(rig.run())
        await asyncio.sleep(1.7)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(cancelled())
    rig.check_laws()
    assert rig.recorder.cancelled == 1
    assert rig.state("000") is State.SUBMITTED
    assert rig.listener.of(Unsaved) == []
    assert rig.listener.of(Submitted) == []


def test_sixty_four_submitters_keep_busy():
    """200 ms a call: all but a tenth of what is possible, the first careful job left out."""
    jobs = jobs_of(1601)
    options = RunOptions(concurrency=10_000, submit_concurrency=64)
    rig = submitting(*jobs, options=options)
    run_virtual(rig.run())
    began = [call.began for call in rig.api.calls]
    assert max(call.ended for call in rig.api.calls) - began[1] <= 1600 * 0.2 / 64 / 0.9
