"""Where the values of one job come from, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.problem import Position


class WrittenAt(NamedTuple):
    """A place in a file."""

    file: str
    """As the user gave it, or would."""
    position: Position
    path: str
    """In the data, as problems write it: ``jobs.hero.input.prompt``."""

    @property
    def place(self) -> str:
        """``campaign.yaml:25:11``."""
        return f"{self.file}:{self.position.line}:{self.position.column}"


class ReadKind(StrEnum):
    """What a name in a template stands for."""

    AXIS = "axis"
    VARIABLE = "variable"
    JOB = "job"
    """``job.take`` and its like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One name that a template reads, and what it stands for in this job."""

    name: str
    """As the template writes it: ``subject.noun``."""
    kind: ReadKind
    value: JsonValue
    at: WrittenAt | None
    """None of what is written nowhere, such as ``job.index``."""
    template: JsonValue = None
    """Of a variable that is made of others: as it is written."""
    reads: tuple[Read, ...] = ()


class FieldKind(StrEnum):
    """Who says what a field is."""

    GROUP = "group"
    DEFAULTS = "defaults"
    TOOL = "tool"
    """Nobody: the tool's default is filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOrigin:
    """One field of the input, and where it comes from."""

    name: str
    value: JsonValue
    """As it is sent."""
    kind: FieldKind
    at: WrittenAt | None = None
    """None of a tool's default."""
    template: JsonValue = None
    """As it is written, where it is a template or has one inside."""
    reads: tuple[Read, ...] = ()
    overrides: WrittenAt | None = None
    """The value in ``defaults.input`` that this one stands in place of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellValue:
    """The value of one axis."""

    axis: str
    label: str | None
    """What the job's key says; None of a key that only ``include`` brings."""
    value: JsonValue
    at: WrittenAt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrigin:
    """One job, and where it comes from."""

    group: WrittenAt
    tool: WrittenAt
    takes: int
    repeat: WrittenAt | None
    """None where nothing is said of it: there is one take."""
    filename: WrittenAt | None
    """None where files are named after their job's key."""
    cell: tuple[CellValue, ...]
    fields: tuple[FieldOrigin, ...]
    """In the order in which they are sent."""
