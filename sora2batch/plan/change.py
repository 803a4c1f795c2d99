"""What is different between two requests, in a line a reviewer can read."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from sora2batch.catalog.url import without_secrets
from sora2batch.ground.canonical import JsonObject, JsonValue, canonical_json
from sora2batch.ground.text import one_line

_SHOWN = 28
_MOST = 3


def describe_change(old_tool: str, old: JsonObject, new_tool: str, new: JsonObject) -> str:
    """Word what changed: ``input.prompt: "slow pan…" → "dolly in…"``; empty if nothing did."""
    parts = [f'tool: "{old_tool}" → "{new_tool}"'] if old_tool != new_tool else []
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
    return old == new and canonical_json(old) == canonical_json(new)


def _difference(path: str, old: JsonValue, new: JsonValue) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _differences(path, old, new)
    elif isinstance(old, str) and isinstance(new, str):
        yield f"{path}: {_text_difference(old, new)}"
    else:
        yield f"{path}: {_brief(old)} → {_brief(new)}"


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
    return one_line(without_secrets(orjson.dumps(value).decode()), _SHOWN)
