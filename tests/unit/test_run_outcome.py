from __future__ import annotations

import pytest

from fakes.rig import entry_for, job_of
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.job import Credits
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Attempt, ErrorNote, State
from sora2batch.plan.action import Action, PlannedJob
from sora2batch.run.artifact import Artifacts
from sora2batch.run.outcome import assess
from sora2batch.run.stages import Stages
from sora2batch.run.stop_signal import StopRequest

FOX, OWL = job_of("fox"), job_of("owl")


def attempt(state: State, number: int = 1) -> Attempt:
    return Attempt(
        state=state,
        credits=Credits(420),
        number=number,
        task_id=f"task-{number}" if state.has_task else None,
        error=ErrorNote(message="gone") if state is State.COMPLETED else None,
    )


def code_of(tmp_path, *entries, stops=(), stages=Stages.ALL) -> ExitCode:
    lockfile = lockfile_of("campaign.yaml", entries)
    planned = [planned_of(job, Action.SUBMIT) for job in (FOX, OWL)]
    return assess(planned, lockfile, Artifacts(tmp_path).quick_fault, tuple(stops), stages).exit_code


def planned_of(job, action, entry=None) -> PlannedJob:
    return PlannedJob(job=job, action=action, reason="", credits=job.credits, entry=entry)


def stop(reason: StopReason) -> StopRequest:
    return StopRequest(reason=reason, message=reason.value)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.FAILED, ExitCode.FAILED),
        (State.REJECTED, ExitCode.FAILED),
        (State.IN_DOUBT, ExitCode.OPEN),
        (State.SUBMITTED, ExitCode.OPEN),
        (State.COMPLETED, ExitCode.OPEN),
    ],
)
def test_the_exit_code_follows_from_the_states(tmp_path, state, code):
    failed = entry_for(OWL, attempt(State.FAILED))
    assert code_of(tmp_path, entry_for(FOX, attempt(state)), failed) is code


def test_what_the_call_did_not_ask_for_is_not_left_open(tmp_path):
    entries = [entry_for(FOX, attempt(State.SUBMITTED)), entry_for(OWL, attempt(State.SUBMITTED))]
    assert code_of(tmp_path, *entries, stages=Stages.SUBMIT) is ExitCode.DONE
    entries = [entry_for(FOX, attempt(State.COMPLETED)), entry_for(OWL, attempt(State.COMPLETED))]
    assert code_of(tmp_path, *entries, stages=Stages.SUBMIT | Stages.WAIT) is ExitCode.DONE


def test_a_job_that_was_not_submitted_is_left_open(tmp_path):
    assert code_of(tmp_path, stages=Stages.SUBMIT) is ExitCode.OPEN


def test_jobs_that_fail_fast_left_out_are_not_left_open(tmp_path):
    found = code_of(tmp_path, entry_for(FOX, attempt(State.FAILED)), stops=[stop(StopReason.FAIL_FAST)])
    assert found is ExitCode.FAILED


@pytest.mark.parametrize(
    ("stop_reasons", "code"),
    [
        ([StopReason.KEY], ExitCode.KEY),
        ([StopReason.CREDITS], ExitCode.BUDGET),
        ([StopReason.UNAVAILABLE], ExitCode.OPEN),
        ([StopReason.UNAVAILABLE, StopReason.UNREACHABLE], ExitCode.UNREACHABLE),
        ([StopReason.DISK], ExitCode.OPEN),
        ([StopReason.CREDITS, StopReason.KEY], ExitCode.KEY),
        ([StopReason.KEY, StopReason.INTERRUPT], ExitCode.INTERRUPTED),
        ([StopReason.FAIL_FAST, StopReason.TERMINATE], ExitCode.TERMINATED),
    ],
)
def test_the_gravest_reason_to_stop_decides(tmp_path, stop_reasons, code):
    assert code_of(tmp_path, stops=[stop(reason) for reason in stop_reasons]) is code


def test_a_second_task_that_is_open_keeps_the_job_open(tmp_path):
    entry = entry_for(FOX, attempt(State.COMPLETED), attempt(State.SUBMITTED, 2))
    planned = [planned_of(FOX, Action.RESUME, entry)]
    outcome = assess(planned, lockfile_of("c.yaml", [entry]), Artifacts(tmp_path).quick_fault, (), Stages.ALL)
    assert outcome.states == {State.SUBMITTED: 1}
    assert outcome.missing_files == 1
    assert outcome.file_exit_code is ExitCode.OPEN


def test_files_that_the_plan_found_in_place_are_looked_at_again_only_if_something_happened(tmp_path):
    entry, other = (entry_for(FOX, attempt(State.COMPLETED, number)) for number in (1, 2))
    planned = [planned_of(FOX, Action.SKIP, entry)]
    look = Artifacts(tmp_path).quick_fault
    found = [assess(planned, lockfile_of("c.yaml", [now]), look, (), Stages.ALL) for now in (entry, other)]
    assert [outcome.missing_files for outcome in found] == [0, 1]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.SUBMITTED, ExitCode.OPEN),
        (State.IN_DOUBT, ExitCode.OPEN),
        (State.COMPLETED, ExitCode.OPEN),
        (State.FAILED, ExitCode.UNREACHABLE),
        (State.REJECTED, ExitCode.UNREACHABLE),
    ],
)
def test_that_the_api_cannot_be_reached_weighs_less_than_open_jobs_and_more_than_failed_ones(
    tmp_path, state, code
):
    stops = [stop(StopReason.UNAVAILABLE), stop(StopReason.UNREACHABLE)]
    assert code_of(tmp_path, entry_for(FOX, attempt(state)), stops=stops) is code
