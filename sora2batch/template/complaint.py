"""Jinja's complaints about a template in plain words, with the way out."""

from __future__ import annotations

import re
from collections.abc import Iterator

_RAW = "plain text with braces goes between {% raw %} and {% endraw %}"
_TAGS = "there are if, for, with and set name = value"
_COMMENT = 'a comment starts with "{#" and is never closed with "#}"'
_BY_START = (
    ("Missing end of comment tag", _COMMENT),
    ("unexpected end of template, expected 'end of print statement'", 'a "{{" is never closed with "}}"'),
    ("unexpected end of template, expected 'end of statement block'", 'a "{%" is never closed with "%}"'),
    ("unexpected end of template", 'a "{{" or "{%" is never closed'),
    ("Missing end of raw directive", "a {% raw %} is never closed with {% endraw %}"),
    ("Expected an expression, got 'end of print statement'", 'nothing stands between "{{" and "}}"'),
)
_UNKNOWN_TAG = r"Encountered unknown tag '([^']*)'\.(.*)"
_OPEN_BLOCK = r"The innermost block that needs to be closed is '(\w+)'"
_NOT_EXPECTED = r"expected token '(?:end of print statement|end of statement block)', got '(.*)'"
_CHARACTER = r"unexpected char (.+) at \d+"
_CURLY_QUOTES = frozenset("\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb")


def explain_template_error(message: str, text: str) -> tuple[str, str]:
    """Word why a text is no template, and what to do about it."""
    return next(_words(message, text))


def comment_without_end() -> tuple[str, str]:
    """Word that a text ends in the middle of a comment."""
    return _COMMENT, _RAW


def advice_for(value: object) -> str:
    """Say how a text is made of a value that is none."""
    match value:
        case None:
            return 'use | default("...", true), or {% if ... is null %}'
        case list() | tuple():
            return 'use | join(", ")'
        case dict():
            return "name one of its keys, as in subject.name"
        case _:
            return "call it with ()"


def _words(message: str, text: str) -> Iterator[tuple[str, str]]:
    for start, words in _BY_START:
        if message.startswith(start):
            yield words, _RAW
    if found := re.search(_OPEN_BLOCK, message):
        yield f"a {{% {found[1]} %}} is never closed", f"close it with {{% end{found[1]} %}}"
    if found := re.match(_UNKNOWN_TAG, message):
        yield f'there is no tag "{found[1]}" here', f"{_TAGS}; {_RAW}"
    if found := re.match(_CHARACTER, message):
        is_quote = not _CURLY_QUOTES.isdisjoint(text)
        yield f"{found[1]} cannot stand in an expression", "write straight quotes" if is_quote else _RAW
    if found := re.match(_NOT_EXPECTED, message):
        yield f'what stands in the braces is no expression: "{found[1]}" is not expected there', _RAW
    yield message.rstrip("."), _RAW
