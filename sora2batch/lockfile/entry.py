"""What is known of one job: the calls that were made for it, and what came of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.checked import checked
from sora2batch.ground.clock import moment_of
from sora2batch.ground.job import Credits, Fingerprint, Job

_NOTHING = Credits(0)
_MESSAGE_LIMIT = 1000
"""Characters of an error that are kept; the journal sets room aside for no more."""
_LINE_ORDER = attrgetter("key", "fingerprint")


Look: TypeAlias = tuple[tuple[str, str], ...]
"""*Shape*: what a check found and why, ``("black", "black for 9.8 of 10.0 s")``; sorted, each name once."""
Seen: TypeAlias = tuple[tuple[str, str], ...]
"""*Shape*: which bytes URLs gave, ``("image", SHA256)``, ``("images[0]", SHA256)``; sorted, each once."""


class State(StrEnum):
    """How far a create call and its task have come."""

    IN_DOUBT = "in_doubt"
    """The call may have been charged; its answer is not known (yet)."""
    SUBMITTED = "submitted"
    """The API made a task of it, which has not ended."""
    COMPLETED = "completed"
    """The task is done; its files may still be missing."""
    FAILED = "failed"
    """The generation failed. It was paid."""
    REJECTED = "rejected"
    """The create call was refused. It was not paid."""
    WITHDRAWN = "withdrawn"
    """The call surely cost nothing and left nothing. Only a journal says so."""

    has_task: bool
    """Whether the API made a task, which was charged."""

    def __init__(self, value: str) -> None:  # not a property: it is asked for every attempt
        self.has_task = value in {"submitted", "completed", "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorNote:
    """What the API, or a download, said went wrong."""

    code: int | str | None = None
    """The API's ``error_code``, where it gave one."""
    message: str
    """In its words; at most 1,000 characters."""

    def __post_init__(self) -> None:
        text = self.message
        if len(text) > _MESSAGE_LIMIT:
            text = text[: _MESSAGE_LIMIT - 1] + "…"
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode("utf-8")
        object.__setattr__(self, "message", text)


def _sound_output(output: Output) -> Output:
    """Leave out what must not be kept: a URL's query, and words on bytes that nobody has."""
    url, _, digest, _, stored, look, pruned = output
    if url is not None and ("?" in url or "#" in url):
        return output._replace(url=url.partition("#")[0].partition("?")[0])
    if digest is None and (stored or look or pruned):
        return output._replace(stored=False, look=(), pruned=False)
    return output


@checked(_sound_output)
class Output(NamedTuple):
    """One file that a task made."""

    url: str | None = None
    """Where it was offered. A query string is never kept: it may be a signature, and it expires."""
    path: str | None = None
    """Where it lies, relative to ``output.dir``, with forward slashes."""
    sha256: str | None = None
    """64 hex digits; absent until the file has been downloaded."""
    bytes: int | None = None
    """Its length."""
    stored: bool = False
    """Whether these very bytes are in the user's own store. Never of a file that has no hash."""
    look: Look = ()
    """What somebody should look at in these very bytes; empty where there is nothing, or nobody looked."""
    pruned: bool = False
    """Whether the file was deleted on purpose, by ``prune --delete``."""


def _sound_attempt(attempt: Attempt) -> Attempt:
    if bool(attempt.task_id) is not attempt.state.has_task:
        raise ValueError(f"an attempt {attempt.state} with the task id {attempt.task_id}")
    return attempt


@checked(_sound_attempt)
class Attempt(NamedTuple):
    """One create call for a job, and the task that came of it.

    Raises:
        ValueError: a state that comes with a task has none, or the other way round.
    """

    state: State
    credits: Credits = _NOTHING
    """What it costs; 0 for rejected and withdrawn calls."""
    number: int = 1
    """Counts deliberate submissions from 1: one more each time a failed or rejected job is sent again."""
    trial: int = 1
    """Counts the calls within one submission: a withdrawn call is tried again. Known to the journal only."""
    task_id: str | None = None
    """The API's name for the task; what was paid can be asked for with it."""
    submitted_at: str | None = None
    """When the call was about to be made, byte for byte as the line has it; see ``submitted``."""
    finished_at: str | None = None
    """When the task was seen to have ended; see ``finished``."""
    api: str | None = None
    """The host that was asked; a task is known there and nowhere else. Absent in simulated runs."""
    account: str | None = None
    """A hash of whose key was used, 16 hex digits, where the API told; ``several`` where two branches met."""
    outputs: tuple[Output, ...] = ()
    error: ErrorNote | None = None
    seen: Seen = ()
    """What was at the URLs of its input just before the call; empty where nobody looked."""

    @property
    def submitted(self) -> datetime | None:
        """The moment just before the call; None where a line says nothing that can be read."""
        return moment_of(self.submitted_at)

    @property
    def finished(self) -> datetime | None:
        """The moment at which the task was seen to have ended; None as above."""
        return moment_of(self.finished_at)

    @property
    def is_paid(self) -> bool:
        """Tell whether its credits are gone, or may be."""
        return self.task_id is not None or self.state is State.IN_DOUBT

    def with_paths_of(self, other: Attempt) -> Attempt:
        """The same task, its files where the other says, or pruned, if they are the very same files."""
        digests = [output.sha256 for output in self.outputs]
        if digests != [output.sha256 for output in other.outputs]:
            return self
        moved = (
            mine._replace(path=its.path or mine.path, pruned=its.pruned) if mine.sha256 else mine
            for mine, its in zip(self.outputs, other.outputs, strict=True)
        )
        return self._replace(outputs=tuple(moved))

    def with_pruned(self, digests: Collection[str]) -> Attempt:
        """The same task, some of its files deleted on purpose: by their sha256."""
        outputs = tuple(one._replace(pruned=one.pruned or one.sha256 in digests) for one in self.outputs)
        return self if outputs == self.outputs else self._replace(outputs=outputs)

    def with_looks(self, looks: Mapping[str, Look]) -> Attempt:
        """The same task, its files looked at again: by their sha256, and what is not named stays."""
        outputs = tuple(one._replace(look=looks.get(one.sha256 or "", one.look)) for one in self.outputs)
        return self if outputs == self.outputs else self._replace(outputs=outputs)


def reasons_of(look: Look) -> str:
    """Write what was seen in a line, each reason once."""
    return "; ".join(dict.fromkeys(reason for _, reason in look))


class Entry(NamedTuple):
    """One job's line: what was asked for, and every call that matters still."""

    key: str
    """The job's readable name when it was last run; a label, not its identity."""
    fingerprint: Fingerprint
    tool_type: str
    take: int
    input: JsonObject
    """What was sent, defaults filled in; a file as ``{"file", "sha256"}``. Never changed in place."""
    attempts: tuple[Attempt, ...]
    """*Shape*: never empty; the first is the one that counts, the others were paid too, or may have been."""
    needs: tuple[str, ...] = ()
    """Keys of the jobs whose results were sent, as they were called then; for people."""

    @classmethod
    def of(cls, job: Job, *attempts: Attempt) -> Entry:
        """Make the entry that tells of some attempts at a job."""
        return cls(
            key=job.key,
            fingerprint=job.fingerprint,
            tool_type=job.tool_type,
            take=job.take,
            input=job.input,
            attempts=attempts,
            needs=job.needs,
        )

    @property
    def primary(self) -> Attempt:
        """The attempt that a line shows."""
        return self.attempts[0]

    @property
    def state(self) -> State:
        """How far the job has come."""
        return self.attempts[0].state

    @property
    def spent(self) -> Credits:
        """Credits of every attempt that has a task or may have one."""
        if len(self.attempts) == 1:  # asked of every line, and nearly all are so
            return self.attempts[0].credits if self.attempts[0].is_paid else _NOTHING
        return Credits(sum(attempt.credits for attempt in self.attempts if attempt.is_paid))

    @property
    def is_paid_twice(self) -> bool:
        """Tell whether several tasks of it gave a result or still may: two people paid for it, say."""
        if len(self.attempts) == 1:
            return False
        return sum(attempt.state in {State.COMPLETED, State.SUBMITTED} for attempt in self.attempts) > 1

    @property
    def in_doubt_credits(self) -> Credits:
        """The part of ``spent`` of which nobody knows whether it was charged."""
        if len(self.attempts) == 1 and self.attempts[0].state is not State.IN_DOUBT:
            return _NOTHING
        doubts = (attempt.credits for attempt in self.attempts if attempt.state is State.IN_DOUBT)
        return Credits(sum(doubts))

    def only(self, attempt: Attempt) -> Entry:
        """The same job with one attempt: what a journal line says."""
        return self if self.attempts == (attempt,) else self._replace(attempts=(attempt,))

    def with_paths_of(self, other: Entry) -> Entry:
        """The same job, its files where the other says that they lie."""
        if self.attempts == other.attempts:
            return self
        known = {attempt.task_id: attempt for attempt in other.attempts if attempt.task_id}
        attempts = tuple(
            attempt.with_paths_of(known[attempt.task_id]) if attempt.task_id in known else attempt
            for attempt in self.attempts
        )
        return self if attempts == self.attempts else self._replace(attempts=attempts)

    def with_pruned(self, digests: Collection[str]) -> Entry:
        """The same job, some of its files deleted on purpose: by their sha256."""
        attempts = tuple(attempt.with_pruned(digests) for attempt in self.attempts)
        return self if attempts == self.attempts else self._replace(attempts=attempts)

    def with_looks(self, looks: Mapping[str, Look]) -> Entry:
        """The same job, its files looked at again: by their sha256, and what is not named stays."""
        attempts = tuple(attempt.with_looks(looks) for attempt in self.attempts)
        return self if attempts == self.attempts else self._replace(attempts=attempts)

    def with_names_of(self, other: Entry) -> Entry:
        """The same job, it and all that it rests on called as the other calls them."""
        if (self.key, self.input, self.needs) == (other.key, other.input, other.needs):
            return self
        return self._replace(key=other.key, input=other.input, needs=other.needs)

    def with_key(self, key: str) -> Entry:
        """The same job under its present name."""
        return self if key == self.key else self._replace(key=key)

    def with_input(self, input: JsonObject) -> Entry:
        """The same job, the files of its input where they lie at present."""
        return self if input == self.input else self._replace(input=input)


def in_line_order(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries as the lines of a lockfile are: by key, then by fingerprint."""
    return sorted(entries, key=_LINE_ORDER)
