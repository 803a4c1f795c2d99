"""Where values stand in a text: a second pass over it, made only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import yaml

from sora2batch.ground.problem import START, DataPath, Position
from sora2batch.manifest.walker import Source, Walker
from sora2batch.manifest.yaml_events import Mark, events, place_of


class Place(NamedTuple):
    """Where one value starts, and everything in it."""

    position: Position
    items: list[Place] | None = None
    """Of a list."""
    entries: dict[str, Place] | None = None
    """Of a mapping, its values."""
    keys: dict[str, Position] | None = None
    """Of a mapping, where its keys stand."""

    def child(self, part: str | int) -> Place | None:
        """Step down to one value."""
        if isinstance(part, str):
            return self.entries.get(part) if self.entries is not None else None
        return self.items[part] if self.items is not None and part < len(self.items) else None

    def key(self, part: str | int) -> Position | None:
        """Tell where the key of one value stands."""
        return self.keys.get(part) if self.keys is not None and isinstance(part, str) else None


class Locator:
    """Looks up places in one text."""

    def __init__(self, build: Callable[[], Place]) -> None:
        self._build = build
        self._root: Place | None = None

    def value(self, path: DataPath) -> Position:
        """Find where a value starts, or its nearest ancestor that exists."""
        return self._nearest(path)[0].position

    def key(self, path: DataPath) -> Position:
        """Find where a value's key stands; where it has none, the value."""
        parent, depth = self._nearest(path[:-1])
        if path and depth == len(path) - 1:
            return parent.key(path[-1]) or self.value(path)
        return parent.position

    def _nearest(self, path: DataPath) -> tuple[Place, int]:
        place = self._root = self._root or self._build()
        for depth, part in enumerate(path):
            child = place.child(part)
            if child is None:
                return place, depth
            place = child
        return place, len(path)


class PlaceBuilder(Walker[Place]):
    """Makes places; what is merged or aliased stands where it was written."""

    def scalar(self, event: yaml.ScalarEvent) -> Place:
        """Note where a scalar starts."""
        return Place(place_of(event.start_mark))

    def sequence(self, start: Mark, items: list[Place]) -> Place:
        """Note a list."""
        return Place(place_of(start), items=items)

    def mapping(
        self,
        start: Mark,
        entries: dict[str, Place],
        keys: dict[str, Mark],
        merged_keys: dict[str, Position],
    ) -> Place:
        """Note a mapping and its keys."""
        places = merged_keys | {key: place_of(mark) for key, mark in keys.items()}
        return Place(place_of(start), entries=entries, keys=places)

    def sources(self, node: Place) -> list[Source[Place]] | None:
        """Take one mapping, or a list of mappings."""
        nodes = [node] if node.items is None else node.items
        return [(part.entries or {}, part.keys or {}) for part in nodes]

    def nothing(self) -> Place:
        """Go on with a place at the start; valid text never needs it."""
        return Place(START)


def yaml_places(text: str, *, file: str) -> Place:
    """Find every place of a text that is known to be valid YAML."""
    return PlaceBuilder(file=file).walk(events(text))
