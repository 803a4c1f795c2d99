"""What stands between the fields of a CSV file: a comma, or what a spreadsheet puts there elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sora2batch.ground.problem import Fault, Position
from sora2batch.ground.rule import Rule
from sora2batch.manifest.manifest_error import ManifestError

_GUESSED = (",", ";", "\t")
"""In the order in which they are preferred; a bar is taken only where the file says so."""
_SAID = re.compile(r'"?sep=([^\n])"?[ \t,;]*(?:\n|\Z)', re.IGNORECASE)
_KNOWN = (*_GUESSED, "|")
_EMPTY_LINES = re.compile(r"(?:[ \t,;]*\n)*")
# A quote inside a field means nothing, so only one that begins a field may hide a delimiter.
_RECORD = re.compile(r'(?:(?:(?<![^,;\t\n])[ ]*"[^"]*(?:""[^"]*)*"|[^\n]))*')
_QUOTED = re.compile(r'(?<![^,;\t\n])[ ]*"[^"]*(?:""[^"]*)*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a CSV file is to be read."""

    delimiter: str
    start: int
    """Where its header begins, as an offset: behind the line that names the delimiter, if there is one."""


def find_layout(text: str, *, file: str) -> Layout:
    """Take the delimiter that the first line names (``sep=;``), else the one that the header uses most.

    Raises:
        ManifestError: the first line names something else.
    """
    if said := _SAID.match(text):
        if said[1] not in _KNOWN:
            message = (
                f"the separator {said[1]!r} is not known: it must be a comma, a semicolon, a tab or a bar"
            )
            fault = Fault(rule=Rule.CSV_SYNTAX, message=message)
            raise ManifestError([fault.at(file, Position(1, said.start(1) + 1))])
        return Layout(delimiter=said[1], start=said.end())
    return Layout(delimiter=_most_used(_header_of(text)), start=0)


def _header_of(text: str) -> str:
    """Cut out the header's line, without what stands in quotes."""
    empty = _EMPTY_LINES.match(text)
    record = _RECORD.match(text, empty.end() if empty else 0)
    return _QUOTED.sub("", record[0]) if record else ""


def _most_used(header: str) -> str:
    return max(_GUESSED, key=header.count)
