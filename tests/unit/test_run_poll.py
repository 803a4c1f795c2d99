from __future__ import annotations

import asyncio
import itertools

import pytest

from fakes.loop import run_virtual
from fakes.recorder import MemoryRecorder
from fakes.rig import Rig, entry_for, job_of, jobs_of, play, rig_of
from fakes.video_api import ACCEPT, KEY_REFUSED, UNREADABLE, WORKING, ScriptedCreate, done, refusal
from sora2batch.ground.job import Credits
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, State
from sora2batch.manifest.model import RunOptions
from sora2batch.run.event import Failed, TimedOut
from sora2batch.run.port import OnFailure
from sora2batch.run.stages import Stages
from sora2batch.sjinn import answer as api

FAILED = api.Failed(refusal("the prompt was moderated", 7))


def waiting(*jobs, stages: Stages = Stages.SUBMIT | Stages.WAIT, **more) -> Rig:
    return rig_of(*jobs, stages=stages, **more)


def gaps(moments: list[float]) -> list[float]:
    return [later - sooner for sooner, later in itertools.pairwise(moments)]


def test_a_task_is_done_when_its_status_says_so():
    rig = play(waiting(job_of("fox"), statuses={"fox": [WORKING, WORKING, done("fox")]}))
    attempt = rig.entry("fox").primary
    assert attempt.state is State.COMPLETED
    assert attempt.outputs[0].url == "https://files.test/fox.mp4"
    assert attempt.finished_at is not None


def test_the_first_question_comes_about_when_the_task_may_be_done():
    rig = play(waiting(job_of("fox"), expected=60.0))
    assert 51.0 <= rig.api.asked("task-fox")[0] - rig.api.calls[0].ended <= 69.1


def test_the_first_question_comes_after_a_dozen_intervals_at_the_latest():
    rig = play(waiting(job_of("fox"), expected=5000.0))
    assert 102.0 <= rig.api.asked("task-fox")[0] - rig.api.calls[0].ended <= 138.1


def test_questions_come_at_about_the_interval_and_not_all_at_once():
    rig = play(waiting(job_of("fox"), statuses={"fox": [WORKING] * 30 + [done("fox")]}))
    found = gaps(rig.api.asked("task-fox"))
    assert all(8.5 <= gap <= 11.7 for gap in found)
    assert max(found) - min(found) > 0.1


@pytest.mark.parametrize("code", [2, -2, 17, 0.5])
def test_a_number_that_nobody_knows_is_still_working(code):
    rig = play(waiting(job_of("fox"), statuses={"fox": [api.Working(code)] * 3 + [done("fox")]}))
    assert rig.state("fox") is State.COMPLETED


def test_a_failed_task_is_recorded_with_the_words_of_the_api():
    rig = play(waiting(job_of("fox"), job_of("owl"), statuses={"fox": [FAILED]}))
    attempt = rig.entry("fox").primary
    assert (attempt.state, attempt.credits, attempt.error.code) == (State.FAILED, 420, 7)
    assert attempt.error.message == "the prompt was moderated"
    assert rig.state("owl") is State.COMPLETED
    assert len(rig.listener.of(Failed)) == 1


def test_fail_fast_ends_the_submitting_at_the_first_failure_and_waits_for_the_rest():
    options = RunOptions(concurrency=2, submit_concurrency=1)
    rig = play(
        waiting(
            *jobs_of(10),
            statuses={"000": [FAILED]},
            options=options,
            on_failure=OnFailure.STOP_SUBMITTING,
        )
    )
    assert rig.stop_reasons == [StopReason.FAIL_FAST]
    assert rig.all_states[:2] == [State.FAILED, State.COMPLETED]
    assert rig.all_states[-1] is None


def test_trouble_with_asking_fails_no_job_and_backs_off():
    rig = play(waiting(job_of("fox"), statuses={"fox": [UNREADABLE] * 4 + [done("fox")]}))
    assert rig.state("fox") is State.COMPLETED
    first, second, third, fourth = gaps(rig.api.asked("task-fox"))
    assert 10.0 <= first <= 20.2
    assert 20.0 <= second <= 40.2
    assert 30.0 <= third <= 60.2
    assert 30.0 <= fourth <= 60.2


def test_an_answer_makes_earlier_trouble_forgotten():
    script = [UNREADABLE] * 3 + [WORKING, UNREADABLE, done("fox")]
    rig = play(waiting(job_of("fox"), statuses={"fox": script}))
    assert gaps(rig.api.asked("task-fox"))[-1] <= 20.2


def test_the_api_may_ask_for_a_longer_wait():
    rig = play(waiting(job_of("fox"), statuses={"fox": [api.Unreadable("HTTP 429", 120.0), done("fox")]}))
    assert gaps(rig.api.asked("task-fox")) == [pytest.approx(120.1, abs=0.01)]


def test_the_api_may_not_ask_for_questions_without_a_pause():
    rig = play(waiting(job_of("fox"), statuses={"fox": [api.Unreadable("HTTP 503", 0.0)]}))
    assert min(gaps(rig.api.asked("task-fox"))[:-1]) >= 10.0


def test_the_time_to_wait_ends_the_waiting_and_not_the_task():
    options = RunOptions(concurrency=1)
    rig = play(waiting(job_of("fox"), statuses={"fox": [WORKING]}, options=options))
    assert rig.state("fox") is State.SUBMITTED
    assert [event.task_id for event in rig.listener.of(TimedOut)] == ["task-fox"]
    assert rig.stop_reasons == []


def test_the_last_question_comes_at_the_deadline():
    rig = play(waiting(job_of("fox"), statuses={"fox": [UNREADABLE]}))
    last = rig.api.asked("task-fox")[-1]
    assert last - rig.api.calls[0].ended == pytest.approx(1800.0, abs=0.1)


def test_a_task_that_is_done_at_its_last_question_is_done():
    options = RunOptions(timeout=5.0)
    rig = play(waiting(job_of("fox"), options=options))
    assert rig.state("fox") is State.COMPLETED


def test_a_task_that_timed_out_still_counts_as_open_and_if_all_do_the_submitting_ends():
    options = RunOptions(concurrency=2, submit_concurrency=2, timeout=60.0)
    script = {"000": [WORKING], "001": [WORKING]}
    rig = play(waiting(*jobs_of(4), statuses=script, options=options))
    assert rig.all_states == [State.SUBMITTED, State.SUBMITTED, None, None]
    assert rig.stop_reasons == [StopReason.UNAVAILABLE]


def test_one_task_that_timed_out_does_not_end_the_submitting():
    options = RunOptions(concurrency=2, submit_concurrency=2, timeout=60.0)
    rig = play(waiting(*jobs_of(6), statuses={"000": [WORKING]}, options=options))
    assert rig.all_states == [State.SUBMITTED] + [State.COMPLETED] * 5
    assert rig.stop_reasons == []


def test_a_key_that_is_refused_again_and_again_is_believed():
    rig = play(waiting(job_of("fox"), statuses={"fox": [KEY_REFUSED]}))
    assert len(rig.api.asked("task-fox")) == 3
    assert rig.stop_reasons == [StopReason.KEY]
    assert rig.state("fox") is State.SUBMITTED


def test_a_key_that_is_refused_once_is_not_believed():
    rig = play(waiting(job_of("fox"), statuses={"fox": [KEY_REFUSED, KEY_REFUSED, done("fox")]}))
    assert rig.stop_reasons == []
    assert rig.state("fox") is State.COMPLETED


def test_a_key_that_is_refused_at_the_deadline_is_believed():
    options = RunOptions(timeout=5.0)
    rig = play(waiting(job_of("fox"), statuses={"fox": [KEY_REFUSED]}, options=options))
    assert rig.stop_reasons == [StopReason.KEY]


def test_tasks_of_an_earlier_run_are_asked_about_within_one_interval():
    jobs = jobs_of(50)
    rig = waiting(*jobs)
    rig.recorder.put(*(entry_for(job, _open(job)) for job in jobs))
    play(rig)
    assert rig.all_states == [State.COMPLETED] * 50
    assert max(moment for moment, _ in rig.api.questions) <= 10.1


def test_open_tasks_of_an_earlier_run_count():
    jobs = jobs_of(6)
    options = RunOptions(concurrency=2, submit_concurrency=2)
    rig = waiting(*jobs, options=options)
    rig.recorder.put(*(entry_for(job, _open(job)) for job in jobs[:3]))
    play(rig)
    second_done = sorted(moment for moment, _ in rig.api.questions)[1]
    assert rig.api.calls[0].began >= second_done
    assert rig.concurrency_limit.open == 0


def test_a_disk_that_refuses_a_result_does_not_cut_a_create_call_off():
    """The first task is done while the answer for the second one takes its time."""
    slow = ScriptedCreate(answer=ACCEPT.answer, seconds=300.0)
    rig = play(
        waiting(
            *jobs_of(2),
            creates={"001": [slow]},
            recorder=MemoryRecorder(refuses=lambda number, entry: entry.state is State.COMPLETED),
        )
    )
    assert rig.all_states == [State.SUBMITTED, State.SUBMITTED]
    assert rig.stop_reasons == [StopReason.DISK]


def test_ctrl_c_does_not_wait_for_questions_under_way():
    rig = waiting(*jobs_of(3), status_seconds=300.0)

    async def interrupted() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(100.0, rig.stop_signal.request_stop, StopReason.INTERRUPT, "Ctrl-C")
        await rig.run()
        return loop.time()

    assert run_virtual(interrupted()) < 100.1
    assert rig.all_states == [State.SUBMITTED] * 3


def test_more_tasks_than_questions_at_once_are_all_asked_about():
    jobs = jobs_of(300)
    rig = waiting(*jobs, status_seconds=0.0)
    rig.recorder.put(*(entry_for(job, _open(job)) for job in jobs))
    run_virtual(rig.run())
    assert rig.all_states == [State.COMPLETED] * 300


def _open(job) -> Attempt:
    return Attempt(state=State.SUBMITTED, credits=Credits(420), task_id=f"task-{job.input['prompt']}")
