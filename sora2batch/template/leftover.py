"""What should not be left in a text that somebody pays for: marks of templates and merges, and holes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sora2batch.ground.canonical import JsonValue
from sora2batch.manifest.conflict import has_conflict

MARKS = ("{{", "{%", "{#")
_PUNCTUATION = frozenset(",.;:!?")
_BRACKETS = frozenset({"()", "[]", '""', "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"})
_ROOM = 16
_AT_ONCE = 1000


def holds_mark(text: str) -> bool:
    """Tell whether a text holds what belongs to a template or to a merge."""
    # Nearly no prompt has any of these characters, and to look for one is quicker than for two.
    if "{" in text and any(mark in text for mark in MARKS):
        return True
    return ("<" in text or ">" in text or "|" in text) and has_conflict(text)


def any_holds_mark(values: Sequence[JsonValue]) -> bool:
    """Tell the same of many values; texts are looked through by the thousand."""
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE]
        try:
            text = "\n".join(some)  # type: ignore[arg-type]  # that is what the except is for
        except TypeError:
            distinct = {
                id(value): value for value in some
            }.values()  # jobs that send one file share its value
            text = "\n".join(text for value in distinct for text in texts_in(value))
        if holds_mark(text):
            return True
    return False


def texts_in(value: JsonValue) -> Iterator[str]:
    """Find every text of a value, however it is nested."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from texts_in(item)
        case dict():
            for item in value.values():
                yield from texts_in(item)


def hole_in(pieces: Sequence[str]) -> str | None:
    """Show the first place at which an empty or padded piece left two blanks, or a blank too many.

    What one piece has in its middle was written so; only where two meet can a template be to blame.
    """
    text, at = "".join(pieces), 0
    for piece in pieces:
        left, right = text[max(at - 1, 0) : at], text[at : at + 1]
        if (_is_blank(left) and _is_blank(right)) or (not piece and _is_hole(left, right)):
            return _shown(text, at)
        at += len(piece)
    return None


def _is_blank(character: str) -> bool:
    return character in {" ", "\t"}


def _is_hole(left: str, right: str) -> bool:
    """Tell whether nothing at all, between these two characters, leaves something odd."""
    is_start, is_end = left in {"", "\n"}, right in {"", "\n"}
    if is_start or is_end:
        return (is_start and (_is_blank(right) or right in _PUNCTUATION)) or (is_end and _is_blank(left))
    return left + right in _BRACKETS or (_is_blank(left) and right in _PUNCTUATION)


def _shown(text: str, at: int) -> str:
    start, end = max(at - _ROOM, 0), at + _ROOM
    shown = f"{'...' if start else ''}{text[start:end]}{'...' if end < len(text) else ''}"
    return "".join(one if one.isprintable() else "\N{MIDDLE DOT}" for one in shown)
