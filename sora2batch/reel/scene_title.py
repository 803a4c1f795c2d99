"""What a clip is called in a reel: the labels that tell it from the others."""

from __future__ import annotations

from collections.abc import Sequence

from sora2batch.reel.edit_list import Footage

GROUP, TAKE = "group", "take"
_BETWEEN = " · "


class Titles:
    """Names clips by the axes in which they differ; where there is none, by the last part of the key."""

    def __init__(self, footage: Sequence[Footage], *, without: Sequence[str] = ()) -> None:
        seen: dict[str, set[str | None]] = {}
        for one in footage:
            labels = dict(one.labels)
            for axis in labels:
                seen.setdefault(axis, set())
        for one in footage:
            labels = dict(one.labels)
            for axis, values in seen.items():
                values.add(labels.get(axis))
        self._told = {axis for axis, values in seen.items() if len(values) > 1} - set(without)

    def of(self, one: Footage) -> str:
        """Name a clip."""
        told = [_word(axis, label) for axis, label in one.labels if axis in self._told]
        return _BETWEEN.join(told) or one.key.rpartition("/")[2]

    def shared(self, one: Footage) -> str:
        """Name what several clips have in common that are shown together; empty where that is nothing."""
        return _BETWEEN.join(_word(axis, label) for axis, label in one.labels if axis in self._told)


def _word(axis: str, label: str) -> str:
    return f"take {label.removeprefix('#')}" if axis == TAKE else label
