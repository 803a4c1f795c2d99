"""What happens during a run, told to whoever shows it to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sora2batch.ground.job import Credits, Job
from sora2batch.lockfile.entry import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A file of an input is in the store."""

    file: str
    bytes: int
    is_new: bool
    """Whether it was not there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What a job was waiting for is there: it is submitted in this run as well."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The API accepted a job and charged for it."""

    job: Job
    task_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The API refused a job; nothing was charged."""

    job: Job
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """A create call whose outcome nobody knows; it may have been charged."""

    job: Job
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A job that surely was not accepted, however often it was tried; the next run tries again."""

    job: Job
    message: str
    is_news: bool = True
    """False where the same has been said for all such jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """All submitters wait, because the API asked for it or cannot be reached."""

    seconds: float
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A task is done; its files can be fetched."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A task ended in failure."""

    job: Job
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """The time to wait for a task ran out; the task itself goes on."""

    job: Job
    task_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """All files of a job are in place."""

    job: Job
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDownloaded:
    """A job is done and paid, but its file cannot be had now."""

    job: Job
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """All files of a job are in the user's own store, and recorded so."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStored:
    """A job's files are in place, but could not be put in the store now; the next run tries again."""

    job: Job
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file in place was looked at."""

    job: Job
    path: str
    look: Look
    """What somebody should look at in it; mostly nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLooked:
    """A file in place could not be looked at, which harms nobody."""

    job: Job
    path: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaved:
    """A task id that could not be written to disk: shown, so that it is not lost."""

    job: Job
    task_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something worth a line that concerns no single job."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """No more jobs are submitted."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """The money after a change."""

    charged: Credits
    budget: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """Another second has passed; so that who waits sees that the run is alive."""


Event: TypeAlias = (
    Uploaded
    | Ready
    | Submitted
    | Rejected
    | InDoubt
    | Deferred
    | Paused
    | Generated
    | Failed
    | TimedOut
    | Downloaded
    | NotDownloaded
    | Stored
    | NotStored
    | Looked
    | NotLooked
    | Unsaved
    | Warned
    | Stopped
    | Spent
    | Ticked
)


class Listener(Protocol):
    """Whoever wants to hear; called from the event loop, so it must be quick and must not raise."""

    def __call__(self, event: Event, /) -> None:
        """Take note of an event."""
        ...


def heard_by(*listeners: Listener) -> Listener:
    """Tell several listeners of each event, in this order; one that fails keeps none from hearing."""
    each = tuple(map(BestEffortListener, listeners))

    def tell(happened: Event, /) -> None:
        for one in each:
            one(happened)

    return tell


class BestEffortListener:
    """Passes events on while anybody hears them: a closed pipe must not end a run that spends money."""

    def __init__(self, listener: Listener) -> None:
        self._listener: Listener | None = listener

    def __call__(self, event: Event, /) -> None:
        """Pass an event on, or keep silent for good where that fails."""
        if self._listener is None:
            return
        try:
            self._listener(event)
        except (OSError, ValueError):
            # BrokenPipeError while the pipe is open on our side; ValueError once it is not.
            self._listener = None
