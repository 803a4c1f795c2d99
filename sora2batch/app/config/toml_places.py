"""Where each key of a TOML text stands, which ``tomllib`` does not tell. The text is known to be sound."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

TomlPath = tuple[str | int, ...]
"""Keys, and positions in arrays."""

_TOKEN = re.compile(
    r"""
      (?P<blank> [ \t\r]+ | \#[^\n]* )
    | (?P<line> \n )
    | (?P<text> \"\"\"(?:\\.|[^\\])*?\"\"\"(?!\") | '''.*?'''(?!') | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<mark> [\[\]{}=.,] )
    | (?P<bare> [^\s\[\]{}=.,"'\#]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


class _Token(NamedTuple):
    text: str
    start: int


def key_places(text: str) -> Mapping[TomlPath, int]:
    """Find where each key begins; of one that several tables share, where it is first named."""
    scanner = _Scanner(text)
    scanner.scan()
    return scanner.places


class _Scanner:
    """Goes through the tokens once; comments and blanks are left out."""

    def __init__(self, text: str) -> None:
        self.places: dict[TomlPath, int] = {}
        self._tokens = list(_tokens(text))
        self._at = 0
        self._begun: Counter[TomlPath] = Counter()
        """How many tables of each array of tables have begun so far."""

    def scan(self) -> None:
        """Go through all of the text."""
        table: TomlPath = ()
        while self._at < len(self._tokens):
            if self._next == "\n":
                self._at += 1
            elif self._next == "[":
                table = self._header()
            else:
                self._pair(table)

    @property
    def _next(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _key(self, above: TomlPath) -> TomlPath:
        """Take one part of a key."""
        token = self._tokens[self._at]
        self._at += 1
        path = (*above, _spelled(token.text))
        self.places.setdefault(path, token.start)
        return path

    def _header(self) -> TomlPath:
        brackets = 2 if [token.text for token in self._tokens[self._at : self._at + 2]] == ["[", "["] else 1
        self._at += brackets
        path: TomlPath = ()
        while True:
            path = self._key(path)
            is_last = self._next != "."
            if is_last and brackets == 2:  # an array of tables
                self._begun[path] += 1
            if path in self._begun:
                path = (*path, self._begun[path] - 1)
            self._at += brackets if is_last else 1
            if is_last:
                return path

    def _pair(self, table: TomlPath) -> None:
        path = self._key(table)
        while self._next == ".":
            self._at += 1
            path = self._key(path)
        self._at += 1
        self._value(path)

    def _value(self, path: TomlPath) -> None:
        opening = self._next
        if opening not in {"[", "{"}:
            while self._next not in {"", "\n", ",", "]", "}"}:
                self._at += 1
            return
        self._at += 1
        number = 0
        while self._next not in {"]", "}"}:
            if self._next in {",", "\n"}:
                self._at += 1
            elif opening == "{":
                self._pair(path)
            else:
                self._value((*path, number))
                number += 1
        self._at += 1


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "blank":
            yield _Token(found[0], found.start())


def _spelled(token: str) -> str:
    """Read one part of a key."""
    if token.startswith("'"):
        return token[1:-1]
    return _ESCAPE.sub(_character, token[1:-1]) if token.startswith('"') else token


def _character(found: re.Match[str]) -> str:
    if code := found[1] or found[2]:
        return chr(int(code, 16))
    return _SHORT.get(found[3], found[3])
