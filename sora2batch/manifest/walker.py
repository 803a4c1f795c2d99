"""libyaml's events -> one tree of nodes, whatever a node is; without recursion.

Two builders share this: one makes plain data, the other remembers places. So both follow anchors, aliases
and merge keys alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Generic, TypeAlias, TypeVar, cast

import yaml

from sora2batch.ground.problem import START, DataPath, Fault, Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.scalar import TAG_PREFIX, refused_tag, short_tag
from sora2batch.manifest.yaml_events import Mark, place_of

N = TypeVar("N")
Source: TypeAlias = tuple[Mapping[str, N], Mapping[str, Position]]
"""A mapping that a merge key names: its nodes, and where their keys stand if that is known."""

DEPTH_LIMIT = 100
_EXPANSION_LIMIT = 100_000
_EXPANSION_RATIO = 10
_MERGE = "<<"
_NO_TEMPLATE = "a value of an axis or a data file is no template: write the text itself"
_KEY_TAGS = frozenset({"!", *(TAG_PREFIX + name for name in ("str", "int", "float", "bool", "null"))})


@dataclass(slots=True, kw_only=True, eq=False)
class _Frame(Generic[N]):
    """A collection that is still open."""

    start: Mark
    anchor: str | None = None
    size_before: int = 0
    height: int = 1
    """Levels of collections in it, itself included."""
    items: list[N] | None = None
    """Of a sequence."""
    entries: dict[str, N] = field(default_factory=dict)
    """Of a mapping, merged ones included."""
    keys: dict[str, Mark] = field(default_factory=dict)
    """Of a mapping, only those written in it."""
    merged_keys: dict[str, Position] = field(default_factory=dict)
    key: str | None = None
    """Of a mapping, the one whose value comes next."""
    merging: bool = False

    @property
    def wants_key(self) -> bool:
        return self.items is None and self.key is None


@dataclass(frozen=True, slots=True)
class _Anchored(Generic[N]):
    node: N
    size: int
    height: int


class Walker(ABC, Generic[N]):
    """Builds one document's nodes; a subclass says what a node is.

    Problems are collected, so that one walk finds all of them.
    """

    def __init__(self, *, file: str) -> None:
        self._file = file
        self._problems: list[Problem] = []
        self._root: _Frame[N] = _Frame(start=None, items=[])
        self._stack = [self._root]
        self._top = self._root
        self._anchors: dict[str, _Anchored[N] | None] = {}
        self._written = 0
        self._repeated = 0
        self._documents = 0

    @abstractmethod
    def scalar(self, event: yaml.ScalarEvent) -> N:
        """Make the node of a scalar."""

    @abstractmethod
    def sequence(self, start: Mark, items: list[N]) -> N:
        """Make the node of a sequence."""

    @abstractmethod
    def mapping(
        self,
        start: Mark,
        entries: dict[str, N],
        keys: dict[str, Mark],
        merged_keys: dict[str, Position],
    ) -> N:
        """Make the node of a mapping; its keys are the written ones and the merged ones."""

    @abstractmethod
    def sources(self, node: N) -> list[Source[N]] | None:
        """Tell which mappings the value of a merge key names, the first wins; None if it names none."""

    @abstractmethod
    def nothing(self) -> N:
        """Make a node to go on with after a problem."""

    def report(self, mark: Mark, rule: Rule, message: str, *, hint: str | None = None) -> None:
        """Note a problem with the value that is being read, and go on."""
        fault = Fault(path=self._path(), rule=rule, message=message, hint=hint)
        self._problems.append(fault.at(self._file, place_of(mark)))

    def walk(self, events: Iterable[yaml.Event]) -> N:
        """Build the only document of a stream.

        Raises:
            ManifestError: with every problem found.
            yaml.YAMLError: from the events; problems found before it are in ``problems``.
        """
        handlers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._open_sequence,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
            yaml.DocumentStartEvent: self._document,
        }
        for event in events:
            if handler := handlers.get(event.__class__):
                handler(event)
        if self._problems:
            raise ManifestError(self._problems)
        if not self._documents:
            fault = Fault(rule=Rule.EMPTY_FILE, message="the file is empty")
            raise ManifestError([fault.at(self._file, START)])
        return cast("list[N]", self._root.items)[0]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Those found so far."""
        return tuple(self._problems)

    def _document(self, event: yaml.Event) -> None:
        self._documents += 1
        if self._documents > 1:
            message = "a second document starts here; one file holds one document"
            self._give_up(event.start_mark, Rule.SEVERAL_DOCUMENTS, message)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._written += 1
        top = self._top
        if top.items is None and top.key is None:
            self._key(top, event)
            return
        node = self.scalar(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(node, 1, 0)
        self._put(top, node, event.start_mark)

    def _key(self, top: _Frame[N], event: yaml.ScalarEvent) -> None:
        top.key = key = intern(event.value)
        if event.tag is not None and event.tag not in _KEY_TAGS:
            self.report(event.start_mark, Rule.BAD_TAG, refused_tag(event.tag))
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(self.scalar(event), 1, 0)
        top.merging = key == _MERGE and not event.style and event.tag is None
        first = top.keys.setdefault(key, event.start_mark)
        if first is not event.start_mark:
            hint = "merge several with <<: [*a, *b]" if top.merging else None
            message = f"the key is already written in line {place_of(first).line}"
            self.report(event.start_mark, Rule.DUPLICATE_KEY, message, hint=hint)

    def _put(self, top: _Frame[N], node: N, start: Mark) -> None:
        if top.items is not None:
            top.items.append(node)
            return
        if top.key is None:
            top.key = ""  # a collection stood where a key should; reported when it opened
            return
        if top.merging:
            self._merge(top, node, start)
        else:
            top.entries[top.key] = node
        top.key = None

    def _merge(self, top: _Frame[N], node: N, start: Mark) -> None:
        top.merging = False
        sources = self.sources(node)
        if sources is None:
            self.report(start, Rule.BAD_MERGE_KEY, "<< needs a mapping, an alias of one, or a list of these")
        for entries, keys in sources or ():
            for key, value in entries.items():
                if key not in top.entries:
                    top.entries[key] = value
                    if key in keys:
                        top.merged_keys[key] = keys[key]

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._written += 1
        top = self._top
        if top.wants_key:
            self.report(event.start_mark, Rule.NO_KEY, "an alias cannot be a key; write the key out")
            top.key = ""
            return
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            self._report_alias(event)
            self._put(top, self.nothing(), event.start_mark)
            return
        self._repeated += anchored.size - 1
        self._check_expansion(event)
        self._check_depth(event, len(self._stack) - 1 + anchored.height)
        top.height = max(top.height, anchored.height + 1)
        self._put(top, anchored.node, event.start_mark)

    def _report_alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor or ""
        if name in self._anchors:
            message, hint = f"*{name} stands inside of &{name} itself; data cannot be endless", None
        else:
            above = [one for one, anchored in self._anchors.items() if anchored is not None]
            near, quote = did_you_mean(name, above), "put the text in quotes if no alias is meant"
            hint = f"{near} Else {quote}" if near else quote
            message = f"no anchor &{name} stands above this alias"
        self.report(event.start_mark, Rule.BAD_ALIAS, message, hint=hint)

    def _open_sequence(self, event: yaml.SequenceStartEvent) -> None:
        self._open(event, _Frame(start=event.start_mark, items=[]), "!!seq")

    def _open_mapping(self, event: yaml.MappingStartEvent) -> None:
        self._open(event, _Frame(start=event.start_mark), "!!map")

    def _open(self, event: yaml.CollectionStartEvent, frame: _Frame[N], tag: str) -> None:
        if self._top.wants_key:
            self._report_key(event)
        if event.tag is not None and short_tag(event.tag) not in (tag, "!"):
            self.report(event.start_mark, Rule.BAD_TAG, refused_tag(event.tag))
        frame.size_before = self._written + self._repeated
        self._written += 1
        if event.anchor is not None:
            frame.anchor = event.anchor
            self._anchors[event.anchor] = None
        self._check_depth(event, len(self._stack))
        self._stack.append(frame)
        self._top = frame

    def _report_key(self, event: yaml.CollectionStartEvent) -> None:
        outer, inner = place_of(self._top.start), place_of(event.start_mark)
        is_template = inner == Position(outer.line, outer.column + 1)
        if isinstance(event, yaml.MappingStartEvent) and is_template:
            hint = 'put a template in quotes: "{{ ... }}"' if _takes_template(self._path()) else _NO_TEMPLATE
            self.report(self._top.start, Rule.UNQUOTED_TEMPLATE, "{{ starts a mapping here", hint=hint)
        else:
            message = "a list or a mapping cannot be a key; write a text"
            self.report(event.start_mark, Rule.NO_KEY, message)

    def _close(self, _event: yaml.Event) -> None:
        frame = self._stack.pop()
        self._top = top = self._stack[-1]
        top.height = max(top.height, frame.height + 1)
        if frame.items is not None:
            node = self.sequence(frame.start, frame.items)
        else:
            node = self.mapping(frame.start, frame.entries, frame.keys, frame.merged_keys)
        if frame.anchor is not None:
            size = self._written + self._repeated - frame.size_before
            self._anchors[frame.anchor] = _Anchored(node, size, frame.height)
        self._put(top, node, frame.start)

    def _check_depth(self, event: yaml.Event, depth: int) -> None:
        if depth > DEPTH_LIMIT:
            self._give_up(event.start_mark, Rule.TOO_DEEP, f"nested more than {DEPTH_LIMIT} levels deep")

    def _check_expansion(self, event: yaml.Event) -> None:
        size = self._written + self._repeated
        if size > _EXPANSION_LIMIT and size > _EXPANSION_RATIO * self._written:
            message = f"aliases make more than {_EXPANSION_LIMIT} values out of the {self._written} written"
            self._give_up(event.start_mark, Rule.TOO_MANY_ALIASES, message)

    def _give_up(self, mark: Mark, rule: Rule, message: str) -> None:
        problem = Fault(rule=rule, message=message).at(self._file, place_of(mark))
        raise ManifestError([*self._problems, problem])

    def _path(self) -> DataPath:
        path: list[str | int] = []
        for frame in self._stack[1:]:
            if frame.items is not None:
                path.append(len(frame.items))
            elif frame.key is not None:
                path.append(frame.key)
        return tuple(path)


def _takes_template(path: DataPath) -> bool:
    """Tell whether a text here is rendered: not in a matrix, and not in a data file, which is a list."""
    return bool(path) and isinstance(path[0], str) and path[2:3] != ("matrix",)
