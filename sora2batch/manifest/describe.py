"""A value of a manifest, named the way a person would."""

from __future__ import annotations

import json

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.text import visible, without_secrets


def describe(value: JsonValue) -> str:
    """Name a value the way a person would: ``the text "8"``."""
    match value:
        case None:
            return "empty (null)"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {_quoted(value)}" if value else "an empty text"
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "a mapping" if value else "an empty mapping"


def _quoted(text: str) -> str:
    text = without_secrets(text)  # before it is cut
    return visible(json.dumps(text if len(text) <= 60 else f"{text[:57]}...", ensure_ascii=False))
