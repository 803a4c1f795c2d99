"""What a run would do about one job, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import assert_never

from sora2batch.ground.job import Credits, Fingerprint, Job
from sora2batch.ground.option_words import option, said
from sora2batch.ground.text import one_line
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.plan.action import Action, PlannedJob
from sora2batch.plan.change import describe_change
from sora2batch.plan.image_refusal import is_image_refused

FileFault = Callable[[Attempt], str | None]
"""Says what is wrong with a finished attempt's files, such as ``a.mp4 is missing``; None if nothing is."""

RESERVED = "it is reserved already: a worker submits it"
"""The reason of a job that a run need not pay for, though nothing was sent for it yet."""
_ERROR_ROOM = 200
_REASON_ROOM = 500


def unless_stored(file_fault: FileFault) -> FileFault:
    """Find fault also with files that are in place and not in the user's own store."""

    def fault(attempt: Attempt) -> str | None:
        if found := file_fault(attempt):
            return found
        output = next((one for one in attempt.outputs if not one.stored), None)
        return f"{output.path} is not in the store yet" if output else None

    return fault


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decision:
    """Decides for one job after the other what a run would do about it."""

    entries: Mapping[Fingerprint, Entry]
    """The lockfile's."""
    former: Mapping[str, Entry]
    """By key, what the lockfile has under it that the manifest no longer asks for."""
    retry_failed: bool
    force: bool
    """Whether also those are submitted again whose picture the API refused."""
    file_fault: FileFault
    reserved: Collection[Fingerprint] = frozenset()
    """What workers of a fleet are about to submit."""

    def decide(self, job: Job) -> PlannedJob:
        """Choose the action for a job, and word why."""
        planned = self._decide(job)
        if not self.reserved or job.fingerprint not in self.reserved:
            return planned
        if planned.action in {Action.SUBMIT, Action.FAILED}:
            spent = planned.entry.spent if planned.entry else Credits(0)
            return planned._replace(action=Action.RESUME, reason=RESERVED, credits=spent)
        return planned

    def _decide(self, job: Job) -> PlannedJob:
        entry = self.entries.get(job.fingerprint)
        if entry is None:
            return PlannedJob(job=job, action=Action.SUBMIT, reason=self._why_new(job), credits=job.credits)
        action, reason = self._about(job, entry)
        return PlannedJob(
            job=job,
            action=action,
            reason=one_line(reason, _REASON_ROOM),
            credits=job.credits if action is Action.SUBMIT else entry.spent,
            entry=entry,
        )

    def _why_new(self, job: Job) -> str:
        before = self.former.get(job.key)
        if before is None:
            return "not in the lockfile"
        change = describe_change(before.tool_type, before.input, job.tool_type, job.input)
        return one_line(change or f"take {before.take} → {job.take}", _REASON_ROOM)

    def _about(self, job: Job, entry: Entry) -> tuple[Action, str]:
        state = entry.state
        match state:
            case State.SUBMITTED:
                return Action.RESUME, _about_open(entry)
            case State.COMPLETED:
                return self._about_finished(entry)
            case State.IN_DOUBT:
                return Action.IN_DOUBT, _about_doubt(entry.primary)
            case State.FAILED | State.REJECTED:
                return self._about_failed(job, entry)
            case State.WITHDRAWN:
                return Action.SUBMIT, "an earlier call was not accepted and cost nothing"
            case _:
                assert_never(state)

    def _about_finished(self, entry: Entry) -> tuple[Action, str]:
        if open_tasks := _open_tasks(entry):
            return Action.RESUME, f"finished, but a second task that was paid too has not: {open_tasks}"
        for attempt in entry.attempts:
            if attempt.state is State.COMPLETED and (fault := self.file_fault(attempt)):
                return Action.DOWNLOAD, one_line(fault, _ERROR_ROOM)
        return Action.SKIP, "finished"

    def _about_failed(self, job: Job, entry: Entry) -> tuple[Action, str]:
        is_rejected = entry.state is State.REJECTED
        why = "the API rejected it, uncharged" if is_rejected else "the generation failed"
        if entry.primary.error:
            why += f": {_told(entry.primary.error.message)}"
        if is_image_refused(entry) and not (self.retry_failed and self.force):
            return Action.FAILED, f"{why}; {self._about_picture(job)}"
        if self.retry_failed:
            return Action.SUBMIT, f"again ({entry.spent:,} credits spent on it so far): {why}"
        return (
            Action.FAILED,
            f"{why}; {option('retry_failed', True)} submits it again for {job.credits:,} credits",
        )

    def _about_picture(self, job: Job) -> str:
        if self.retry_failed:
            retry, forced = option("retry_failed", True), option("force", True)
            return f"the API refused its picture, so {retry} leaves it out: change it, or add {forced}"
        words = said("--retry-failed --force", "retry_failed=True, force=True")
        again = f"{words} submits it again for {job.credits:,} credits"
        return f"the API refused its picture: change it ({again})"


def _open_tasks(entry: Entry) -> str:
    return ", ".join(attempt.task_id or "" for attempt in entry.attempts if attempt.state is State.SUBMITTED)


def _about_open(entry: Entry) -> str:
    has_doubt = any(attempt.state is State.IN_DOUBT for attempt in entry.attempts)
    doubt = "; another call for it may have been charged" if has_doubt else ""
    return f"not finished yet: task {_open_tasks(entry)}{doubt}"


def _about_doubt(attempt: Attempt) -> str:
    why = _told(attempt.error.message) if attempt.error else "the answer to its create call was lost"
    return f"{why}; it may have been charged: `sora2batch reconcile` settles it"


def _told(message: str) -> str:
    return one_line(message, _ERROR_ROOM).rstrip(". ") or "no reason given"
