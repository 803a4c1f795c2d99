"""A text as libyaml's scanner takes it apart: what is written, and how deep it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import yaml

from sora2batch.manifest.yaml_events import tokens

_STEP = 2
_NOT_WRITTEN = (
    yaml.StreamStartToken,
    yaml.StreamEndToken,
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockEndToken,
)


class Level(NamedTuple):
    """A block mapping or list that is open."""

    old: int
    """The column at which its entries begin."""
    new: int
    """The column at which they are to begin."""
    is_list: bool
    is_flush: bool = False
    """Whether it is a list whose dashes stand below the key, not further in: to libyaml that is no level."""


Levels: TypeAlias = tuple[Level, ...]


class Piece(NamedTuple):
    """One token that is written."""

    kind: type[yaml.Token]
    style: str | None
    """Of a scalar: ``|``, ``>``, a quote; None of a plain one and of all else."""
    start: int
    """In the text, counted in characters from 0."""
    end: int
    column: int
    begins_entry: bool
    """Whether an entry of a block mapping begins with it."""
    levels: Levels
    """Those that it stands in."""
    in_flow: bool
    """Whether a bracket or brace is open before it."""

    @property
    def indent(self) -> int:
        """The column at which it is to stand, should it be the first of its line."""
        if not self.levels:
            return 0
        top = self.levels[-1]
        if self.in_flow:
            return max(0, self.column + top.new - top.old)
        is_entry = self.begins_entry or self.kind in {yaml.BlockEntryToken, yaml.ValueToken}
        return top.new if is_entry else top.new + _STEP

    @property
    def inner(self) -> int:
        """The column for further lines of a text that begins here."""
        return self.levels[-1].new + _STEP if self.levels else 0


def pieces(text: str) -> Iterator[Piece]:
    """Take a text apart that is known to be valid YAML, with LF at the end of each line."""
    reader = _Reader()
    for token in tokens(text):
        if piece := reader.read(token):
            yield piece


class _Reader:
    """Keeps count of what is open."""

    def __init__(self) -> None:
        self._levels: list[Level] = []
        self._flow = 0
        self._begins_entry = False

    def read(self, token: yaml.Token) -> Piece | None:
        match token:
            case yaml.BlockMappingStartToken():
                self._open(token.start_mark.column, is_list=False)
            case yaml.BlockSequenceStartToken():
                self._open(token.start_mark.column, is_list=True)
            case yaml.BlockEndToken():
                self._close_flush()
                self._levels.pop()
            case yaml.KeyToken():
                self._begin_entry()
            case yaml.ValueToken() if not self._flow:
                self._close_flush()
            case yaml.BlockEntryToken() if not self._levels[-1].is_list:
                column = self._levels[-1].old
                self._levels.append(Level(column, self._levels[-1].new + _STEP, is_list=True, is_flush=True))
            case yaml.FlowMappingEndToken() | yaml.FlowSequenceEndToken():
                self._flow -= 1
                return self._piece(token, in_flow=True)
            case yaml.FlowMappingStartToken() | yaml.FlowSequenceStartToken():
                self._flow += 1
                return self._piece(token, in_flow=self._flow > 1)
        is_written = not isinstance(token, _NOT_WRITTEN) and token.start_mark.index < token.end_mark.index
        return self._piece(token, in_flow=self._flow > 0) if is_written else None

    def _open(self, column: int, *, is_list: bool) -> None:
        new = self._levels[-1].new + _STEP if self._levels else 0
        self._levels.append(Level(column, new, is_list))

    def _close_flush(self) -> None:
        if self._levels and self._levels[-1].is_flush:
            self._levels.pop()

    def _begin_entry(self) -> None:
        if not self._flow:
            self._close_flush()
            self._begins_entry = True

    def _piece(self, token: yaml.Token, *, in_flow: bool) -> Piece:
        begins_entry, self._begins_entry = self._begins_entry, False
        return Piece(
            kind=type(token),
            style=token.style if isinstance(token, yaml.ScalarToken) else None,
            start=token.start_mark.index,
            end=token.end_mark.index,
            column=token.start_mark.column,
            begins_entry=begins_entry,
            levels=tuple(self._levels),
            in_flow=in_flow,
        )
