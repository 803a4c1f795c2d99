"""Results: rows with a goal, and points of the curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Side(StrEnum):
    """Which side of a goal is the good one."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a median is held against."""

    side: Side
    limit: float
    unit: str = "x"

    def __str__(self) -> str:
        return f"{self.side} {shown(self.limit, self.unit)}"

    def is_met_by(self, value: float) -> bool:
        """Judge a median."""
        return value <= self.limit if self.side is Side.AT_MOST else value >= self.limit


def at_most(limit: float, unit: str = "x") -> Goal:
    """Set an upper bound."""
    return Goal(side=Side.AT_MOST, limit=limit, unit=unit)


def at_least(limit: float, unit: str = "x") -> Goal:
    """Set a lower bound."""
    return Goal(side=Side.AT_LEAST, limit=limit, unit=unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    what: str
    values: Sequence[float]
    """What was counted, run by run."""
    unit: str = "x"
    """``x`` for a ratio."""
    goal: Goal | None = None
    """None where it is only told."""
    told: str = ""
    """The seconds behind a ratio, and what else belongs to it."""

    @property
    def median(self) -> float:
        """The value that is judged."""
        return median(self.values)

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        return None if self.goal is None else self.goal.is_met_by(self.median)

    @property
    def verdict(self) -> str:
        """The same in a word."""
        return {True: "yes", False: "**no**", None: ""}[self.is_met]

    @property
    def spread(self) -> str:
        """Median, least and most."""
        middle, low, high = (shown(value) for value in (self.median, min(self.values), max(self.values)))
        return f"{middle}{_suffix(self.unit)} [{low} to {high}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One size on a curve."""

    curve: str
    jobs: int
    seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one benchmark has to say."""

    rows: tuple[Row, ...] = ()
    points: tuple[Point, ...] = ()
    skipped: str = ""
    """Why it was not run."""


def shown(value: float, unit: str = "") -> str:
    """Write a number with three digits that count."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3
    return f"{value:,.{digits}f}{_suffix(unit)}"


def _suffix(unit: str) -> str:
    return f" {unit}" if unit and unit != "x" else unit
