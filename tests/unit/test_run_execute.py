from __future__ import annotations

import asyncio

import pytest

from fakes.loop import run_virtual
from fakes.rig import Rig, entry_for, job_of, jobs_of, play, rig_of
from fakes.video_api import ACCEPT, SILENT_BUT_CHARGED, UNREACHABLE, WORKING, ScriptedCreate, busy
from sora2batch.ground.job import Credits
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, Output, State
from sora2batch.manifest.model import RunOptions
from sora2batch.run.event import Downloaded, Generated, InDoubt, Stopped, Submitted
from sora2batch.run.stages import Stages


async def stopped(rig: Rig, seconds: float, reason: StopReason = StopReason.INTERRUPT) -> float:
    """Run, request a stop after so many seconds, and tell how long the run went on."""
    loop = asyncio.get_running_loop()
    loop.call_later(seconds, rig.stop_signal.request_stop, reason, reason.value)
    await rig.run()
    return loop.time() - seconds


def test_a_batch_goes_from_its_plan_to_its_files():
    rig = play(rig_of(*jobs_of(20)))
    assert rig.all_states == [State.COMPLETED] * 20
    assert all(rig.entry(f"{number:03}").primary.outputs[0].sha256 for number in range(20))
    assert rig.stop_reasons == []
    assert rig.budget_tracker.spent == rig.api.charged == 20 * 420
    assert rig.concurrency_limit.open == 0


def test_each_job_is_submitted_then_generated_then_downloaded():
    rig = play(rig_of(job_of("fox")))
    kinds = [event for event in rig.listener.events if isinstance(event, Submitted | Generated | Downloaded)]
    assert [type(event) for event in kinds] == [Submitted, Generated, Downloaded]


def test_a_plan_without_work_sends_nothing():
    fox = job_of("fox")
    rig = rig_of(fox)
    rig.recorder.put(entry_for(fox, _completed("task-fox", Output(path="a", sha256="ab" * 32, bytes=5))))
    play(rig)
    assert (rig.api.calls, rig.api.questions, rig.api.ledger_reads) == ([], [], [])
    assert rig.recorder.lines == []


def test_a_second_run_has_nothing_to_do():
    rig = play(rig_of(*jobs_of(5)))
    before = list(rig.recorder.lines)
    again = rig_of(*rig.jobs, recorder=rig.recorder)
    play(again)
    assert again.api.calls == []
    assert again.recorder.lines == before


def test_without_waiting_the_run_ends_with_the_last_submission():
    rig = play(rig_of(*jobs_of(5), stages=Stages.SUBMIT))
    assert rig.all_states == [State.SUBMITTED] * 5
    assert rig.api.questions == []


def test_without_waiting_more_jobs_than_the_limit_are_submitted_as_places_become_free():
    rig = play(rig_of(*jobs_of(10), stages=Stages.SUBMIT, options=RunOptions(concurrency=2)))
    assert None not in rig.all_states
    assert rig.all_states.count(State.SUBMITTED) <= 2
    assert rig.folder.asked == []


def test_without_waiting_open_tasks_of_earlier_runs_still_count():
    jobs = jobs_of(4)
    rig = rig_of(*jobs, stages=Stages.SUBMIT, options=RunOptions(concurrency=2))
    rig.recorder.put(*(entry_for(job, _submitted(job)) for job in jobs[:2]))
    play(rig)
    assert rig.api.calls[0].began > rig.api.questions[0][0]
    assert None not in rig.all_states


def test_without_downloads_results_are_only_recorded():
    rig = play(rig_of(*jobs_of(3), stages=Stages.SUBMIT | Stages.WAIT))
    assert rig.all_states == [State.COMPLETED] * 3
    assert rig.folder.asked == []


def test_a_download_alone_submits_and_asks_for_nothing_else():
    jobs = jobs_of(3)
    rig = rig_of(*jobs, stages=Stages.DOWNLOAD)
    rig.recorder.put(entry_for(jobs[0], _completed("task-000")), entry_for(jobs[1], _submitted(jobs[1])))
    play(rig)
    assert rig.api.calls == []
    assert [name for name, _ in rig.folder.asked] == ["000"]
    assert rig.state("001") is State.SUBMITTED


def test_every_task_of_a_job_that_was_paid_twice_is_followed():
    fox = job_of("fox")
    rig = rig_of(fox)
    rig.recorder.put(entry_for(fox, _completed("task-one"), _submitted(fox)))
    play(rig)
    assert sorted(name for name, _ in rig.folder.asked) == ["fox", "fox"]
    assert all(attempt.outputs for attempt in rig.entry("fox").attempts)


@pytest.mark.parametrize("reason", [StopReason.INTERRUPT, StopReason.TERMINATE])
def test_a_signal_waits_for_calls_under_way_and_for_nothing_else(reason):
    rig = rig_of(
        *jobs_of(30),
        options=RunOptions(submit_concurrency=2),
        creates={"001": [ScriptedCreate(answer=ACCEPT.answer, seconds=4.0)]},
    )
    assert run_virtual(stopped(rig, 1.5, reason)) == pytest.approx(3.0, abs=1.0)
    rig.check_laws()
    assert rig.state("001") is State.SUBMITTED
    assert rig.listener.of(Stopped)[0].message == reason.value


def test_a_signal_does_not_wait_for_an_answer_that_does_not_come():
    rig = rig_of(*jobs_of(30), creates={"003": [SILENT_BUT_CHARGED]})
    assert run_virtual(stopped(rig, 2.0)) <= 8.1
    rig.check_laws()
    assert rig.state("003") is State.IN_DOUBT
    assert [event.job.key for event in rig.listener.of(InDoubt)] == ["hero/003"]


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({"creates": {"000": [busy(3600.0), ACCEPT]}}, 100.0),
        ({"creates": {"000": [UNREACHABLE]}, "options": RunOptions(retries=50)}, 60.0),
        ({"options": RunOptions(submit_rate=0.01)}, 50.0),
        ({"statuses": {"000": [WORKING]}, "options": RunOptions(concurrency=1)}, 500.0),
        ({"statuses": {f"{number:03}": [WORKING] for number in range(8)}}, 1000.0),
    ],
    ids=["pausing", "backing off", "rate limited", "at the limit", "waiting"],
)
def test_a_signal_ends_every_kind_of_wait_at_once(more, seconds):
    rig = rig_of(*jobs_of(30), **more)
    assert run_virtual(stopped(rig, seconds)) < 0.5
    rig.check_laws()
    assert rig.stop_reasons == [StopReason.INTERRUPT]


@pytest.mark.parametrize(
    "reason", [StopReason.KEY, StopReason.CREDITS, StopReason.FAIL_FAST, StopReason.UNAVAILABLE]
)
def test_what_ends_the_submitting_lets_open_tasks_come_to_their_end(reason):
    rig = rig_of(*jobs_of(30))
    run_virtual(stopped(rig, 3.0, reason))
    rig.check_laws()
    submitted = rig.listener.of(Submitted)
    assert 0 < len(submitted) < 30
    assert rig.all_states.count(State.COMPLETED) == len(submitted) == len(rig.listener.of(Downloaded))


@pytest.mark.parametrize("reason", list(StopReason))
def test_a_stop_that_was_requested_before_the_start_keeps_everything_from_starting(reason):
    jobs = jobs_of(12)
    rig = rig_of(*jobs, options=RunOptions(concurrency=2, submit_concurrency=2))
    rig.recorder.put(
        *(entry_for(job, _submitted(job)) for job in jobs[:3]), entry_for(jobs[3], _completed("task-003"))
    )
    rig.stop_signal.request_stop(reason, reason.value)
    play(rig)
    assert rig.api.calls == []
    assert (rig.api.questions == []) == reason.ends_waiting
    assert (rig.folder.asked == []) == reason.ends_waiting


def test_a_full_disk_waits_for_answers_however_long_they_take():
    """Nobody is in a hurry, and the task id can at least be shown."""
    slow = ScriptedCreate(answer=ACCEPT.answer, seconds=100.0)
    rig = rig_of(*jobs_of(5), creates={"001": [slow]})
    run_virtual(stopped(rig, 2.0, StopReason.DISK))
    rig.check_laws()
    assert rig.state("001") is State.SUBMITTED


def test_a_listener_that_can_tell_nobody_any_more_does_not_end_the_run():
    rig = rig_of(*jobs_of(5))
    told = []

    def broken(event):
        told.append(event)
        raise BrokenPipeError

    rig.listener = broken
    play(rig)
    assert rig.all_states == [State.COMPLETED] * 5
    assert len(told) == 1


@pytest.mark.parametrize("moment", [0.05, 0.3, 0.9, 1.5, 30.0, 61.0, 70.0])
def test_a_second_ctrl_c_ends_at_once_and_loses_nothing(moment):
    rig = rig_of(*jobs_of(30), creates={"002": [SILENT_BUT_CHARGED]})

    async def cancelled() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(rig.run())
        await asyncio.sleep(moment)
        rig.stop_signal.request_stop(StopReason.INTERRUPT, "Ctrl-C")
        await asyncio.sleep(0.01)
        if not task.done():
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert loop.time() < moment + 0.1

    run_virtual(cancelled())
    rig.check_laws()


def test_an_interrupted_run_is_finished_by_the_next_one():
    rig = rig_of(*jobs_of(20))
    run_virtual(stopped(rig, 62.0))
    rig.check_laws()
    again = rig_of(*rig.jobs, recorder=rig.recorder)
    again.api.charges = rig.api.charges
    again.api.rows = rig.api.rows
    play(again)
    assert again.all_states == [State.COMPLETED] * 20
    assert rig.api.charged == 20 * 420


def _submitted(job) -> Attempt:
    return Attempt(state=State.SUBMITTED, credits=Credits(420), task_id=f"task-{job.input['prompt']}")


def _completed(task_id: str, *outputs: Output) -> Attempt:
    return _submitted(job_of("any"))._replace(state=State.COMPLETED, task_id=task_id, outputs=outputs)
