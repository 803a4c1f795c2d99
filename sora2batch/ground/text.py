"""Strangers' texts - prompts, errors, URLs - made fit to stand in a line of ours."""

from __future__ import annotations

_READ_AHEAD = 4


def one_line(text: str, room: int) -> str:
    """Write a text on one line, without control or direction characters, cut at ``room`` characters."""
    if len(text) <= room and text.isprintable():
        return text
    # More than enough is cut before the work, so that a huge text costs nothing.
    printable = "".join(one if one.isprintable() else " " for one in text[: _READ_AHEAD * room])
    line = " ".join(printable.split())
    return line if len(line) <= room else f"{line[: room - 1].rstrip()}…"
