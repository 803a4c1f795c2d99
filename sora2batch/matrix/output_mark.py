"""What stands in an input for the result of another job, until that is there.

``{{ still.output }}`` gives a text of noncharacters of Unicode, which no manifest holds: it passes through
templates as any text does, no filter for letters changes it, and it is seen wherever it ends up.

Source: Unicode 16.0, section 23.7 (noncharacters are for a program's own use)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sora2batch.ground.canonical import JsonObject, JsonValue

_BEGIN = "\ufdd0"
_END = "\ufdd1"
_DIGITS = "".join(map(chr, range(0xFDD2, 0xFDE2)))
_WRITE = str.maketrans("0123456789abcdef", _DIGITS)
_READ = str.maketrans(_DIGITS, "0123456789abcdef")
_WHOLE = re.compile(f"{_BEGIN}((?:[{_DIGITS}]{{2}})+){_END}")
_PART = re.compile("[\ufdd0-\ufdef]")


def mark_output(key: str) -> str:
    """Write the mark for the result of a job: its key in hexadecimal digits of its own."""
    return f"{_BEGIN}{key.encode().hex().translate(_WRITE)}{_END}"


def is_output(text: str) -> bool:
    """Tell whether a text is one mark and nothing else; whether it is of any job is another question."""
    return text[:1] == _BEGIN and text[-1] == _END and text.count(_BEGIN) == text.count(_END) == 1


@lru_cache(maxsize=8192)
def key_of_output(text: str) -> str | None:
    """Read whose result a text stands for; None where it is no mark, or more than one."""
    found = _WHOLE.fullmatch(text)
    if found is None:
        return None
    return bytes.fromhex(found[1].translate(_READ)).decode(errors="replace")


def holds_output(value: JsonValue) -> bool:
    """Tell whether there is a mark, or a part of one, anywhere in a value."""
    # Asked for every field of every job, and most texts are plain.
    if type(value) is str:
        return not value.isascii() and _PART.search(value) is not None
    if isinstance(value, list):
        return any(map(holds_output, value))
    if isinstance(value, dict):
        return any(map(holds_output, value.values()))
    return False


def put_outputs(input: JsonObject, made: Mapping[str, Any]) -> dict[str, Any]:
    """Put what was made in the place of each mark; the rest of the input is shared with the new one.

    Args:
        input: as it waits.
        made: by the mark that stands for it.
    """
    return {
        name: made.get(value, value) if type(value) is str else _put(value, made)
        for name, value in input.items()
    }


def _put(value: JsonValue, made: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what is put in, or JSON
    if type(value) is str:
        return made.get(value, value)
    if isinstance(value, list):
        return [_put(item, made) for item in value]
    return put_outputs(value, made) if isinstance(value, dict) else value


def with_names_in(input: JsonObject) -> JsonObject:
    """Write an input for people: in the place of each result stands whose it is."""
    return {name: with_names(item) for name, item in input.items()}


def with_names(value: JsonValue) -> JsonValue:
    """Write a value for people: results are named by the keys of their jobs."""
    if isinstance(value, str):
        return without_marks(value) if holds_output(value) else value
    if isinstance(value, list):
        return [with_names(item) for item in value]
    return with_names_in(value) if isinstance(value, dict) else value


def without_marks(text: str) -> str:
    """Write a text for people: results are named by the keys of their jobs; parts of marks are dropped."""
    named = _WHOLE.sub(lambda found: f"output of {key_of_output(found[0])}", text)
    return _PART.sub("", named)
