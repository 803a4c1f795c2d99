"""What a run came to, for the exit code and the last lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sora2batch.ground.errors import ExitCode, gravest
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry, State
from sora2batch.plan.action import Action, PlannedJob
from sora2batch.plan.decision import FileFault
from sora2batch.run.stages import Stages
from sora2batch.run.stop_signal import StopRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where the jobs of a plan stand after a run."""

    states: Counter[State]
    missing_files: int
    """Jobs that are done, but not downloaded."""
    not_submitted: int
    stops: tuple[StopRequest, ...]
    stages: Stages
    room: int = 0
    """How many more jobs a limit would have allowed, had they become possible."""

    @property
    def exit_code(self) -> ExitCode:
        """The gravest of all that applies."""
        codes = {stop.reason.exit_code for stop in self.stops if not self._is_explained(stop)}
        if self.states[State.FAILED] or self.states[State.REJECTED]:
            codes.add(ExitCode.FAILED)
        if self._has_open_jobs:
            codes.add(ExitCode.OPEN)
        return gravest(codes)

    @property
    def file_exit_code(self) -> ExitCode:
        """The gravest of what concerns files only, for a call that does nothing but download."""
        codes = {stop.reason.exit_code for stop in self.stops}
        return gravest(codes | ({ExitCode.OPEN} if self.missing_files else set()))

    @property
    def _has_open_jobs(self) -> bool:
        return bool(
            self.states[State.IN_DOUBT]
            or (self.states[State.SUBMITTED] and Stages.WAIT in self.stages)
            or (self.missing_files and Stages.DOWNLOAD in self.stages)
            or (self._leaves_jobs_behind and Stages.SUBMIT in self.stages)
        )

    @property
    def _leaves_jobs_behind(self) -> bool:
        return bool(self.not_submitted) and not self._was_to_stop and not self._was_cut_off

    @property
    def _was_cut_off(self) -> bool:
        """Whether nothing came back from the API: then nothing was sent, and that is said instead."""
        return any(stop.reason is StopReason.UNREACHABLE for stop in self.stops)

    def _is_explained(self, stop: StopRequest) -> bool:
        return stop.reason is StopReason.UNAVAILABLE and self._was_cut_off

    @property
    def _was_to_stop(self) -> bool:
        """Whether the user asked for jobs to be left out: then they are not left open."""
        return any(stop.reason is StopReason.FAIL_FAST for stop in self.stops)


def assess(
    jobs: Iterable[PlannedJob],
    lockfile: Lockfile,
    file_fault: FileFault,
    stops: tuple[StopRequest, ...],
    stages: Stages,
) -> Outcome:
    """Look at every job of the plan as the lockfile has it now; at files only where something happened."""
    states: Counter[State] = Counter()
    missing_files = not_submitted = 0
    for planned in jobs:
        entry = lockfile.get(planned.job.fingerprint)
        if entry is None:
            not_submitted += 1
            continue
        states[_state_of(entry)] += 1
        was_in_place = planned.action is Action.SKIP and planned.entry is entry
        missing_files += not was_in_place and _lacks_files(entry, file_fault)
    return Outcome(
        states=states,
        missing_files=missing_files,
        not_submitted=not_submitted,
        stops=stops,
        stages=stages,
    )


def _state_of(entry: Entry) -> State:
    """A second task of the same job that is still open keeps the job open."""
    states = {attempt.state for attempt in entry.attempts}
    return State.SUBMITTED if State.SUBMITTED in states else entry.state


def _lacks_files(entry: Entry, file_fault: FileFault) -> bool:
    finished = (attempt for attempt in entry.attempts if attempt.state is State.COMPLETED)
    return any(file_fault(attempt) for attempt in finished)
