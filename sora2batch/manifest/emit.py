"""Plain data -> lines of YAML that a person likes to read and that mean exactly the data."""

from __future__ import annotations

import json
import re

import yaml

from sora2batch.ground.canonical import JsonValue
from sora2batch.manifest.scalar import ScalarError, plain_value

_WIDTH = 100
_STEP = 2
_BETWEEN_WORDS = re.compile(r"(?<! ) (?! )")
_NOT_IN_PLAIN = re.compile(r": | #|:$")
# Text to YAML 1.2 and to us, but other readers of the file may follow YAML 1.1: PyYAML's own rules do so but
# for single letters, and other readers are laxer about digits: 16:90, 0B1, 1.2.3.
_OLD_RULES = yaml.resolver.Resolver()
_OLD_TEXT = "tag:yaml.org,2002:str"
_OLD_WORD = re.compile(r"y|n|0b[01_]+|0x[0-9a-f_]+|[0-9][0-9_:.]*(?:e[-+]?[0-9]+)?", re.IGNORECASE)


def entry_lines(key: str, value: JsonValue, *, indent: int = 0) -> list[str]:
    """Write one entry of a block mapping."""
    head = f"{' ' * indent}{_word(key)}:"
    match value:
        case str():
            return _text_lines(head, value, indent + _STEP)
        case dict() if value:
            return [head, *mapping_lines(value, indent=indent + _STEP)]
        case list() if value:
            margin = " " * (indent + _STEP)
            return [head, *(f"{margin}- {_inline(item)}" for item in value)]
        case _:
            return [f"{head} {_inline(value)}"]


def mapping_lines(mapping: dict[str, JsonValue], *, indent: int = 0) -> list[str]:
    """Write the entries of a block mapping that is not empty."""
    return [line for key, value in mapping.items() for line in entry_lines(key, value, indent=indent)]


def _text_lines(head: str, text: str, indent: int) -> list[str]:
    """Write a text beside its key, or below it where it is long or has lines of its own."""
    word = _word(text)
    if "\n" in text and _fits_literal(text):
        chomping = "" if text.endswith("\n") else "-"
        return [
            f"{head} |{chomping}",
            *(_indented(line, indent) for line in text.removesuffix("\n").split("\n")),
        ]
    if len(head) + 1 + len(word) > _WIDTH and _fits_folded(text):
        return [f"{head} >-", *(_indented(line, indent) for line in _wrapped(text, _WIDTH - indent))]
    return [f"{head} {word}"]


def _indented(line: str, indent: int) -> str:
    return f"{' ' * indent}{line}" if line else ""


def _fits_literal(text: str) -> bool:
    """Tell whether a block of lines would say the text byte for byte."""
    if text[0] in " \n" or text.endswith("\n\n"):
        return False
    return all(line.isprintable() and not line.endswith(" ") for line in text.split("\n"))


def _fits_folded(text: str) -> bool:
    return text.isprintable() and text == text.strip(" ")


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text between words; only where exactly one space would stand for the break."""
    lines: list[str] = []
    for word in _BETWEEN_WORDS.split(text):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _inline(value: JsonValue) -> str:
    """Write a value on one line, inside no brackets."""
    return _word(value) if isinstance(value, str) else _flow(value)


def _flow(value: JsonValue) -> str:
    """Write a value on one line, inside brackets; what is inside is in quotes."""
    match value:
        case str():
            return _quoted(value)
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case dict():
            return "{" + ", ".join(f"{_quoted(key)}: {_flow(item)}" for key, item in value.items()) + "}"
        case _:
            return json.dumps(value)


def _word(text: str) -> str:
    return text if _is_plain(text) else _quoted(text)


def _is_plain(text: str) -> bool:
    """Tell whether a text means itself without quotes."""
    if not text or not text[0].isalnum() or not text.isprintable() or text.endswith(" "):
        return False
    if _NOT_IN_PLAIN.search(text) or _is_old_word(text):
        return False
    try:
        return plain_value(text) == text
    except ScalarError:
        return False


def _is_old_word(text: str) -> bool:
    """Tell whether YAML 1.1 takes a text for a number, a date or a word such as ``yes``."""
    if _OLD_WORD.fullmatch(text):
        return True
    tag: str = _OLD_RULES.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return tag != _OLD_TEXT


def _quoted(text: str) -> str:
    """Write a text in double quotes, everything invisible as an escape."""
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isprintable() else "".join(map(_visible, quoted))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
