"""libyaml's complaints in plain words, and its events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import TypeAlias

import yaml
from yaml._yaml import Mark as LibyamlMark

from sora2batch.ground.problem import START, Fault, Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.manifest.slip import slip_at

Mark: TypeAlias = yaml.Mark | LibyamlMark | None
"""A place as PyYAML's events carry it; libyaml's are never None."""

# libyaml ends a line at these three as YAML 1.1 did; to YAML 1.2 and JSON they are ordinary characters.
_OLD_BREAKS = re.compile("[\x85\u2028\u2029]")

_AT_CONTEXT = {
    "while scanning a quoted scalar",
    "while parsing a flow sequence",
    "while parsing a flow mapping",
    "while scanning an alias",
    "while scanning an anchor",
    "while scanning a simple key",
}
"""Where the place of the opening mark tells more than the place where libyaml gave up."""

_BY_PROBLEM: dict[str, tuple[str, str | None]] = {
    "mapping values are not allowed in this context": (
        'a ":" with a space after it cannot stand here',
        "put the text in quotes, or check the indentation",
    ),
    "block sequence entries are not allowed in this context": (
        'a list item "- " cannot start here',
        "begin the list on a line of its own, or put the text in quotes",
    ),
    "mapping keys are not allowed in this context": (
        'a key with "?" cannot start here',
        "put the text in quotes, or check the indentation",
    ),
    "did not find expected key": (
        "a key was expected here",
        "check the indentation, and put a text with quotes or braces inside in quotes as a whole",
    ),
    "did not find expected '-' indicator": (
        'a list item "- " was expected here',
        "check the indentation",
    ),
    "did not find expected ',' or ']'": ('the list that starts here is not closed with "]"', None),
    "did not find expected ',' or '}'": ('the mapping that starts here is not closed with "}"', None),
    "could not find expected ':'": (
        'a ":" is missing after this key',
        'or, should it be an item of a list, a "- " before it',
    ),
    "did not find expected node content": ("a value is missing before this", None),
    "found unexpected end of stream": ("the quoted text that starts here is never closed", None),
    "found unexpected document indicator": ("the quoted text that starts here is never closed", None),
    "found unknown escape character": (
        "an unknown escape after the backslash",
        r"write \\ for a backslash, or use single quotes",
    ),
    "found invalid Unicode character escape code": ("this escape names no character", None),
    "did not find expected hexdecimal number": ("this escape needs hexadecimal digits", None),
    "found undefined tag handle": ("this tag is not allowed; a manifest is plain data", None),
    "found incompatible YAML document": ("this YAML version is not known", "remove the %YAML line"),
    "did not find expected <document start>": ("the document has ended before this", None),
    "found a tab character that violates indentation": (
        "a tab is used for indentation",
        "YAML wants spaces",
    ),
    "found a tab character where an indentation space is expected": (
        "a tab is used for indentation",
        "YAML wants spaces",
    ),
}

_ENDED_SOMEHOW = ("the file ends here, but something is still open", "close quotes, brackets and braces")
_ENDED: dict[str, tuple[str, str | None]] = {
    "while scanning a quoted scalar": _BY_PROBLEM["found unexpected end of stream"],
    "while parsing a flow sequence": _BY_PROBLEM["did not find expected ',' or ']'"],
    "while parsing a flow mapping": _BY_PROBLEM["did not find expected ',' or '}'"],
}
"""What the end of the text left open."""

_BY_CONTEXT: dict[str, tuple[str, str | None]] = {
    "while scanning an alias": ('"*" starts an alias here', "put the text in quotes"),
    "while scanning an anchor": ('"&" starts an anchor here', "put the text in quotes"),
}


def events(text: str) -> Iterator[yaml.Event]:
    """Parse a text into libyaml's events.

    Raises:
        yaml.YAMLError: while iterating, where the text is not YAML.
    """
    if text.isascii() or not _OLD_BREAKS.search(text):
        return iter(yaml.CSafeLoader(text).get_event, None)
    return _events_with_old_breaks(text)


def _events_with_old_breaks(text: str) -> Iterator[yaml.Event]:
    stand_ins = _stand_ins(text)
    back = {stand_in: mark for mark, stand_in in stand_ins.items()}
    for event in iter(yaml.CSafeLoader(text.translate(stand_ins)).get_event, None):
        if isinstance(event, yaml.ScalarEvent):
            event.value = event.value.translate(back)
        yield event


def _stand_ins(text: str) -> dict[int, int]:
    """Choose a character that is not in the text for each that libyaml would end a line at."""
    unused = (code for code in count(0xF0000) if chr(code) not in text)
    return {ord(mark): next(unused) for mark in "\x85\u2028\u2029"}


def tokens(text: str) -> Iterator[yaml.Token]:
    """Take a text apart into libyaml's tokens, by their places; their values may have stand-ins.

    Raises:
        yaml.YAMLError: while iterating, where the text is not YAML.
    """
    return iter(yaml.CSafeLoader(text.translate(_stand_ins(text))).get_token, None)


def place_of(mark: Mark) -> Position:
    """Tell the place of a mark; libyaml counts from 0."""
    return Position(mark.line + 1, mark.column + 1) if mark else START


def syntax_problem(error: yaml.YAMLError, text: str, *, file: str) -> Problem:
    """Word why a text is not YAML."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return _problem(file, START, f"is not YAML: {error}", None)
    if slip := slip_at(text, place_of(error.problem_mark), error.problem or ""):
        place, fault = slip
        return fault.at(file, place)
    mark = error.context_mark if error.context in _AT_CONTEXT else None
    message, hint = _words(error, text)
    return _problem(file, place_of(mark or error.problem_mark), message, hint)


def _problem(file: str, place: Position, message: str, hint: str | None) -> Problem:
    return Fault(rule=Rule.YAML_SYNTAX, message=message, hint=hint).at(file, place)


def _words(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str | None]:
    problem = error.problem or "cannot be read"
    if error.problem_mark is not None and error.problem_mark.index >= len(text.rstrip()):
        return _ENDED.get(error.context or "", _ENDED_SOMEHOW)
    if problem == "found character that cannot start any token" and error.problem_mark is not None:
        return _bad_start(text[error.problem_mark.index])
    fallback = (f"is not YAML: {problem}", None)
    return _BY_CONTEXT.get(error.context or "") or _BY_PROBLEM.get(problem, fallback)


def _bad_start(character: str) -> tuple[str, str]:
    if character == "\t":
        return "a tab is used for indentation", "YAML wants spaces"
    return f'a text without quotes cannot start with "{character}"', "put it in quotes"
