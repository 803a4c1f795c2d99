"""One thing that may be meant by what is typed."""

from __future__ import annotations

from typing import NamedTuple


class Candidate(NamedTuple):
    """What may be meant; what ends in a slash or an equals sign goes on."""

    value: str
    told: str = ""
    """A word about it."""
