"""What a job's result is to be, by its input and what is known of its tool."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from sora2batch.catalog.tool import Kind, Tool
from sora2batch.clipcheck.clip_finding import Expected
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.file_input import file_inputs_in

SizeOf: TypeAlias = Callable[[str], tuple[int, int] | None]
"""Tells width and height of a picture that was sent, by its sha256; None where that is not known."""


def expected_of(tool: Tool | None, input: JsonObject, size_of: SizeOf) -> Expected:
    """Tell what is expected; of a tool that the catalogue no longer knows, nothing."""
    if tool is None:
        return Expected()
    output = tool.output
    return Expected(
        kind=tool.kind,
        seconds=_seconds(output.seconds, input) if tool.kind is Kind.VIDEO else None,
        aspect=_aspect(output.aspect, input, size_of),
        sound=output.sound,
    )


def _seconds(said: str | float | None, input: JsonObject) -> float | None:
    value = input.get(said) if isinstance(said, str) else said
    try:
        seconds = float(value) if isinstance(value, str | int | float) and value is not True else 0.0
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < math.inf else None


def _aspect(field: str | None, input: JsonObject, size_of: SizeOf) -> str | None:
    value: JsonValue = input.get(field) if field else None
    if isinstance(value, str):
        return value
    sent = next(file_inputs_in(value), None)
    size = size_of(sent.sha256) if sent else None
    return f"{size[0]}x{size[1]}" if size else None
