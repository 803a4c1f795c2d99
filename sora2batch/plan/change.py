"""What is different between two requests, in a line a reviewer can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import orjson

from sora2batch.ground.canonical import JsonObject, JsonValue, canonical_json
from sora2batch.ground.file_input import FileInput, file_inputs_in, map_files, read_file_input
from sora2batch.ground.text import one_line, without_secrets

_SHOWN = 28
_MOST = 3
_SUFFIXES = {
    "clip": frozenset({"mp4", "mov", "webm", "mkv"}),
    "sound": frozenset({"mp3", "wav", "m4a", "ogg", "flac"}),
}
"""By how a file is called; what it is has been looked at before."""


class FieldChange(NamedTuple):
    """A field that is not what it was."""

    path: str
    """``input.prompt``; ``tool`` of the tool itself."""
    told: str
    """What is different, in a line with the path."""
    before: tuple[JsonValue, ...]
    """*Shape*: its value; nothing where it was not there."""
    after: tuple[JsonValue, ...]
    """*Shape*: as above."""


def field_changes(old_tool: str, old: JsonObject, new_tool: str, new: JsonObject) -> tuple[FieldChange, ...]:
    """Find every field in which two requests differ."""
    tool = FieldChange("tool", _tool_change(old_tool, new_tool), (old_tool,), (new_tool,))
    fields = (_field_change(name, old, new) for name in sorted(old.keys() | new.keys()))
    return (*((tool,) if old_tool != new_tool else ()), *(one for one in fields if one.told))


def _field_change(name: str, old: JsonObject, new: JsonObject) -> FieldChange:
    before, after = ({name: side[name]} if name in side else {} for side in (old, new))
    told = "; ".join(_differences("input", before, after))
    return FieldChange(f"input.{name}", told, tuple(before.values()), tuple(after.values()))


def _tool_change(old: str, new: str) -> str:
    return f'tool: "{old}" → "{new}"'


def describe_change(old_tool: str, old: JsonObject, new_tool: str, new: JsonObject) -> str:
    """Word what changed: ``input.prompt: "slow pan…" → "dolly in…"``; empty if nothing did."""
    parts = [_tool_change(old_tool, new_tool)] if old_tool != new_tool else []
    parts += _differences("input", old, new)
    more = len(parts) - _MOST
    return "; ".join(parts[:_MOST]) + (f"; and {more} more" if more > 0 else "")


def _differences(path: str, old: JsonObject, new: JsonObject) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        here = f"{path}.{name}"
        if name not in new:
            yield f"{here}: {_brief(old[name])} is gone"
        elif name not in old:
            yield f"{here}: {_brief(new[name])} is new"
        elif not _is_same(old[name], new[name]):
            yield from _difference(here, old[name], new[name])


def _is_same(old: JsonValue, new: JsonValue) -> bool:
    """Compare as fingerprints do: for Python 1 and true are equal, for the API they are not."""
    if isinstance(old, str):
        return old == new
    if (before := read_file_input(old)) and (after := read_file_input(new)):
        return before.sha256 == after.sha256
    return old == new and canonical_json(old) == canonical_json(new)


def _difference(path: str, old: JsonValue, new: JsonValue) -> Iterator[str]:
    before, after = read_file_input(old), read_file_input(new)
    if before and after:
        yield f"{path}: {_file_change(before, after)}"
    elif before or after:
        yield f"{path}: {_brief(old)} → {_brief(new)}"
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and _has_files(old, new):
        pairs = enumerate(zip(old, new, strict=True))
        for at, (one, other) in ((at, pair) for at, pair in pairs if not _is_same(*pair)):
            yield from _difference(f"{path}[{at}]", one, other)
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _differences(path, old, new)
    elif isinstance(old, str) and isinstance(new, str):
        yield f"{path}: {_text_difference(old, new)}"
    else:
        yield f"{path}: {_brief(old)} → {_brief(new)}"


def _has_files(*values: JsonValue) -> bool:
    return any(True for value in values for _ in file_inputs_in(value))


def _file_change(old: FileInput, new: FileInput) -> str:
    suffix = new.file.lower().rpartition(".")[2]
    what = next((kind for kind, suffixes in _SUFFIXES.items() if suffix in suffixes), "picture")
    names = "" if old.file == new.file else f" ({one_line(old.file, _SHOWN)} → {one_line(new.file, _SHOWN)})"
    return f"the {what} changed{names}"


def _text_difference(old: str, new: str) -> str:
    before, after = _visible(old), _visible(new)
    start = _start_of_difference(before, after)
    left, right = _excerpt(before, start), _excerpt(after, start)
    if left != right:
        return f'"{left}" → "{right}"'
    if before == after:
        return f'"{_excerpt(before, 0)}" has another password or query'
    return f'"{left}" has other white space or something invisible'


def _start_of_difference(old: str, new: str) -> int:
    """Where to begin showing two texts so that the reader sees them differ."""
    pairs = enumerate(zip(old, new, strict=False))
    common = next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
    if common < _SHOWN // 2:
        return 0
    return max(old.rfind(" ", 0, common) + 1, common - _SHOWN // 2)


def _excerpt(text: str, start: int) -> str:
    return ("…" if start else "") + one_line(" ".join(text[start:].split()), _SHOWN)


def _visible(text: str) -> str:
    """Leave out of a URL what no message may repeat."""
    return without_secrets(text) if text.lower().startswith(("http://", "https://")) else text


def _brief(value: JsonValue) -> str:
    if isinstance(value, str):
        return f'"{_excerpt(_visible(value), 0)}"'
    if found := read_file_input(value):
        return one_line(found.file, _SHOWN)
    shown = map_files({"": value}, lambda found: found.file)[""]
    return one_line(without_secrets(orjson.dumps(shown).decode()), _SHOWN)
