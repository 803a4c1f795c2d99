"""What a check finds in a finished file, and what the file is held against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from sora2batch.catalog.tool import Kind


class FindingKind(StrEnum):
    """Why somebody should look at a file."""

    BLACK = "black"
    """Nothing is to be seen: black for most of it, or a picture of one colour."""
    FROZEN = "frozen"
    """Nothing moves for most of it."""
    SILENT = "silent"
    """Nothing is to be heard, where sound was to be expected."""
    SHORT = "short"
    """It is shorter than what was asked for."""
    SHAPE = "shape"
    """It is wider or taller than what was asked for."""
    TRUNCATED = "truncated"
    """It cannot be decoded to its end."""


class ClipFinding(NamedTuple):
    """One finding."""

    kind: FindingKind
    reason: str
    """In words, with numbers: ``black for 9.8 of 10.0 s``."""


ClipFindings: TypeAlias = tuple[ClipFinding, ...]
"""*Shape*: each kind once, sorted by it; empty where there is nothing to look at."""


class NotChecked(NamedTuple):
    """Nothing can be said of a file."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a file was to be; what is None is not judged."""

    kind: Kind = Kind.VIDEO
    seconds: float | None = None
    aspect: str | None = None
    """``9:16``; or ``800x1200``, the size of a picture that it was to follow."""
    sound: bool | None = None


class UncheckableError(Exception):
    """A file asks for more time or memory than a check is worth."""
