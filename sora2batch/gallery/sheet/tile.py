"""A job as one tile of a contact sheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.file_input import FileInput, file_inputs_in
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Output
from sora2batch.plan.job_status import JobStatus, Status

Locate = Callable[[Output], Path | None]
"""Says where a recorded file lies; None if it was never downloaded."""
LocateInput = Callable[[FileInput], Path | None]
"""Says where a file lies that a job sends; None if that must not be read."""

_RATIO = re.compile(r"(\d{1,4}):(\d{1,4})")
_WIDE = 16 / 9
_NARROWEST, _WIDEST = 1 / 3, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """What a sheet shows of one job."""

    key: str
    group: str
    labels: tuple[tuple[str, str], ...]
    """(axis, label) in the order of the matrix."""
    take: int = 1
    state: str
    """A state of the lockfile, or ``pending``."""
    error: str | None = None
    """In the API's words."""
    credits: Credits
    """What it cost; its price where it was not submitted yet."""
    path: Path | None = None
    """The first of its files; whether it is there has not been looked at."""
    source: Path | None = None
    """The first file that it sends, such as the picture it starts from; not looked at either."""
    aspect: float = _WIDE
    """Width by height of what was asked for, from a third to three."""

    @property
    def has_picture(self) -> bool:
        """Whether there may be something to see: its result, or what it starts from."""
        return self.path is not None or self.source is not None


def nowhere(_: FileInput) -> Path | None:
    """Leave out what jobs send."""
    return None


def tiles_of(status: Status, locate: Locate, locate_input: LocateInput = nowhere) -> tuple[Tile, ...]:
    """Make a tile for every job, in the manifest's order."""
    return tuple(_tile(one, locate, _source(one.job.input, locate_input)) for one in status.jobs)


def _source(input: JsonObject, locate_input: LocateInput) -> Path | None:
    return next(filter(None, map(locate_input, file_inputs_in(input))), None)


def _tile(status: JobStatus, locate: Locate, source: Path | None) -> Tile:
    job, attempt = status.job, status.entry.primary if status.entry else None
    paths = map(locate, attempt.outputs) if attempt else ()
    return Tile(
        key=job.key,
        group=job.group,
        labels=job.labels,
        take=job.take,
        state=status.state,
        error=attempt.error.message if attempt and attempt.error else None,
        credits=status.credits,
        path=next(filter(None, paths), None),
        source=source,
        aspect=aspect_of(job.input.get("aspect_ratio")),
    )


def aspect_of(ratio: JsonValue) -> float:
    """Read an aspect ratio such as ``9:16``; anything else is 16:9."""
    match = _RATIO.fullmatch(ratio) if isinstance(ratio, str) else None
    if match is None or not int(match[1]) or not int(match[2]):
        return _WIDE
    return min(max(int(match[1]) / int(match[2]), _NARROWEST), _WIDEST)
