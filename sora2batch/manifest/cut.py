"""Plain texts that end before a `` #3`` which was meant to belong to them; to YAML it begins a comment."""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

from sora2batch.ground.problem import DataPath, Fault, Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.manifest.scalar import plain_value
from sora2batch.manifest.walker import Source, Walker
from sora2batch.manifest.yaml_events import Mark, events, place_of

# People who mean a comment write a blank behind the mark; a number, a tag or a colour has none.
_TAIL = re.compile(r"[ \t]+(#\w[^\r\n]*)")
_ROOM = 40


class Cut(NamedTuple):
    """One text, and the comment that it ends before."""

    path: DataPath
    position: Position
    """Of the comment."""
    tail: str
    """The comment, shortened."""

    def problem(self, *, file: str) -> Problem:
        """Say what has happened, and what to do if it was not meant."""
        message = (
            f'the text ends before "{self.tail}", a comment to YAML; put it in quotes if that belongs to it'
        )
        return Fault(path=self.path, rule=Rule.UNQUOTED_COMMENT, message=message).at(file, self.position)


def find_cuts(text: str, *, file: str) -> tuple[Cut, ...]:
    """Find them in a text that is known to be valid YAML."""
    if not (" #" in text or "\t#" in text) or _TAIL.search(text) is None:
        return ()
    finder = _Finder(text, file)
    finder.walk(events(text))
    return tuple(finder.cuts)


class _Finder(Walker[None]):
    """Looks at what follows every plain text."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(file=file)
        self._text = text
        self.cuts: list[Cut] = []

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """Look behind a text, or behind nothing at all."""
        if event.style or event.tag is not None or event.end_mark is None:
            return
        found = _TAIL.match(self._text, event.end_mark.index)
        if found and isinstance(plain_value(event.value), str | None):
            tail = found[1].rstrip()
            place = place_of(event.end_mark)
            column = place.column + found.start(1) - found.start()
            self.cuts.append(
                Cut(
                    path=self._path(),
                    position=Position(place.line, column),
                    tail=tail if len(tail) <= _ROOM else f"{tail[:_ROOM]}...",
                )
            )

    def sequence(self, _start: Mark, _items: list[None]) -> None:
        """Nothing is built."""

    def mapping(self, *_parts: object) -> None:
        """Nothing is built."""

    def sources(self, _node: None) -> list[Source[None]]:
        """Take every merge key; what it names is looked at where it is written."""
        return []

    def nothing(self) -> None:
        """Go on."""
