"""A job: one request to pay for, and what makes it the same job tomorrow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, NewType

from sora2batch.ground.canonical import JsonObject, JsonValue, canonical_flat, canonical_json
from sora2batch.ground.file_input import canonical_content

Credits = NewType("Credits", int)
"""SJinn's money; always whole."""
Fingerprint = NewType("Fingerprint", str)
"""``sha256:`` and 64 hex digits."""

FORMER_FOLDER = ".former"
"""Below the output folder: where files go whose name another job's result has now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """An axis, or a further key that only ``include`` brings."""

    name: str
    values: tuple[JsonValue, ...]
    """Those of the axis as written, then those that ``include`` adds."""
    labels: tuple[tuple[str, str], ...]
    """(column name, label) of each value; unique, shared by all jobs."""


class Job(NamedTuple):
    """One request: a tool, its complete input, and which take of it this is.

    A named tuple, for there may be many: as unchangeable as a frozen dataclass, and made in half the time.
    """

    key: str
    """Readable and unique in its manifest: ``group/axis-label/axis-label``, with ``#2`` for take 2 and up."""
    group: str
    labels: tuple[tuple[str, str], ...]
    """(axis, label) in the order of the matrix; then the further keys of an included cell."""
    tool_type: str
    take: int
    """Counts from 1."""
    input: JsonObject
    """What is sent, defaults filled in; a file as ``{"file", "sha256"}``. Never changed in place."""
    fingerprint: Fingerprint
    credits: Credits
    """The price by the catalogue."""
    filename: str
    """Where the result goes, below the output folder; without an extension if the manifest names none."""
    columns: tuple[Column, ...] = ()
    """The axes of its group, with the values as they are written; shared by all jobs of the group."""
    needs: tuple[str, ...] = ()
    """Keys of the jobs whose results it sends; no part of its identity, which has their content."""

    def __repr__(self) -> str:
        """Show everything but the columns: they hold every value of every axis, for all jobs of the group."""
        shown = zip(self._fields, self, strict=True)
        return f"Job({', '.join(f'{name}={value!r}' for name, value in shown if name != 'columns')})"


def fingerprint_of(tool_type: str, input: JsonObject, take: int) -> Fingerprint:
    """Compute a job's identity from what is sent, and from nothing else; a file counts by its content.

    Raises:
        NotCanonicalError: the input has no canonical JSON form.
    """
    # The three keys stand in canonical order, so that only the input has to be looked at.
    content = canonical_flat(input) or canonical_content(input)
    digest = sha256(b'{"input":' + content + _after_input(tool_type, take)).hexdigest()
    return Fingerprint(f"sha256:{digest}")


def fingerprint_of_content(tool_type: str, content: bytes, take: int) -> Fingerprint:
    """Compute the same of an input that is written in canonical JSON already, as it counts."""
    digest = sha256(b'{"input":' + content + _after_input(tool_type, take)).hexdigest()
    return Fingerprint(f"sha256:{digest}")


@lru_cache(maxsize=1024)
def _after_input(tool_type: str, take: int) -> bytes:
    return b',"take":%d,"tool_type":%b}' % (take, canonical_json(tool_type))
