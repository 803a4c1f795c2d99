"""The words that a user meets, each in a sentence or two: ``terms.toml``; ``docs/words.md`` is made of it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Term(NamedTuple):
    """A word of the command line, of manifests or of lockfiles."""

    name: str
    text: str
    """What it means; plain sentences. A line that begins with blanks stands as it is."""
    also: tuple[str, ...] = ()
    """Other words that people look for it by."""
    see: tuple[str, ...] = ()
    """Terms and commands that lead on."""


@cache
def terms() -> tuple[Term, ...]:
    """Read them all, sorted by name."""
    with Path(__file__).with_name("terms.toml").open("rb") as file:
        found = tomllib.load(file)["term"]
    return tuple(
        Term(one["name"], one["text"], tuple(one.get("also", ())), tuple(one.get("see", ()))) for one in found
    )
