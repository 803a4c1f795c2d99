"""YAML events -> plain data, by the core schema of YAML 1.2."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.problem import Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.manifest.comma import comma_problems
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.scalar import ScalarError, plain_value, tagged_value
from sora2batch.manifest.walker import Source, Walker
from sora2batch.manifest.yaml_events import Mark, events, place_of, syntax_problem

_LARGE = 100_000
_QUOTE = "put the text in quotes"


class DataBuilder(Walker[JsonValue]):
    """Makes plain data; what an anchor names is shared, not copied."""

    def __init__(self, *, file: str) -> None:
        super().__init__(file=file)
        self.has_blank = False
        """Whether a value is not written at all, as after the key of ``a:``, or of ``{a: 1, b}``."""
        self.anchored: list[tuple[str, str, Position]] = []
        """Texts without quotes that have an anchor: its name, the text, the place."""

    def scalar(self, event: yaml.ScalarEvent) -> JsonValue:
        """Tell what a scalar means."""
        try:
            if event.tag == "!" and not event.style and isinstance(plain_value(event.value), str):
                message = 'a "!" here is no part of the text'
                self.report(event.start_mark, Rule.UNQUOTED_TEXT, message, hint=_QUOTE)
            if event.anchor is not None and not event.style:
                self.anchored.append((event.anchor, event.value, place_of(event.start_mark)))
            if event.tag is not None:
                return tagged_value(event.tag, event.value)
            if event.style:
                return event.value
            if not event.value:
                self.has_blank = True
            return plain_value(event.value)
        except ScalarError as error:
            self.report(event.start_mark, error.rule, str(error))
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
            data = builder.walk(events(text))
    except yaml.YAMLError as error:
        problem = syntax_problem(error, text, file=file)
        found = _with_commas(builder, text, file)
        # What libyaml stumbles over in a line is mostly what we have told already, in better words.
        told = [one for one in found if one.position.line == problem.position.line]
        raise ManifestError([*found, *([] if told else [problem])]) from error
    except ManifestError as error:
        raise ManifestError(_with_commas(builder, text, file) or error.problems) from error
    if (builder.has_blank or builder.anchored) and (slips := _slips(builder, text, file)):
        raise ManifestError(slips)
    return data


def _slips(builder: DataBuilder, text: str, file: str) -> list[Problem]:
    """Find what YAML takes without a word, and nobody means: lost texts."""
    commas = comma_problems(text, file=file) if builder.has_blank else ()
    return [*commas, *_unused_anchors(builder, text, file)]


def _unused_anchors(builder: DataBuilder, text: str, file: str) -> Iterator[Problem]:
    """Find texts such as ``&fox runs``, of which only ``runs`` would be left."""
    for anchor, value, place in builder.anchored:
        is_text = not value or isinstance(plain_value(value), str)
        if is_text and not re.search(rf"\*{re.escape(anchor)}(?![\w-])", text):
            message = f'"&{anchor}" names a value that no alias uses, and is no part of a text'
            yield Problem(file=file, position=place, rule=Rule.UNQUOTED_TEXT, message=message, hint=_QUOTE)


def _with_commas(builder: DataBuilder, text: str, file: str) -> list[Problem]:
    """Add the commas that begin keys to what was found; they explain what else was found at their keys."""
    if not builder.has_blank:
        return list(builder.problems)
    commas = comma_problems(text, file=file)
    lines = {one.position.line for one in commas}
    return [*commas, *(one for one in builder.problems if one.position.line not in lines)]


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
