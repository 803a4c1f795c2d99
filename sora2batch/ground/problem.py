"""What is wrong with some data, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from sora2batch.ground.rule import Level, Rule

DataPath = tuple[str | int, ...]
"""The way from a document's root to a value: keys and list indices."""


class Position(NamedTuple):
    """A place in a text; both count from 1, columns in characters."""

    line: int
    column: int


START = Position(1, 1)


class Source(NamedTuple):
    """Where a value that is wrong was written, if not where it is used."""

    file: str
    """As the user gave it."""
    position: Position
    name: str
    """What a template calls it: ``shot.seconds``."""

    def __str__(self) -> str:
        return f"{self.file}:{self.position.line}:{self.position.column}: {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a manifest or one of its data files."""

    file: str
    """The file's name as the user gave it."""
    position: Position
    path: DataPath = ()
    """Where in the data; empty for the whole document."""
    rule: Rule
    message: str
    """What is wrong and what is allowed; with the job's key where only expansion shows it."""
    hint: str | None = None
    """The way out, such as ``did you mean "std"?``."""
    sources: tuple[Source, ...] = ()
    """Where the values come from that a template made this of; the first few."""
    raised_to: Level | None = None
    """What the manifest, or --strict, makes of it; None leaves it to the rule."""

    @property
    def level(self) -> Level:
        """How bad it is here."""
        return self.raised_to or self.rule.level

    @property
    def sentence(self) -> str:
        """The message with its hint in brackets."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    @property
    def line(self) -> str:
        """Write it as a list of problems has it; what is no error says so behind its place."""
        return self._written("" if self.level is Level.ERROR else f"{self.level}: ")

    def __str__(self) -> str:
        return self._written("")

    def _written(self, level: str) -> str:
        where = f"{self.file}:{self.position.line}:{self.position.column}"
        path = format_path(self.path)
        place = f"{where}: {level}{path}" if path else f"{where}: {level}".rstrip(": ")
        return f"{place}: {self.sentence} [{self.rule}]"


class Target(Enum):
    """What a fault points at."""

    VALUE = "value"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with some data, before it has a place in a file."""

    path: DataPath = ()
    """Of what is wrong; of what is missing, if something is; empty for the whole."""
    rule: Rule
    message: str
    """May start with a verb, to stand after the path: ``is "PRO", must be "std" or "pro"``."""
    hint: str | None = None
    target: Target = Target.VALUE

    @property
    def sentence(self) -> str:
        """The message with its hint in brackets."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def at(self, file: str, position: Position) -> Problem:
        """Give it its place."""
        return Problem(
            file=file, position=position, path=self.path, rule=self.rule, message=self.message, hint=self.hint
        )


def format_path(path: DataPath) -> str:
    """Write a path as ``jobs.hero.matrix.exclude[0].quality``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
