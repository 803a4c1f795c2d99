"""A problem as a person sees it: the message, the line of the file, and a caret under the place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from unicodedata import category

from sora2batch.ground.option_words import said
from sora2batch.ground.problem import Position, Problem
from sora2batch.ground.terminal_width import cell_count
from sora2batch.ground.text import visible, without_secrets

_MOST_PROBLEMS = 50
_LARGEST_FILE = 16 * 1024 * 1024
_ROOM = 96
"""Cells of a line that are shown; of a longer one, what is around the caret."""
_BEFORE = 60
_BREAK = re.compile("\r\n|\n|\r")
_TAB = "    "


class Excerpts:
    """Shows lines of files, each file read once; one that cannot be read shows nothing."""

    def __init__(self) -> None:
        self._lines: dict[str, Sequence[str]] = {}

    def lines_at(self, file: str, place: Position) -> Iterator[str]:
        """Write the line of a place, and a caret under its column."""
        lines = self._lines_of(file)
        if not 0 < place.line <= len(lines):
            return
        line = lines[place.line - 1]
        before, after = _cut(_shown(line[: place.column - 1]), _shown(line[place.column - 1 :]))
        if not (before + after).strip():
            return
        number = f"{place.line:>5}"
        yield f"{number} | {before}{after}"
        yield f"{' ' * len(number)} | {' ' * cell_count(before)}^"

    def _lines_of(self, file: str) -> Sequence[str]:
        if file not in self._lines:
            self._lines[file] = ()
            with suppress(OSError, ValueError):
                self._lines[file] = _read(Path(file))
        return self._lines[file]


def problem_lines(problems: Sequence[Problem], *, most: int = _MOST_PROBLEMS) -> Iterator[str]:
    """Write problems with their lines; of a flood the first, and how many more there are."""
    excerpts = Excerpts()
    for problem in islice(problems, most):
        yield visible(problem.line)
        yield from excerpts.lines_at(problem.file, problem.position)
        for source in problem.sources:
            yield visible(f"  from {source}")
            yield from excerpts.lines_at(source.file, source.position)
    if (more := len(problems) - most) > 0:
        yield f"… and {more:,} more ({said('--json', '`validate`')} lists all)"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems of several files by place; what is said twice is kept once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda one: (one.file, one.position)))


def _read(path: Path) -> Sequence[str]:
    if not path.is_file() or path.stat().st_size > _LARGEST_FILE:  # a pipe would be read for ever
        return ()
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode(errors="replace")
    return _BREAK.split(text)


def _shown(text: str) -> str:
    """Write a piece of a line so that each of its characters is seen, without a URL's secrets."""
    plain = without_secrets(text).replace("\t", _TAB)
    return plain if plain.isprintable() else "".join(map(_visible, plain))


def _visible(character: str) -> str:
    is_seen = character.isprintable() or category(character).startswith("M")
    return character if is_seen else f"\\u{ord(character):04x}"


def _cut(before: str, after: str) -> tuple[str, str]:
    """Keep what is around the caret of a line that is too long."""
    if cell_count(before) + cell_count(after) > _ROOM:
        if cell_count(before) > _BEFORE:
            before = "…" + _last(before, _BEFORE - 1)
        after = _first(after, _ROOM - cell_count(before))
    return before, after


def _first(text: str, room: int) -> str:
    kept, used = "", 0
    for character in text:
        used += cell_count(character)
        if used >= room:
            return f"{kept}…"
        kept += character
    return kept


def _last(text: str, room: int) -> str:
    at, used = len(text), 0
    while at and (used := used + cell_count(text[at - 1])) <= room:
        at -= 1
    return text[at:]
