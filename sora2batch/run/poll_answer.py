"""What an answer about a task means, and when to ask again: the same for a run and for a fleet."""

from __future__ import annotations

import random
from datetime import datetime

from sora2batch.ground.clock import to_timestamp
from sora2batch.lockfile.entry import Attempt, State
from sora2batch.run import entries
from sora2batch.run.pace import backoff_seconds
from sora2batch.run.recorded_url import recorded_outputs
from sora2batch.sjinn import answer as api

LONGEST_BACKOFF_SECONDS = 60.0
TROUBLES_OF_A_BAD_KEY = 3
"""Questions in a row without an answer after which a refused key is believed."""
_FIRST_AFTER_INTERVALS = 12
_JITTER = 0.15


def first_question_seconds(expected_seconds: float, poll_interval: float) -> float:
    """Choose how long a new task is left alone: until it may be done, or for a dozen intervals."""
    return jittered(min(expected_seconds, _FIRST_AFTER_INTERVALS * poll_interval))


def seconds_after_trouble(troubles: int, poll_interval: float, *, asked: float | None) -> float:
    """Choose how long to wait after trouble: as asked, but never shorter than between two questions."""
    if asked is not None:
        return max(asked, poll_interval)
    most = max(2 * poll_interval, LONGEST_BACKOFF_SECONDS)
    return backoff_seconds(troubles + 1, base=poll_interval, most=most)


def completed(attempt: Attempt, named: api.Finished, moment: datetime) -> Attempt:
    """The task is done; its files are where the API says, and not fetched yet."""
    return attempt._replace(
        state=State.COMPLETED, finished_at=to_timestamp(moment), outputs=recorded_outputs(named.urls)
    )


def failed(attempt: Attempt, refusal: api.Refusal, moment: datetime) -> Attempt:
    """The generation failed, for the reason that the API gives."""
    return attempt._replace(
        state=State.FAILED, finished_at=to_timestamp(moment), error=entries.error_note(refusal)
    )


def jittered(seconds: float) -> float:
    """Make a time a little longer or shorter, so that not all ask at once."""
    return seconds * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  # spreads load, hides nothing
