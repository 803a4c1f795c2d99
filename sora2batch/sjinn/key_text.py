"""The key in what people put into a variable or a file: alone, in quotes, or as an ``.env`` file has it."""

from __future__ import annotations

import re

_NAME = "SJINN_API_KEY"
_OURS = re.compile(rf"(?:export\s+|set\s+|\$env:)?{_NAME}\s*[=:]\s*(.*)", re.IGNORECASE)
_OTHERS = re.compile(r"(?:export\s+)?[A-Z_][A-Z0-9_]*\s*=\s*[^=\s].*")
_BEARER = re.compile(r"(?:authorization\s*:\s*)?bearer\s+(.+)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$.*|<.*>|\.\.\.+|your[-_ ].*|[*]+|op://.*", re.IGNORECASE)
_CURLY = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb"


class KeyTextError(ValueError):
    """No key can be found in a text; says why without showing any of it."""


def decode_key_text(data: bytes) -> str:
    """Decode a key file, with or without the mark that Windows puts in front.

    Raises:
        KeyTextError: it is no text.
    """
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise KeyTextError("it is no text") from None


def key_in(text: str) -> str:
    """Find the key.

    Raises:
        KeyTextError: there is none, or it is not plain which part is it.
    """
    lines = [line.strip() for line in text.strip("\ufeff").splitlines()]
    told = [line for line in lines if line and not line.startswith("#")]
    if not told:
        raise KeyTextError("it is empty")
    if told[0].startswith(("{", "[")):
        raise KeyTextError("it is JSON, not a key")
    return _checked(_bare(_line_of(told)))


def _line_of(lines: list[str]) -> str:
    assigned = {found[1] for line in lines if (found := _OURS.fullmatch(line))}
    if len(assigned) == 1:
        return _without_comment(assigned.pop())
    if len(assigned) > 1:
        raise KeyTextError(f"it sets {_NAME} more than once")
    if any(_OTHERS.fullmatch(line) for line in lines):
        raise KeyTextError(f"it sets another variable, and not {_NAME}")
    if len(lines) > 1:
        raise KeyTextError(f"it has {len(lines)} lines")
    return lines[0]


def _without_comment(value: str) -> str:
    quote = value[:1]
    if quote in {'"', "'"} and (end := value.find(quote, 1)) > 0:
        return value[: end + 1] if re.fullmatch(r"\s*(?:[;#].*)?", value[end + 1 :]) else value
    return re.split(r"\s+#", value)[0].strip()


def _bare(value: str) -> str:
    """Take away quotes and the word that stands before a key in a header."""
    value = _unquoted(value)
    if found := _BEARER.fullmatch(value):
        value = _unquoted(found[1].strip())
    return value


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'`":
        return value[1:-1].strip()
    return value


def _checked(key: str) -> str:
    if not key:
        raise KeyTextError("it is empty")
    if _PLACEHOLDER.fullmatch(key):
        raise KeyTextError("it is a placeholder, not a key")
    if any(character in _CURLY for character in key):
        raise KeyTextError("it has typographic quotes")
    if key[0] in "\"'`" or key[-1] in "\"'`":
        raise KeyTextError("it has a quote on one side only")
    if any(character.isspace() for character in key):
        raise KeyTextError("there is white space inside it")
    # Only these travel in a header without doubt (RFC 6750 allows even fewer).
    if not all("!" <= character <= "~" for character in key):
        raise KeyTextError("it has characters that are not ASCII, or control characters")
    return key
