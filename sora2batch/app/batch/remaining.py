"""How long a run still takes that is watched from outside, by what its lockfile says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sora2batch.app.batch.snapshot import BatchSnapshot
from sora2batch.ground.clock import moment_of
from sora2batch.lockfile.entry import Attempt, State
from sora2batch.plan.outlook import (
    Duration,
    after_seeing,
    duration_of_runs,
    expected_durations,
    seconds_in_words,
    still_open,
)


def time_in_words(snapshot: BatchSnapshot, now: datetime) -> str | None:
    """Say for how long a run has been under way and how long it takes; None where none is, or in a trial.

    It counts with the manifest's concurrency; a run that was called with another one is not told apart.
    """
    began = moment_of(snapshot.holder.since) if snapshot.holder else None
    if began is None or snapshot.batch.simulated:
        return None
    passed = f"{seconds_in_words(_seconds(began, now))} so far"
    left = _left(snapshot, began, now)
    return f"{passed}, done in {left.about}" if left else passed


def _left(snapshot: BatchSnapshot, began: datetime, now: datetime) -> Duration | None:
    """Work out how long what is open and what is pending takes; None where nothing is open."""
    expected = expected_durations(snapshot.batch.catalog)
    seen: dict[str, list[float]] = defaultdict(list)
    waiting: dict[str, int] = defaultdict(int)
    for one in snapshot.status.jobs:
        if one.entry is None:
            waiting[one.job.tool_type] += 1
        else:
            seen[one.job.tool_type] += _lengths(one.entry.attempts, began)
    usual = {
        tool: after_seeing(seconds, len(seen[tool]), sum(seen[tool])) for tool, seconds in expected.items()
    }
    busy = [
        still_open(usual[one.job.tool_type], _seconds(attempt.submitted, now))
        for one in snapshot.status.jobs
        for attempt in (one.entry.attempts if one.entry else ())
        if attempt.state is State.SUBMITTED and attempt.submitted
    ]
    if not busy:
        return None
    return duration_of_runs(list(waiting.items()), usual, snapshot.batch.run_options(), busy)


def _lengths(attempts: tuple[Attempt, ...], began: datetime) -> Iterator[float]:
    """Tell how long this run's generations took."""
    for one in attempts:
        if one.state is State.COMPLETED and one.submitted and one.finished and one.submitted >= began:
            yield _seconds(one.submitted, one.finished)


def _seconds(begin: datetime, end: datetime) -> float:
    try:
        return max(0.0, (end - begin).total_seconds())
    except OverflowError:
        return 0.0
