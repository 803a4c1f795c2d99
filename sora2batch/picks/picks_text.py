"""Picks as the text of a picks file, as a person would write it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sora2batch.ground.canonical import JsonObject
from sora2batch.manifest.emit import entry_lines, mapping_lines
from sora2batch.picks.picks import Pick

_HEAD = "# What was marked in the gallery. `sora2batch promote` makes the next manifest of it.\n"
_ITEM = "  - "
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*")


def picks_text(manifest: str, picks: Iterable[Pick], *, head: str = _HEAD) -> str:
    """Write the file; it reads back as these picks.

    Args:
        manifest: the name of the file whose jobs these are.
        picks: in the order in which they are to stand.
        head: comments to begin with.
    """
    lines = ["version: 1", *entry_lines("manifest", manifest)]
    items = [line for pick in picks for line in _item(pick)]
    return head + "\n".join([*lines, *(["picks:", *items] if items else ["picks: []"])]) + "\n"


def head_of(text: str) -> str:
    """Cut off the comments that a file begins with, for the next one to begin with; ours where none are."""
    head = _COMMENTS.match(text.removeprefix("\ufeff"))
    return head[0] if head and "#" in head[0] else _HEAD


def _item(pick: Pick) -> list[str]:
    first, *others = mapping_lines(_entry(pick), indent=len(_ITEM))
    return [_ITEM + first.removeprefix(" " * len(_ITEM)), *others]


def _entry(pick: Pick) -> JsonObject:
    entry: JsonObject = {}
    if pick.key is not None:
        entry["key"] = pick.key
    if pick.fingerprint is not None:
        entry["fingerprint"] = pick.fingerprint
    if pick.favourite is not None:
        entry["favourite"] = pick.favourite
    if pick.rating is not None:
        entry["rating"] = pick.rating
    if pick.note:
        entry["note"] = pick.note
    return entry
