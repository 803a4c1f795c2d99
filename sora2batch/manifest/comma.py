"""A comma in a text without quotes: inside of braces it begins a new key, which then has no value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from sora2batch.ground.digits import plain_digits
from sora2batch.ground.problem import DataPath, Fault, Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.manifest.source_text import Lines
from sora2batch.manifest.yaml_events import Mark, events

_PAIR = re.compile(r"(?P<key>[^\s:'\"{}\[\],]+)\s*:\s+(?P<value>[^\s'\"{\[&*!|>].*)", re.DOTALL)
_DECIMAL = re.compile(r"([0-9]+),([0-9]+)")
_FIGURES = re.compile(r"[0-9][0-9.,' ]*")


@dataclass(slots=True, eq=False)
class _Frame:
    """A collection that is still open."""

    is_mapping: bool
    is_flow: bool
    count: int = -1
    """Of a list: the place of the item that is read; -1 before the first."""
    keys: list[tuple[str, int]] = field(default_factory=list)
    """Of a mapping: every key and where it starts."""
    wants_value: bool = False
    is_no_data: bool = False
    """Whether a collection stands where a key should, as in ``{{ x }}``: that is told in other words."""

    def begin(self, name: str, mark: Mark) -> bool:
        """Take the start of a node; tell whether it is a key."""
        if not self.is_mapping:
            self.count += 1
            return False
        self.wants_value = not self.wants_value
        if self.wants_value:
            self.keys.append((name, mark.index if mark else 0))
        return self.wants_value

    @property
    def step(self) -> str | int:
        """The last step of the way to the node that is read."""
        return self.keys[-1][0] if self.is_mapping else self.count


@dataclass(slots=True, eq=False)
class _Run:
    """Keys without values, side by side."""

    path: DataPath
    frame: _Frame
    first: int
    """Of its keys, the place of the first in the frame."""
    last: int
    end: int
    """Where in the text it ends."""


def comma_problems(text: str, *, file: str) -> tuple[Problem, ...]:
    """Find every key in braces that has neither a value nor a ``:``, up to where the text is not YAML."""
    lines = Lines(text)
    return tuple(_problem(run, text, lines, file) for run in _runs(text))


def _runs(text: str) -> Iterator[_Run]:
    runs: list[_Run] = []
    try:
        for path, frame, end in _bare_keys(text):
            at = len(frame.keys) - 1
            if runs and runs[-1].frame is frame and runs[-1].last == at - 1:
                runs[-1].last, runs[-1].end = at, end
            else:
                runs.append(_Run(path, frame, at, at, end))
    except yaml.YAMLError:
        pass
    return iter(runs)


def _bare_keys(text: str) -> Iterator[tuple[DataPath, _Frame, int]]:
    stack: list[_Frame] = [_Frame(is_mapping=False, is_flow=False)]
    for event in events(text):
        match event:
            case yaml.ScalarEvent():
                is_key = stack[-1].begin(event.value, event.start_mark)
                if not is_key and _is_nothing(event) and event.start_mark:
                    yield from _bare_key(stack, text, event.start_mark.index)
            case yaml.CollectionStartEvent():
                stack.append(_opened(stack[-1], event))
            case yaml.CollectionEndEvent():
                stack.pop()
            case yaml.AliasEvent():
                stack[-1].begin("", event.start_mark)
            case _:
                pass


def _opened(outer: _Frame, event: yaml.CollectionStartEvent) -> _Frame:
    if outer.begin("", event.start_mark):
        outer.is_no_data = True
    return _Frame(
        is_mapping=isinstance(event, yaml.MappingStartEvent),
        is_flow=bool(event.flow_style),
        is_no_data=outer.is_no_data,
    )


def _bare_key(stack: list[_Frame], text: str, end: int) -> Iterator[tuple[DataPath, _Frame, int]]:
    frame = stack[-1]
    if not (frame.is_flow and frame.is_mapping) or frame.is_no_data:
        return
    start = frame.keys[-1][1]
    written = text[start:end].rstrip()
    if not written.endswith(":"):
        yield tuple(one.step for one in stack[1:]), frame, start + len(written)


def _is_nothing(event: yaml.ScalarEvent) -> bool:
    return not (event.value or event.style or event.tag or event.anchor)


def _problem(run: _Run, text: str, lines: Lines, file: str) -> Problem:
    name, start = run.frame.keys[run.first]
    position = lines.position(start)
    if not run.first:
        message = f'"{name}" stands in braces, but has no ":" and no value'
        return _problem_at(file, position, run, message, "put the text in quotes")
    former, begin = run.frame.keys[run.first - 1]
    message = f'a comma begins a new key in braces: "{former}" ends before it, and "{name}" is another key'
    return _problem_at(file, position, run, message, _way_out(text[begin : run.end]))


def _problem_at(file: str, position: Position, run: _Run, message: str, hint: str) -> Problem:
    return Fault(path=run.path, rule=Rule.UNQUOTED_COMMA, message=message, hint=hint).at(file, position)


def _way_out(pair: str) -> str:
    """Write a key and its text again, so that the comma is part of the text."""
    found = _PAIR.fullmatch(pair)
    if found is None:
        return "put the whole text in one pair of quotes"
    value = " ".join(found["value"].split())
    if digits := plain_digits(value):
        return f"write {found['key']}: {digits}"
    if decimal := _DECIMAL.fullmatch(value):
        return f"a number has a point before its fraction: write {found['key']}: {'.'.join(decimal.groups())}"
    if _FIGURES.fullmatch(value):
        return f"write {found['key']} in digits alone, without separators"
    return f"put the text in quotes: {found['key']}: {json.dumps(value, ensure_ascii=False)}"
