"""A shot: everything a clip shows, read off a task. The same input and take give the same shot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from sora2batch.ground.canonical import JsonObject, JsonValue, canonical_json
from sora2batch.simulator.task import Task

Size = tuple[int, int]

_SIZES: Mapping[str, Size] = {
    "16:9": (512, 288),
    "9:16": (288, 512),
    "1:1": (384, 384),
    "4:3": (448, 336),
    "3:4": (336, 448),
    "3:2": (480, 320),
    "2:3": (320, 480),
    "21:9": (672, 288),
    "9:21": (288, 672),
}
"""Multiples of 16: what encoders like best."""
_DEFAULT_RATIO = "16:9"
_PICTURE_FIELDS = ("image", "image_list", "tail_image_url")
_UNSHOWN = ("prompt", *_PICTURE_FIELDS)


class Quality(StrEnum):
    """How richly the picture is graded; ``pro`` inputs look it."""

    PLAIN = "plain"
    RICH = "rich"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What to render."""

    prompt: str
    details: str
    """The small line: ``std · 10 s · 16:9 · 420 credits · take 2``."""
    picture: str
    """The URL of the starting picture; the prompt where there is none."""
    size: Size
    seconds: float
    quality: Quality
    variation: int
    """Decides what is left to chance: 128 bits that depend on the input and its take alone."""


def shot_of(task: Task) -> Shot:
    """Read a shot off a task."""
    input = task.input
    body = canonical_json({"input": input, "take": task.take, "tool_type": task.tool.tool_type})
    ratio = input.get("aspect_ratio")
    return Shot(
        prompt=task.prompt,
        details=_details(task),
        picture=_picture(input) or task.prompt or task.tool.tool_type,
        size=_SIZES.get(str(ratio), _SIZES[_DEFAULT_RATIO]),
        seconds=_seconds(task),
        quality=Quality.RICH if "pro" in input.values() else Quality.PLAIN,
        variation=int.from_bytes(sha256(body).digest()[:16]),
    )


def _picture(input: JsonObject) -> str | None:
    for name in _PICTURE_FIELDS:
        value = input.get(name)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str):
            return first
    return None


def _seconds(task: Task) -> float:
    value = task.input.get("duration")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return min(max(float(value), 1.0), 30.0)
    # Veo has no duration field: its clips last 8 seconds.
    return 8.0 if task.tool.tool_type.startswith("veo3") else 5.0


def _details(task: Task) -> str:
    shown = [_word(name, value) for name, value in task.input.items() if name not in _UNSHOWN]
    words = [word for word in shown if word]
    return " · ".join([*words, f"{task.credits} credits", f"take {task.take}"])


def _word(name: str, value: JsonValue) -> str:
    match value:
        case bool() | None | list() | dict():
            return ""
        case int() | float() if name == "duration":
            return f"{value:g} s"
        case _:
            return str(value)[:24]
