from __future__ import annotations

import asyncio

import pytest

from fakes.loop import run_virtual
from fakes.rig import entry_for, job_of
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.job import Credits
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Attempt, ErrorNote, State
from sora2batch.plan.action import Action, PlannedJob
from sora2batch.run import entries as note
from sora2batch.run.artifact import Artifacts
from sora2batch.run.budget_tracker import BudgetTracker
from sora2batch.run.checkpoint import regular_checkpoints
from sora2batch.run.event import BestEffortListener, Halted, Warned
from sora2batch.run.outcome import assess
from sora2batch.run.recorded_url import recorded_outputs, without_secrets
from sora2batch.run.stages import Stages
from sora2batch.run.stop_signal import StopRequest, StopSignal
from sora2batch.sjinn.answer import Refusal

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
    ("halts", "code"),
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
def test_the_gravest_reason_to_stop_decides(tmp_path, halts, code):
    assert code_of(tmp_path, stops=[stop(reason) for reason in halts]) is code


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


def test_a_purse_counts_what_is_reserved_charged_and_in_doubt():
    budget_tracker = BudgetTracker(budget=Credits(1000), spent=Credits(300), in_doubt=Credits(100))
    assert budget_tracker.reserve(Credits(400))
    assert not budget_tracker.reserve(Credits(400))
    assert (budget_tracker.spent, budget_tracker.free) == (300, 300)
    budget_tracker.doubt(Credits(400))
    assert (budget_tracker.spent, budget_tracker.free) == (700, 300)
    assert budget_tracker.reserve(Credits(300))
    assert not budget_tracker.reserve(Credits(1))
    budget_tracker.release(Credits(300))
    assert budget_tracker.reserve(Credits(200))
    budget_tracker.charge(Credits(200))
    assert (budget_tracker.spent, budget_tracker.free) == (900, 100)
    budget_tracker.surcharge(Credits(500))
    assert (budget_tracker.spent, budget_tracker.free) == (1400, 0)
    assert not budget_tracker.reserve(Credits(1))


def test_a_brake_tells_each_kind_of_reason_once():
    stop_signal, told = StopSignal(), []
    stop_signal.on_request(lambda stop: told.append(stop.message))
    stop_signal.request_stop(StopReason.CREDITS, "first")
    stop_signal.request_stop(StopReason.CREDITS, "second")
    stop_signal.request_stop(StopReason.INTERRUPT, "third")
    assert told == ["first", "third"]
    assert stop_signal.is_set


def test_a_brake_tells_who_comes_late_what_has_happened():
    stop_signal, told = StopSignal(), []
    stop_signal.request_stop(StopReason.INTERRUPT, "Ctrl-C")
    stop_signal.on_request(lambda stop: told.append(stop.reason))
    assert told == [StopReason.INTERRUPT]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://files.test/a.mp4?X-Signature=s#part", "https://files.test/a.mp4"),
        ("https://user:secret@files.test:8080/a.mp4", "https://files.test:8080/a.mp4"),
        ("HTTP://files.test/a.mp4", "http://files.test/a.mp4"),
        ("ftp://files.test/a.mp4", None),
        ("https://user:secret@/a.mp4", None),
        ("/result/a.mp4", None),
        ("https://[::1", None),
        ("", None),
    ],
)
def test_a_url_is_kept_without_its_secrets(url, kept):
    assert without_secrets(url) == kept


def test_urls_that_cannot_be_fetched_are_not_recorded():
    assert [one.url for one in recorded_outputs(["data:x", "https://a.test/b?c"])] == ["https://a.test/b"]


@pytest.mark.parametrize(("code", "kept"), [(42, 42), ("E1", "E1"), (None, None), (10**30, str(10**30))])
def test_an_error_code_is_kept_in_a_form_that_json_can_carry(code, kept):
    assert note.error_note(Refusal(code=code, message="no")).code == kept


def test_a_listener_is_heard_until_it_fails():
    told = []

    def listener(event):
        told.append(event)
        if len(told) == 2:
            raise ValueError("I/O operation on closed file")

    undaunted = BestEffortListener(listener)
    for number in range(4):
        undaunted(Halted(message=str(number)))
    assert [event.message for event in told] == ["0", "1"]


class CountingStore:
    def __init__(self, error: Sora2BatchError | None = None) -> None:
        self.moments: list[float] = []
        self._error = error

    async def checkpoint(self) -> None:
        self.moments.append(asyncio.get_running_loop().time())
        if self._error:
            raise self._error


@pytest.mark.parametrize("error", [None, Sora2BatchError("the disk is full")])
def test_the_lockfile_is_written_every_ten_seconds_even_if_it_failed_before(error):
    store, told = CountingStore(error), []

    async def main() -> None:
        async with regular_checkpoints(store, told.append):
            await asyncio.sleep(35.0)

    run_virtual(main())
    assert len(store.moments) == 3
    gaps = [later - sooner for sooner, later in zip([0.0, *store.moments], store.moments, strict=False)]
    assert max(gaps) <= 10.0
    assert [type(event) for event in told] == ([Warned] * 3 if error else [])


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
