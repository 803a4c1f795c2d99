"""A text as plain data, and where in the text each value stands."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import partial

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.problem import DataPath, Fault, Position, Problem, Target
from sora2batch.ground.rule import Rule
from sora2batch.manifest.conflict import refuse_dividers
from sora2batch.manifest.construct import load_yaml
from sora2batch.manifest.cut import Cut, find_cuts
from sora2batch.manifest.jsontext import json_places, load_json
from sora2batch.manifest.locate import Locator, yaml_places
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.source_text import Lines, decode
from sora2batch.manifest.suppression import IgnoreComment, ignore_comments

_JSON_START = re.compile(r"\s*[\[{]")
_JSON_COMMENT = re.compile(r"[\s,]*(/\*|//(?![\w-]+\.\w))")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """The data of one file. Places are looked up in a second pass, only when somebody asks."""

    file: str
    """As problems name it."""
    data: JsonValue
    locator: Locator = field(repr=False, compare=False)
    cuts: tuple[Cut, ...] = field(default=(), repr=False, compare=False)
    """Texts that may have been meant to be longer."""
    ignore_comments: tuple[IgnoreComment, ...] = field(default=(), repr=False, compare=False)
    """What its comments say about lint."""

    def position(self, path: DataPath) -> Position:
        """Find where a value starts; for a path that does not exist, its nearest ancestor that does."""
        return self.locator.value(path)

    def key_position(self, path: DataPath) -> Position:
        """Find where the key of a value stands; the value itself where it has none."""
        return self.locator.key(path)

    def problem(self, fault: Fault) -> Problem:
        """Give a fault of the data its place."""
        find = self.key_position if fault.target is Target.KEY else self.position
        return fault.at(self.file, find(fault.path))


def parse_document(text: bytes, *, file: str) -> Document:
    """Read YAML 1.2 (core schema) or JSON, in UTF-8.

    Raises:
        ManifestError: with every problem found; it names ``file``.
    """
    decoded = decode(text, file=file)
    refuse_dividers(decoded, file=file)
    if file.lower().endswith(".json") or _JSON_START.match(decoded):
        try:
            return _parse_json(decoded, file)
        except json.JSONDecodeError as error:
            return _parse_yaml_instead(decoded, file, error)
    return _parse_yaml(decoded, file)


def _parse_json(text: str, file: str) -> Document:
    data = load_json(text, file=file)
    return Document(file=file, data=data, locator=Locator(partial(json_places, text, file=file)))


def _parse_yaml(text: str, file: str) -> Document:
    data = load_yaml(text, file=file)
    locator = Locator(partial(yaml_places, text, file=file))
    return Document(
        file=file,
        data=data,
        locator=locator,
        cuts=find_cuts(text, file=file),
        ignore_comments=ignore_comments(text),
    )


def _parse_yaml_instead(text: str, file: str, error: json.JSONDecodeError) -> Document:
    """Take what only looked like JSON as YAML; if it is neither, tell what got further."""
    if comment := _JSON_COMMENT.match(text, error.pos):
        # To YAML it is the beginning of a text, which would be paid for.
        place = Lines(text).position(comment.start(1))
        hint = "remove it, or write it as YAML does: # and a blank"
        fault = Fault(rule=Rule.JSON_SYNTAX, message="JSON has no comments", hint=hint)
        raise ManifestError([fault.at(file, place)]) from error
    try:
        return _parse_yaml(text, file)
    except ManifestError as refused:
        place = Position(error.lineno, error.colno)
        if not text.strip() or refused.problems[0].position >= place:
            raise
        fault = Fault(rule=Rule.JSON_SYNTAX, message=f"is not JSON: {error.msg}")
        raise ManifestError([fault.at(file, place)]) from error
