"""Files of a finished task by URLs that work: its status names fresh ones where old ones have expired."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple, Protocol, assert_never

from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output
from sora2batch.run.folder import ExpiredUrlError
from sora2batch.run.poll import FinishedTask
from sora2batch.sjinn import answer as api
from sora2batch.sjinn.api_error import DownloadError, NoFileError

_RENEWALS_OF_EXPIRED = 2
_RENEWALS_OF_NO_FILE = 1


class Asking(Protocol):
    """Who can be asked how a task is doing."""

    async def status(self, task_id: str, /) -> api.StatusAnswer:
        """Ask; costs nothing."""
        ...


class Collecting(Protocol):
    """Where the files of a task go."""

    async def collect(self, job: Job, attempt: Attempt, urls: Sequence[str], /) -> tuple[Output, ...]:
        """Fetch every file of a task that is not in place yet.

        Raises:
            ExpiredUrlError: a URL no longer works.
            NoFileError: a URL gives something that is no file.
            DownloadError: a file cannot be had.
            OSError: the disk refused.
        """
        ...


class Fetched(NamedTuple):
    """The files of a task, and what was named besides."""

    outputs: tuple[Output, ...]
    oddities: tuple[str, ...]


async def fetch_with_renewal(video_api: Asking, folder: Collecting, finished: FinishedTask) -> Fetched:
    """Ask the task's status for fresh URLs where there is none yet or one no longer gives a file.

    Raises:
        DownloadError: the files cannot be had.
        OSError: the disk refused.
    """
    named = api.Finished(finished.urls, finished.oddities)
    if not finished.is_fresh:
        named = await _fresh(video_api, finished)
    for renewals in count():
        if not named.urls:
            raise DownloadError(_nothing_named(named.oddities))
        try:
            outputs = await folder.collect(finished.job, finished.attempt, named.urls)
            return Fetched(outputs=outputs, oddities=named.oddities)
        except ExpiredUrlError:
            if renewals >= _RENEWALS_OF_EXPIRED:
                raise
        except NoFileError:
            if renewals >= _RENEWALS_OF_NO_FILE:
                raise
        named = await _fresh(video_api, finished)
    raise AssertionError("counting never ends")


async def _fresh(video_api: Asking, finished: FinishedTask) -> api.Finished:
    """What the API names now; what it named before, if it cannot be asked or no longer knows.

    Raises:
        DownloadError: it cannot be asked, and named nothing before.
    """
    answer = await video_api.status(finished.attempt.task_id or "")
    match answer:
        case api.Finished(urls) if urls or not finished.urls:
            return answer
        case api.Unreadable(reason) if not finished.urls:
            raise DownloadError(f"its URL could not be asked for: {reason}")
        case api.Finished() | api.Unreadable() | api.Working() | api.Failed() | api.KeyRefused():
            return api.Finished(finished.urls, finished.oddities)
        case _:
            assert_never(answer)


def left_out_note(oddities: tuple[str, ...]) -> ErrorNote | None:
    """Word what could not be fetched beside what could."""
    if not oddities:
        return None
    return ErrorNote(code=None, message=f"not fetched, though the API named it: {'; '.join(oddities)}")


def _nothing_named(oddities: tuple[str, ...]) -> str:
    if not oddities:
        return "the task is done, but the API named no file"
    return f"the task is done, but what the API named cannot be fetched: {'; '.join(oddities)}"
