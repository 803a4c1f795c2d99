"""Patterns of file names: ``images/**/fox-[0-9]*.{jpg,png}``. The same on every machine, and bounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from typing import NamedTuple

MOST_NAMES = 100_000
MOST_ENTRIES = 1_000_000
"""How many files and folders are looked at for one pattern."""
_MOST_BRANCHES = 1_000
_MAGIC = re.compile(r"[*?\[{]")
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


class PatternError(ValueError):
    """A pattern that means too much; worded so that the pattern goes before it."""


class FolderEntry(NamedTuple):
    """What has a name in a folder."""

    name: str
    is_folder: bool
    """A link to a folder is none."""


List = Callable[[str], Iterable[FolderEntry]]
"""Names what is in a folder, which is named by its path; nothing where there is none."""


class _Segment(NamedTuple):
    text: str
    regex: re.Pattern[str] | None

    def matches(self, name: str) -> bool:
        """Compare letter by letter; a hidden name needs its dot in the pattern."""
        if self.regex is None:
            return name == self.text
        is_shown = not name.startswith(".") or self.text.startswith(".")
        return is_shown and self.regex.match(name) is not None


def names_below(pattern: str, list_folder: List) -> tuple[str, ...]:
    """Find the files that match, sorted by code points; the pattern is a relative path with ``/``.

    Raises:
        PatternError: it means too much, or too many files match.
    """
    found: set[str] = set()
    listed = _Counted(list_folder)
    for branch in _branches(pattern):
        for name in _matches(_segments(branch), listed.entries):
            found.add(name)
            if len(found) > MOST_NAMES:
                raise PatternError(f"matches more than {MOST_NAMES:,} files")
    return tuple(sorted(found))


def entries_of(names: Iterable[str]) -> List:
    """List folders of which only the files are known, by their paths."""
    folders: dict[str, dict[str, bool]] = {"": {}}
    for name in names:
        path, is_folder = name, False
        while path:
            path, _, last = path.rpartition("/")
            listing = folders.setdefault(path, {})
            if last in listing:
                break
            listing[last], is_folder = is_folder, True
    return lambda folder: [FolderEntry(*entry) for entry in folders.get(folder, {}).items()]


class _Counted:
    """Lists each folder once, and only so much."""

    def __init__(self, list_folder: List) -> None:
        self._list = list_folder
        self._known: dict[str, tuple[FolderEntry, ...]] = {}
        self._count = 0

    def entries(self, folder: str) -> tuple[FolderEntry, ...]:
        if folder not in self._known:
            self._known[folder] = found = tuple(self._list(folder))
            self._count += len(found)
            if self._count > MOST_ENTRIES:
                raise PatternError(f"looks into folders with more than {MOST_ENTRIES:,} files")
        return self._known[folder]


def _branches(pattern: str) -> list[str]:
    """Write a pattern once for each way through its braces, the innermost first; odd braces are letters."""
    open_, done = [pattern], list[str]()
    while open_:
        text = open_.pop()
        braces = _BRACES.search(text)
        if braces is None:
            done.append(text)
        else:
            open_ += (f"{text[: braces.start()]}{one}{text[braces.end() :]}" for one in braces[1].split(","))
        if len(open_) + len(done) > _MOST_BRANCHES:
            raise PatternError(f"has more than {_MOST_BRANCHES:,} ways through its braces")
    return done


def _segments(branch: str) -> list[_Segment]:
    parts = [part for part in branch.split("/") if part not in {"", "."}]
    if parts and parts[-1] == "**":
        parts.append("*")
    return [_Segment(part, re.compile(translate(part)) if _MAGIC.search(part) else None) for part in parts]


def _matches(segments: list[_Segment], entries: Callable[[str], tuple[FolderEntry, ...]]) -> Iterator[str]:
    stack, seen = [("", 0)], set[tuple[str, int]]()
    while stack:
        if (here := stack.pop()) in seen:
            continue
        seen.add(here)
        folder, at = here
        if at == len(segments):
            continue
        segment, is_last = segments[at], at == len(segments) - 1
        is_deep = segment.text == "**"
        if is_deep:
            stack.append((folder, at + 1))
        elif segment.regex is None and not is_last:
            stack.append((_below(folder, segment.text), at + 1))
            continue
        for name, is_folder in entries(folder):
            if is_deep:
                if is_folder and not name.startswith("."):
                    stack.append((_below(folder, name), at))
            elif is_folder is not is_last and segment.matches(name):
                if is_last:
                    yield _below(folder, name)
                else:
                    stack.append((_below(folder, name), at + 1))


def _below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
