"""A file in an input: ``{"file": "images/fox.jpg", "sha256": HEX}``; its content alone identifies a job."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from orjson import Fragment

from sora2batch.ground.canonical import JsonObject, JsonValue, canonical_flat, canonical_json

_NESTED = frozenset({dict, list})


class FileInput(NamedTuple):
    """A picture, clip or sound of the user's own, as a job names it."""

    file: str
    """Relative to the manifest's folder, with forward slashes; for people, and to find it."""
    sha256: str
    """Of its bytes: 64 hex digits."""

    def to_json(self) -> JsonObject:
        """Write it as a job's input, a lockfile and a plan have it."""
        return {"file": self.file, "sha256": self.sha256}

    @property
    def canonical_content(self) -> Fragment:
        """What counts of it in a fingerprint, in canonical JSON."""
        return Fragment(f'{{"sha256":"{self.sha256}"}}')


def read_file_input(value: JsonValue) -> FileInput | None:
    """Read a file out of an input's value; None for anything else."""
    if not isinstance(value, dict) or len(value) != 2:
        return None
    file, digest = value.get("file"), value.get("sha256")
    if isinstance(file, str) and isinstance(digest, str) and _is_digest(digest):
        return FileInput(file, digest)
    return None


@lru_cache(maxsize=8192)
def _is_digest(text: str) -> bool:
    """Asked for every job, and many jobs share a picture."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def file_inputs_in(value: JsonValue) -> Iterator[FileInput]:
    """Find the files in an input, in its order."""
    if isinstance(value, dict):
        if found := read_file_input(value):
            yield found
            return
        for item in value.values():
            yield from file_inputs_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from file_inputs_in(item)


def with_content_only(input: JsonObject) -> JsonObject:
    """Write an input as its fingerprint counts it: a file is ``{"sha256": HEX}``, wherever it lies."""
    return map_files(input, _content_of)


def canonical_content(input: JsonObject) -> bytes:
    """Write an input in canonical JSON as its fingerprint counts it.

    Raises:
        NotCanonicalError: the input has no canonical JSON form.
    """
    written: dict[str, JsonValue | Fragment] = {**input}
    for name, value in input.items():
        if type(value) is dict and (found := read_file_input(value)):
            written[name] = found.canonical_content
    return canonical_flat(written) or canonical_json(with_content_only(input))


def map_files(input: JsonObject, change: Callable[[FileInput], JsonValue]) -> JsonObject:
    """Put something else in the place of each file; the rest of the input is shared with the new one."""
    # Asked for every job: comparing types takes a fraction of matching classes.
    return {
        name: _mapped(value, change) if type(value) in _NESTED else value for name, value in input.items()
    }


def _content_of(found: FileInput) -> JsonValue:
    return {"sha256": found.sha256}


def _mapped(value: JsonValue, change: Callable[[FileInput], JsonValue]) -> JsonValue:
    if isinstance(value, dict):
        found = read_file_input(value)
        return change(found) if found else {name: _mapped(item, change) for name, item in value.items()}
    return [_mapped(item, change) for item in value] if isinstance(value, list) else value
