"""A value -> the same value for a manifest, where a text that looks like a template would be rendered."""

from __future__ import annotations

import json

from sora2batch.ground.canonical import JsonValue
from sora2batch.template.limit import MAX_CHARACTERS
from sora2batch.template.template import is_template


def literal(value: JsonValue) -> JsonValue:
    """Write a value so that rendering gives it back; only texts with ``{{``, ``{%`` or ``{#`` change."""
    match value:
        case str() if is_template(value):
            return _literal_text(value)
        case list():
            return [literal(item) for item in value]
        case dict():
            return {key: literal(item) for key, item in value.items()}
        case _:
            return value


def fits_template(value: JsonValue) -> bool:
    """Tell whether a value is still short enough for rendering once it is written literally."""
    match value:
        case str() if is_template(value):
            return len(_literal_text(value)) <= MAX_CHARACTERS
        case list():
            return all(map(fits_template, value))
        case dict():
            return all(map(fits_template, value.values()))
        case _:
            return True


def _literal_text(text: str) -> str:
    # A raw block reads better, but ends at the first {% endraw %}, and turns CR into LF as all of Jinja does.
    if "endraw" in text or "\r" in text:
        return f"{{{{ {json.dumps(text, ensure_ascii=False)} }}}}"
    return f"{{% raw %}}{text}{{% endraw %}}"
