"""JSON text -> plain data, and the places in it.

JSON is read as JSON and not as the YAML that it nearly is: escapes of surrogate pairs, and tabs between
values, are things that libyaml does not take.
"""

from __future__ import annotations

import json
import math
import re
from itertools import islice

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.digits import SAFE_INTEGER
from sora2batch.ground.problem import START, DataPath, Fault, Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.manifest.locate import Place
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.scalar import ScalarError, finite_float, safe_integer
from sora2batch.manifest.source_text import Lines
from sora2batch.manifest.walker import DEPTH_LIMIT

_HALF_PAIR = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_SAFE_DIGITS = len(str(SAFE_INTEGER)) - 1


def load_json(text: str, *, file: str) -> JsonValue:
    """Read JSON as plain data.

    Raises:
        json.JSONDecodeError: the text is not JSON.
        ManifestError: it is, but says something twice, or something that JSON cannot carry faithfully.
    """
    hooks = _Hooks()
    try:
        data: JsonValue = json.loads(
            text,
            object_pairs_hook=hooks.mapping,
            parse_int=hooks.integer,
            parse_float=hooks.float,
            parse_constant=hooks.constant,
        )
    except RecursionError:
        json_places(text, file=file)
        raise
    if hooks.suspicious or _HALF_PAIR.search(text) or _is_deep(data):
        json_places(text, file=file)
    return data


def json_places(text: str, *, file: str) -> Place:
    """Find every place of a text that is known to be JSON.

    Raises:
        ManifestError: with every duplicate key, and every value that JSON cannot carry faithfully.
    """
    return _Scanner(text, file).scan()


class _Hooks:
    """Looks at values while they are read; only notes that a closer look is due."""

    def __init__(self) -> None:
        self.suspicious = False

    def mapping(self, pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        entries = dict(pairs)
        self.suspicious |= len(entries) != len(pairs)
        return entries

    def integer(self, digits: str) -> int:
        if len(digits) <= _SAFE_DIGITS:
            return int(digits)
        try:
            return safe_integer(digits)
        except ScalarError:
            self.suspicious = True
            return 0

    def float(self, digits: str) -> float:
        number = float(digits)
        self.suspicious |= math.isinf(number)
        return number

    def constant(self, _name: str) -> None:
        self.suspicious = True


def _is_deep(data: JsonValue) -> bool:
    level = [data]
    for _ in range(DEPTH_LIMIT):
        level = [part for parent in level for part in _parts(parent) if isinstance(part, (dict, list))]
        if not level:
            return False
    return True


def _parts(value: JsonValue) -> list[JsonValue]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []


class _Scanner:
    """Walks over the tokens of JSON; its grammar has been checked before."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._lines = Lines(text)
        self._problems: list[Problem] = []
        self._root: list[Place] = []
        self._stack: list[Place] = [Place(START, items=self._root)]
        self._keys: list[str | None] = [None]
        """The key whose value comes next, for each open collection."""

    def scan(self) -> Place:
        for token in _TOKEN.finditer(self._text):
            self._take(token[0], token.start())
        if self._problems:
            raise ManifestError(self._problems)
        return self._root[0]

    def _take(self, token: str, offset: int) -> None:
        match token:
            case "{":
                self._open(Place(self._lines.position(offset), entries={}, keys={}))
            case "[":
                self._open(Place(self._lines.position(offset), items=[]))
            case "}" | "]":
                self._stack.pop()
                self._keys.pop()
            case ",":
                self._keys[-1] = None
            case ":":
                pass
            case _:
                self._scalar(token, self._lines.position(offset))

    def _open(self, place: Place) -> None:
        if len(self._stack) > DEPTH_LIMIT:
            message = f"nested more than {DEPTH_LIMIT} levels deep"
            fault = Fault(rule=Rule.TOO_DEEP, message=message)
            raise ManifestError([*self._problems, fault.at(self._file, place.position)])
        self._add(place)
        self._stack.append(place)
        self._keys.append(None)

    def _scalar(self, token: str, position: Position) -> None:
        keys = self._stack[-1].keys
        if keys is not None and self._keys[-1] is None:
            self._key(keys, token, position)
            return
        self._check(token, position)
        self._add(Place(position))

    def _key(self, keys: dict[str, Position], token: str, position: Position) -> None:
        key = self._keys[-1] = json.loads(token)
        self._check(token, position)
        first = keys.setdefault(key, position)
        if first is not position:
            self._report(position, Rule.DUPLICATE_KEY, f"the key is already written in line {first.line}")

    def _add(self, place: Place) -> None:
        parent, key = self._stack[-1], self._keys[-1]
        if parent.items is not None:
            parent.items.append(place)
        elif parent.entries is not None and key is not None:
            parent.entries[key] = place

    def _check(self, token: str, position: Position) -> None:
        if token.startswith('"'):
            if _HALF_PAIR.search(token) and _has_half_pair(json.loads(token)):
                message = "half of a surrogate pair (\\ud800 to \\udfff) is no character"
                self._report(position, Rule.UNSAFE_VALUE, message)
            return
        try:
            _check_number(token)
        except ScalarError as error:
            self._report(position, error.rule, str(error))

    def _report(self, position: Position, rule: Rule, message: str) -> None:
        fault = Fault(path=self._path(), rule=rule, message=message)
        self._problems.append(fault.at(self._file, position))

    def _path(self) -> DataPath:
        path: list[str | int] = []
        for place, key in islice(zip(self._stack, self._keys, strict=True), 1, None):
            if place.items is not None:
                is_open = place is not self._stack[-1]
                path.append(len(place.items) - is_open)
            elif key is not None:
                path.append(key)
        return tuple(path)


def _has_half_pair(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _check_number(token: str) -> None:
    if token in ("NaN", "Infinity", "-Infinity"):
        raise ScalarError(Rule.UNSAFE_VALUE, f"{token} is not a number that JSON can carry")
    if token not in ("true", "false", "null"):
        safe_integer(token) if token.lstrip("-").isdigit() else finite_float(token)
