"""The same end so often in a row is one cause, and one cause should not fail a hundred jobs."""

from __future__ import annotations

import pytest

from fakes.rig import jobs_of, play, rig_of
from fakes.video_api import ACCEPT, LOST, REJECT, ScriptedCreate, refusal
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import State
from sora2batch.manifest.model import RunOptions
from sora2batch.run.event import Stopped
from sora2batch.run.port import OnFailure
from sora2batch.run.repeat_limit import cause_of
from sora2batch.run.stages import Stages
from sora2batch.sjinn import answer as api

ONE = RunOptions(submit_concurrency=1, concurrency=10_000)
UUIDS = ("550e8400-e29b-41d4-a716-446655440000", "0b8f2f6e-5d3c-4c8e-9d1a-7f1b2c3d4e5f")


def rejecting(message: str, code: int | str | None = 7) -> ScriptedCreate:
    return ScriptedCreate(answer=api.Rejected(refusal(message, code)))


def submitting(count: int, *, options: RunOptions = ONE, **more):
    return rig_of(*jobs_of(count), options=options, stages=Stages.SUBMIT, **more)


def test_the_same_rejection_twenty_times_in_a_row_ends_the_submitting_and_is_named():
    rig = play(submitting(100, otherwise=REJECT))
    assert len(rig.api.calls) == 20
    assert rig.stop_reasons == [StopReason.FAIL_FAST]
    (stop,) = rig.stop_signal.stops
    assert stop.reason.exit_code is ExitCode.FAILED
    told = "20 jobs in a row were rejected for the same reason: the prompt is not allowed (code 42)"
    assert stop.message == told
    assert stop.error.message == f"no more jobs were submitted: {told}"
    assert "run again" in stop.error.hint
    assert [event.message for event in rig.listener.of(Stopped)] == [told]
    assert rig.all_states == [State.REJECTED] * 20 + [None] * 80


def test_how_many_it_takes_is_the_manifests_word():
    options = RunOptions(submit_concurrency=1, stop_after=3)
    assert len(play(submitting(9, otherwise=REJECT, options=options)).api.calls) == 3


def test_fail_fast_is_one_of_any_cause():
    rig = play(submitting(9, otherwise=REJECT, on_failure=OnFailure.STOP_SUBMITTING))
    assert len(rig.api.calls) == 1
    assert rig.stop_signal.stops[0].message == "hero/000 was rejected"


def test_what_differs_from_job_to_job_makes_no_other_cause():
    script = {
        f"{number:03}": [
            rejecting(f'Job {number}: prompt "scene {number}" was refused at 12:00:{number:02}Z.')
        ]
        for number in range(50)
    }
    assert len(play(submitting(50, creates=script)).api.calls) == 20


@pytest.mark.parametrize("between", [ACCEPT, rejecting("the image cannot be fetched"), rejecting("no", 8)])
def test_another_end_in_between_begins_the_count_anew(between):
    script = {f"{number:03}": [between if number % 20 == 19 else rejecting("no", 7)] for number in range(60)}
    rig = play(submitting(60, creates=script))
    assert len(rig.api.calls) == 60
    assert rig.stop_reasons == []


def test_a_lost_answer_in_between_says_nothing_about_the_cause():
    script = {f"{number:03}": [LOST if number % 2 else rejecting("no", 7)] for number in range(60)}
    rig = play(submitting(60, creates=script))
    assert rig.all_states.count(State.REJECTED) == 20
    assert rig.stop_reasons == [StopReason.FAIL_FAST]


def failing(*, options: RunOptions, count: int = 100, **more):
    return play(rig_of(*jobs_of(count), options=options, **more))


def moderated(name: str) -> api.Failed:
    return api.Failed(refusal(f"task-{name}: content was moderated", None))


def test_the_same_failure_twenty_times_in_a_row_ends_the_submitting_and_what_is_open_is_waited_for():
    rig = failing(options=RunOptions(submit_concurrency=1, concurrency=5), finished=moderated)
    assert rig.stop_reasons == [StopReason.FAIL_FAST]
    assert "20 jobs in a row failed for the same reason: task-" in rig.stop_signal.stops[0].message
    assert 20 <= len(rig.api.calls) <= 26
    assert set(rig.all_states) == {State.FAILED, None}


def test_a_result_in_between_begins_the_count_of_failures_anew():
    statuses = {f"{number:03}": [moderated(str(number))] for number in range(60) if number % 15}
    rig = failing(options=RunOptions(submit_concurrency=1, concurrency=1), count=60, statuses=statuses)
    assert rig.stop_reasons == []
    assert len(rig.api.calls) == 60


def test_failures_of_tasks_that_were_all_sent_stop_nothing():
    rig = failing(options=ONE, count=30, finished=moderated)
    assert rig.stop_reasons == []
    assert rig.all_states == [State.FAILED] * 30


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Prompt is not allowed.", "prompt is NOT allowed"),
        (f"task {UUIDS[0]} was refused", f"task {UUIDS[1]} was refused"),
        ("cannot fetch https://h/a.jpg", "cannot fetch https://other.example/b?c=1"),
        ('"a fox" is refused', '"an owl, slow pan" is refused'),
        ("too long: 812 of 500", "too long: 4,012 of 500"),
        ("refused at 2026-11-22T09:00:00Z", "refused at 2026-11-23T10:30:12.5Z"),
    ],
)
def test_causes_are_the_same_where_only_names_and_numbers_differ(one, other):
    assert cause_of(refusal(one, 7)) == cause_of(refusal(other, 7))
    assert cause_of(refusal(one, 7)) != cause_of(refusal(other, 8))


def test_other_words_are_another_cause():
    assert cause_of(refusal("the prompt is refused")) != cause_of(refusal("the image is refused"))
