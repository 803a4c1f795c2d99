"""YAML events -> plain data, by the core schema of YAML 1.2."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from sora2batch.canonical import JsonValue
from sora2batch.manifest.problems import ManifestError
from sora2batch.manifest.scalar import ScalarError, plain_value, tagged_value
from sora2batch.manifest.syntax import Mark, events, syntax_problem
from sora2batch.manifest.walker import Source, Walker
from sora2batch.problem import Position

_LARGE = 100_000


class DataBuilder(Walker[JsonValue]):
    """Makes plain data; what an anchor names is shared, not copied."""

    def scalar(self, event: yaml.ScalarEvent) -> JsonValue:
        """Tell what a scalar means."""
        try:
            if event.tag is not None:
                return tagged_value(event.tag, event.value)
            return event.value if event.style else plain_value(event.value)
        except ScalarError as error:
            self.report(event.start_mark, str(error))
            return None

    def sequence(self, _start: Mark, items: list[JsonValue]) -> JsonValue:
        """Take the items as they are."""
        return items

    def mapping(
        self,
        _start: Mark,
        entries: dict[str, JsonValue],
        _keys: dict[str, Mark],
        _merged_keys: dict[str, Position],
    ) -> JsonValue:
        """Take the entries as they are."""
        return entries

    def sources(self, node: JsonValue) -> list[Source[JsonValue]] | None:
        """Take one mapping, or a list of mappings."""
        nodes = node if isinstance(node, list) else [node]
        mappings: list[Source[JsonValue]] = [(part, {}) for part in nodes if isinstance(part, dict)]
        return mappings if len(mappings) == len(nodes) else None

    def nothing(self) -> JsonValue:
        """Go on with null."""
        return None


def load_yaml(text: str, *, file: str) -> JsonValue:
    """Read one YAML document as plain data.

    Raises:
        ManifestError: with every problem up to the first place where the text is not YAML.
    """
    builder = DataBuilder(file=file)
    try:
        with _collector_paused(len(text)):
            return builder.walk(events(text))
    except yaml.YAMLError as error:
        problem = syntax_problem(error, text, file=file)
        # What libyaml stumbles over in a line is mostly what we have told already, in better words.
        told = [found for found in builder.problems if found.position.line == problem.position.line]
        raise ManifestError([*builder.problems, *([] if told else [problem])]) from error


@contextmanager
def _collector_paused(size: int) -> Iterator[None]:
    """Keep the cyclic collector from walking a growing tree again and again; it holds no cycles."""
    if size < _LARGE or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
