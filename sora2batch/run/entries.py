"""The lines that a run writes about a job."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sora2batch.ground.digits import SAFE_INTEGER
from sora2batch.ground.job import Credits, Job
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, Seen, State
from sora2batch.sjinn.answer import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiIdentity:
    """Who is asked to make tasks: what a task is known by belongs to these alone."""

    host: str | None = None
    """The API's host; None for the simulator."""
    account: str | None = None
    """A hash of whose key is used, where the API told that and the time."""


def next_intent(
    job: Job, known: Entry | None, identity: ApiIdentity, *, moment: str, seen: Seen = ()
) -> Attempt:
    """Begin a new attempt: in doubt until its answer says otherwise.

    The number counts deliberate submissions: it goes up after a failure or a rejection only. A call that was
    withdrawn is tried again under the same number.
    """
    number, trial = 1, 1
    if known:
        last = max(known.attempts, key=lambda attempt: (attempt.number, attempt.trial))
        is_retrial = last.state is State.WITHDRAWN
        number, trial = (last.number, last.trial + 1) if is_retrial else (last.number + 1, 1)
    return Attempt(
        state=State.IN_DOUBT,
        credits=job.credits,
        number=number,
        trial=trial,
        submitted_at=moment,
        api=identity.host,
        account=identity.account,
        seen=seen,
    )


def again(withdrawn_intent: Attempt, *, moment: str) -> Attempt:
    """Begin the next trial of an attempt whose call surely cost nothing."""
    return withdrawn_intent._replace(trial=withdrawn_intent.trial + 1, submitted_at=moment)


def accepted(intent: Attempt, task_id: str) -> Attempt:
    """The call was answered with a task."""
    return intent._replace(state=State.SUBMITTED, task_id=task_id)


def rejected(intent: Attempt, note: Refusal, *, moment: str) -> Attempt:
    """The call was refused for good; nothing was charged."""
    return intent._replace(
        state=State.REJECTED, credits=Credits(0), finished_at=moment, error=error_note(note)
    )


def withdrawn(intent: Attempt) -> Attempt:
    """The call surely cost nothing and may be made again."""
    return intent._replace(state=State.WITHDRAWN, credits=Credits(0))


def with_stored(attempt: Attempt, digests: Collection[str]) -> Attempt:
    """The files of these hashes are in the store."""
    outputs = [one._replace(stored=True) if one.sha256 in digests else one for one in attempt.outputs]
    return attempt._replace(outputs=tuple(outputs))


def error_note(note: Refusal) -> ErrorNote:
    """Keep the API's words; a number that JSON cannot carry faithfully is kept as text."""
    is_huge = isinstance(note.code, int) and abs(note.code) > SAFE_INTEGER
    return ErrorNote(code=str(note.code) if is_huge else note.code, message=note.message)
