"""A manifest as the program knows it: checked, and with every default in place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.job import Credits
from sora2batch.manifest.document import Document
from sora2batch.manifest.suppression import NO_LINT_OPTIONS, LintOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairwise:
    """Keep a small set of cells in which every pair of axis values still meets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomDraw:
    """Draw some of the cells, the same ones on every machine."""

    count: int
    """At least 1; more than there are cells means all of them."""
    seed: int = 0


Sample: TypeAlias = Pairwise | RandomDraw


class Axis(NamedTuple):
    """One key of a matrix with the values written below it."""

    name: str
    values: tuple[JsonValue, ...]
    """Never empty."""


class FileAxis(NamedTuple):
    """One key of a matrix whose values stand in a data file: ``{from: shots.csv}``."""

    name: str
    source: str
    """Relative to the manifest's folder, as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAxis:
    """One key of a matrix whose values are the results of another group: ``{from_jobs: stills}``."""

    name: str
    group: str
    """Whose results they are."""
    where: tuple[tuple[str, tuple[JsonValue, ...]], ...] = ()
    """(axis of that group, values or labels that will do)."""
    picks: str | None = None
    """A picks file, relative to the manifest's folder, as written; None takes every result."""
    min_rating: int | None = None
    """Picks that are rated so well or better; None takes favourites."""
    by: tuple[str, ...] | None = None
    """Axes of that group, each combination of which is one value; None makes a value of each result."""


AnyAxis: TypeAlias = Axis | FileAxis | JobAxis


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """What a group multiplies by."""

    axes: tuple[AnyAxis, ...]
    """In the order written; empty where a matrix has only ``include``."""
    include: tuple[JsonObject, ...] = ()
    exclude: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One entry under ``jobs:``."""

    name: str
    tool_type: str
    """The group's own tool, else the manifest's; not looked up in any catalogue yet.

    Empty only in what is left of a faulty manifest, where there is none.
    """
    matrix: Matrix | None = None
    sample: Sample | None = None
    repeat: int = 1
    """Takes of each cell."""
    input: JsonObject
    """The group's own input only; ``defaults.input`` is not merged in."""
    is_whole: bool = True
    """False only in what is left of a faulty manifest: what its templates name may have been taken out."""

    @property
    def job_axes(self) -> tuple[JobAxis, ...]:
        """The axes that are results of other groups."""
        axes = self.matrix.axes if self.matrix else ()
        return tuple(axis for axis in axes if isinstance(axis, JobAxis))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How fast, how long and how stubbornly a run works."""

    concurrency: int = 8
    """Tasks that may be open at once."""
    submit_concurrency: int = 4
    """Create calls that may be under way at once."""
    submit_rate: float | None = None
    """Create calls per second; None is no limit."""
    poll_interval: float = 10.0
    """Seconds."""
    timeout: float = 1800.0
    """Seconds until the waiting for one task ends."""
    retries: int = 5
    """Only for errors that are safe to retry."""
    stop_after: int = 20
    """Rejections, or failures, of one cause in a row after which nothing more is submitted."""


class OutputOptions(NamedTuple):
    """Where results go."""

    dir: str
    """Relative to the manifest's folder."""
    filename: str | None = None
    """A template; None names files after their job's key."""
    check: bool = True
    """Whether finished files are looked at."""


class StoreOptions(NamedTuple):
    """The user's own bucket, as far as the manifest names it."""

    url: str | None = None
    """``s3://bucket/prefix`` and the like; None leaves it to the environment."""
    public_url: str | None = None
    """Where everybody can read what is in it; None has URLs signed."""
    outputs: bool = False
    """Whether results go there, too."""


NO_STORE = StoreOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A batch, as declared in one file."""

    path: Path
    """As the user gave it."""
    document: Document
    """The file's plain data, and where each value stands."""
    name: str
    max_credits: Credits
    vars: JsonObject
    default_input: JsonObject
    groups: tuple[Group, ...]
    """In the order written; names unique. Empty only in what is left of a faulty manifest."""
    run: RunOptions
    output: OutputOptions
    store: StoreOptions = NO_STORE
    lint: LintOptions = NO_LINT_OPTIONS
    digest: str
    """sha256 of the file's bytes, in hex."""

    @property
    def file(self) -> str:
        """The file's bare name, as the lockfile's header keeps it."""
        return self.path.name

    def data_file(self, source: str) -> str:
        """Name a data file the way problems do: joined to the manifest's folder as the user gave it."""
        return (self.path.parent / source).as_posix()

    @property
    def data_file_lines(self) -> tuple[tuple[str, int], ...]:
        """Where it names its data files: (name as written, line)."""
        return tuple(
            (axis.source, self.document.position(("jobs", group.name, "matrix", axis.name, "from")).line)
            for group in self.groups
            if group.matrix
            for axis in group.matrix.axes
            if isinstance(axis, FileAxis)
        )
