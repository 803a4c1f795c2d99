"""How long a plan will take, as far as the catalogue tells, and what it comes to in money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heapreplace
from itertools import chain, groupby
from math import ceil
from typing import NamedTuple

from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.text import counted
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Action, Plan

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"))
_FEWEST_OF_A_UNIT = 2
"""What is shorter is told in the next smaller unit: ``90 s``, not ``1 min``."""
_SECONDS_STEP = 5
_OVERDUE_PART = 0.25


class Duration(NamedTuple):
    """How long something takes, at least and at most; in seconds."""

    min: float
    max: float

    @property
    def words(self) -> str:
        """For people, rounded: ``12 to 40 min``, ``up to 3 min``."""
        size, unit = next(
            (one for one in _UNITS if self.max >= _FEWEST_OF_A_UNIT * one[0]), (_SECONDS_STEP, "s")
        )
        least, most = (_rounded(seconds, size) for seconds in self)
        if least == most:
            return f"{most} {unit}"
        return f"{least} to {most} {unit}" if least != "0" else f"up to {most} {unit}"

    @property
    def about(self) -> str:
        """The same with a word before it: ``about 12 to 40 min``, ``up to 3 min``."""
        return self.words if self.words.startswith("up to") else f"about {self.words}"


def _rounded(seconds: float, size: int) -> str:
    """Write a number of units: of hours and days the tenth, of seconds every fifth."""
    if size == _SECONDS_STEP:
        return str(ceil(seconds / size) * size)
    return f"{seconds / size:.1f}".removesuffix(".0") if size > _MINUTE else f"{seconds / size:.0f}"


class Outlook(NamedTuple):
    """What a plan means in time and money."""

    duration: Duration | None = None
    """How long its generations take; None where nothing is generated, or nobody can tell."""
    generations: int = 0
    concurrency: int = 1
    credit_price: CreditPrice | None = None

    @property
    def time_line(self) -> str | None:
        """The time in a line: ``time: about 12 to 40 min (18 jobs, 8 at once)``."""
        if self.duration is None:
            return None
        jobs = counted(self.generations, "job")
        at_once = f", {self.concurrency:,} at once" if self.generations > 1 else ""
        return f"time: {self.duration.about} ({jobs}{at_once})"


NO_OUTLOOK = Outlook()


def duration_of(
    waves: Sequence[Sequence[str]],
    seconds: Mapping[str, Duration],
    options: RunOptions,
    busy: Sequence[Duration] = (),
) -> Duration | None:
    """Work out how long the generations of a plan take; None where it has none.

    Args:
        waves: the tools of its jobs; in their order they take the places that are free, and wait for others.
        seconds: how long a generation of each tool takes.
        options: how many tasks may be open at once, and how many are created in a second.
        busy: how long each task that is open already still takes.
    """
    if not waves and not busy:
        return None
    runs = [[(tool, sum(1 for _ in same)) for tool, same in groupby(wave)] for wave in waves]
    first, *later = runs or [[]]
    at_least = duration_of_runs([*chain.from_iterable(runs)], seconds, options, busy)
    # Who needs results starts when his own are there, at the latest when all are.
    at_most = duration_of_runs(first, seconds, options, busy).max
    at_most += sum(duration_of_runs(wave, seconds, options, ()).max for wave in later)
    return Duration(at_least.min, at_most)


def waves_of(plan: Plan) -> list[list[str]]:
    """Tell the tools of the jobs to submit, then of those that need results of these, and so on.

    Of jobs that somebody has to pick for nobody knows how many there will be.
    """
    submitted = [one.job.tool_type for one in plan.jobs if one.action is Action.SUBMIT]
    depths: dict[str, int] = {}
    later: list[list[str]] = []
    for job, action, *_ in plan.waiting:
        if action is not Action.WAIT or job.gate:
            continue
        depth = max([depths.get(key, 0) for key in job.needs], default=0)
        depths[job.key] = depth + 1
        while len(later) <= depth:
            later.append([])
        later[depth].append(job.tool_type)
    return [wave for wave in (submitted, *later) if wave]


def duration_of_runs(
    runs: Sequence[tuple[str, int]],
    seconds: Mapping[str, Duration],
    options: RunOptions,
    busy: Sequence[Duration],
) -> Duration:
    """Work out the same from how many generations of which tool come one after the other."""
    least, most = (
        makespan(
            [task[end] for task in busy],
            [(seconds[tool][end], count) for tool, count in runs],
            options.concurrency,
            options.submit_rate,
        )
        for end in (0, 1)
    )
    return Duration(least, most)


def outlook_of(
    plan: Plan, catalog: Catalog, options: RunOptions, credit_price: CreditPrice | None
) -> Outlook:
    """Say what a plan means; an open task may be done at once, and may take its whole time."""
    seconds, waves = expected_durations(catalog), waves_of(plan)
    open_tasks = [Duration(0, seconds[one.job.tool_type].max) for one in plan.with_action(Action.RESUME)]
    return Outlook(
        duration=duration_of(waves, seconds, options, open_tasks),
        generations=sum(map(len, waves)) + len(open_tasks),
        concurrency=options.concurrency,
        credit_price=credit_price,
    )


def expected_durations(catalog: Catalog, speed: float = 1.0) -> dict[str, Duration]:
    """Tell how long a generation of each tool takes where time goes by so many times faster."""
    return {
        name: Duration(tool.expected_seconds.min / speed, tool.expected_seconds.max / speed)
        for name, tool in catalog.tools.items()
    }


def after_seeing(expected: Duration, count: int, seconds: float) -> Duration:
    """Draw what was expected of one generation towards what so many have really taken together."""
    if not count:
        return expected
    mean = seconds / count
    return Duration(*(mean + (end - mean) / (1 + count) for end in expected))


def still_open(expected: Duration, age: float) -> Duration:
    """Tell how much longer a task takes that has been open for so many seconds.

    One that is overdue is not about to end at any moment: the longer it has taken, the longer it may.
    """
    return Duration(max(0.0, expected.min - age), max(expected.max - age, _OVERDUE_PART * age))


def seconds_in_words(seconds: float) -> str:
    """Write a time that has passed in two units at most: ``3 min 5 s``."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def makespan(
    busy: Iterable[float],
    runs: Iterable[tuple[float, int]],
    places: int,
    rate: float | None = None,
) -> float:
    """Tell when the last task ends, if each begins as soon as a place is free; in seconds from now.

    Source: R. L. Graham, "Bounds on Multiprocessing Timing Anomalies" (1969), list scheduling.

    Args:
        busy: when the tasks that are open end; they may be more than there are places.
        runs: how long a task takes, and how many such there are one after the other.
        places: how many tasks may be open at once.
        rate: how many begin in a second at most; None is no limit.
    """
    runs = list(runs)
    ends = sorted(busy)[-places:]
    # More places than tasks change nothing.
    ends += [0.0] * (min(places, len(ends) + sum(count for _, count in runs)) - len(ends))
    if not ends:
        return 0.0
    heapify(ends)
    begun = 0
    for seconds, count in runs:
        left = count if rate else _whole_rounds(ends, seconds, count)
        for number in range(begun + count - left, begun + count):
            heapreplace(ends, max(ends[0], number / rate if rate else 0.0) + seconds)
        begun += count
    return max(ends)


def _whole_rounds(ends: list[float], seconds: float, count: int) -> int:
    """Begin tasks of one length until few are left; return how many.

    Once all places end within one length of each other, each of them takes the same number.
    """
    last = max(ends)
    while count and last - ends[0] > seconds:
        heapreplace(ends, ends[0] + seconds)
        count -= 1
    rounds, left = divmod(count, len(ends))
    for place in range(len(ends)):
        ends[place] += rounds * seconds
    return left
