"""The sums of a status, a row for each job group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import State
from sora2batch.plan.job_status import BLOCKED, PENDING, WAITING, JobStatus, Status

_ORDER = (
    WAITING,
    PENDING,
    State.SUBMITTED,
    State.COMPLETED,
    State.FAILED,
    State.REJECTED,
    BLOCKED,
    State.IN_DOUBT,
)
"""How states are read from left to right: in the order of a job's life, mishaps last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of some jobs together."""

    name: str
    jobs: int
    states: Counter[str]
    """How many jobs are in each state; one that does not occur is no key."""
    spent: Credits
    to_spend: Credits
    """The price of those that were not submitted yet."""
    later: Credits
    """The price of those that wait for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A status in a few rows."""

    groups: tuple[Row, ...]
    """In the manifest's order."""
    orphans: Credits
    """What was spent on jobs that the manifest no longer asks for."""
    total: Row
    """Orphans included: their credits are spent."""
    states: tuple[str, ...]
    """Those that occur, in the order of a job's life."""


def overview_of(status: Status) -> Overview:
    """Sum a status up."""
    by_group: dict[str, list[JobStatus]] = {}
    for one in status.jobs:
        by_group.setdefault(one.job.group, []).append(one)
    groups = tuple(_row(name, jobs) for name, jobs in by_group.items())
    money = status.money
    states: Counter[str] = sum((row.states for row in groups), Counter())
    return Overview(
        groups=groups,
        orphans=Credits(money.spent - sum(row.spent for row in groups)),
        total=Row(
            name="total",
            jobs=len(status.jobs),
            states=states,
            spent=money.spent,
            to_spend=money.to_spend,
            later=money.later,
        ),
        states=tuple(state for state in _ORDER if states[state]),
    )


def words_of(states: Counter[str], order: Iterable[str]) -> str:
    """Write counts as ``2 pending, 6 completed``."""
    return ", ".join(f"{states[state]:,} {state.replace('_', ' ')}" for state in order if states[state])


def _row(name: str, jobs: list[JobStatus]) -> Row:
    return Row(
        name=name,
        jobs=len(jobs),
        states=Counter(one.state for one in jobs),
        spent=Credits(sum(one.entry.spent for one in jobs if one.entry)),
        to_spend=Credits(sum(one.job.credits for one in jobs if one.state == PENDING)),
        later=Credits(sum(one.credits for one in jobs if one.wait)),
    )
