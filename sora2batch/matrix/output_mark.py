"""What stands in an input for the result of another job, until that is there.

``{{ still.output }}`` gives a text between two noncharacters of Unicode, which no manifest holds: it passes
through templates as any text does, and is seen wherever it ends up.

Source: Unicode 16.0, section 23.7 (noncharacters are for a program's own use)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sora2batch.ground.canonical import JsonObject, JsonValue

_BEGIN = "\ufdd0"
_END = "\ufdd1"
_WHOLE = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*){_END}")


def mark_output(key: str) -> str:
    """Write the mark for the result of a job."""
    return f"{_BEGIN}{key}{_END}"


def is_output(text: str) -> bool:
    """Tell whether a text is one mark and nothing else."""
    return text.startswith(_BEGIN) and _WHOLE.fullmatch(text) is not None


def key_of_output(text: str) -> str | None:
    """Read whose result a text stands for; None where it is no mark, or more than one."""
    found = _WHOLE.fullmatch(text)
    return found[1] if found else None


def holds_output(value: JsonValue) -> bool:
    """Tell whether there is a mark, or a part of one, anywhere in a value."""
    match value:
        case str():
            return _BEGIN in value or _END in value
        case list():
            return any(map(holds_output, value))
        case dict():
            return any(map(holds_output, value.values()))
        case _:
            return False


def outputs_in(value: JsonValue) -> Iterator[str]:
    """Find the keys of the jobs whose results stand in a value, in its order."""
    match value:
        case str():
            if (key := key_of_output(value)) is not None:
                yield key
        case list():
            for item in value:
                yield from outputs_in(item)
        case dict():
            for item in value.values():
                yield from outputs_in(item)
        case _:
            return


def put_outputs(input: JsonObject, made_of: Callable[[str], JsonValue]) -> JsonObject:
    """Put what was made in the place of each mark; the rest of the input is shared with the new one."""
    return {name: _put(value, made_of) for name, value in input.items()}


def _put(value: JsonValue, made_of: Callable[[str], JsonValue]) -> JsonValue:
    match value:
        case str():
            key = key_of_output(value)
            return value if key is None else made_of(key)
        case list():
            return [_put(item, made_of) for item in value]
        case dict():
            return put_outputs(value, made_of)
        case _:
            return value


def without_marks(text: str) -> str:
    """Write a text for people: results are named by the keys of their jobs."""
    return text.replace(_BEGIN, "output of ").replace(_END, "")
