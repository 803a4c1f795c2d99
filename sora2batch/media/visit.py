"""What came of looking at a URL: a file, none, or no answer that tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sora2batch.media.facts import MediaFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The file came whole."""

    facts: MediaFacts
    redirected_to: str | None = None
    """The host where it is, if the URL only leads there."""


@dataclass(frozen=True, slots=True)
class NotThere:
    """The host has no such file, or something else; worded to stand behind the URL."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotReached:
    """Whether there is one is not known; another time may do better."""

    reason: str


Visit: TypeAlias = Fetched | NotThere | NotReached
