"""A shot: everything a clip shows, read off a task. The same input and take give the same shot."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from sora2batch.catalog.media_field import media_fields
from sora2batch.ground.canonical import JsonObject, JsonValue, canonical_json
from sora2batch.media.kind import MediaKind
from sora2batch.simulator.fault import FaultKind
from sora2batch.simulator.loopback_url import identity_of
from sora2batch.simulator.media_input import map_media
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
_CUT = 0.4
"""What is left of a clip that is to be too short."""
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
    """The URL of the starting picture, or ``sha256:HEX``; the prompt where there is none."""
    content: str | None = None
    """The sha256 of the starting picture, where it was given and is not drawn."""
    size: Size
    seconds: float
    quality: Quality
    has_sound: bool = False
    flaw: FaultKind | None = None
    """What is wrong with the clip on purpose."""
    variation: int
    """Decides what is left to chance: 128 bits that depend on the input and its take alone."""


def shot_of(task: Task, given: Size | None = None, flaw: FaultKind | None = None) -> Shot:
    """Read a shot off a task; where its input names no shape, a clip has about that of the given picture."""
    input = _by_content(task)
    body = canonical_json({"input": input, "take": task.take, "tool_type": task.tool.tool_type})
    content = content_of(task)
    picture = f"sha256:{content}" if content else _picture(input)
    return Shot(
        prompt=task.prompt,
        details=_details(task, input),
        picture=picture or task.prompt or task.tool.tool_type,
        content=content,
        size=_turned(_SIZES.get(str(input.get("aspect_ratio"))) or _size_like(given), flaw),
        seconds=_seconds(task) * (_CUT if flaw is FaultKind.SHORT else 1.0),
        has_sound=task.tool.output.sound is True,
        flaw=flaw,
        quality=Quality.RICH if "pro" in input.values() else Quality.PLAIN,
        variation=int.from_bytes(sha256(body).digest()[:16]),
    )


def _turned(size: Size, flaw: FaultKind | None) -> Size:
    """Give another shape, if that is to be wrong; even a square comes as something else."""
    if flaw is not FaultKind.SHAPE:
        return size
    return (size[1], size[0]) if size[0] != size[1] else _SIZES[_DEFAULT_RATIO]


def content_of(task: Task) -> str | None:
    """Find the picture that a task starts from, if it was given; its sha256."""
    fields = media_fields(task.tool.input_schema)
    others = [
        name for name, kind in fields.items() if kind == MediaKind.IMAGE and name not in _PICTURE_FIELDS
    ]
    for name in (*_PICTURE_FIELDS, *others):
        first = _first(task.input, name)
        if first is not None:
            return task.contents.get(first)
    return None


def _picture(input: JsonObject) -> str | None:
    return next((first for name in _PICTURE_FIELDS if (first := _first(input, name))), None)


def _first(input: JsonObject, name: str) -> str | None:
    value = input.get(name)
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str) else None


def _by_content(task: Task) -> JsonObject:
    """Write the input with the content of files in the place of their URLs, which a signature changes."""

    def content(url: str) -> JsonValue:
        found = task.contents.get(url)
        return {"sha256": found} if found else identity_of(url)

    return map_media(task.tool, task.input, content)


def _size_like(given: Size | None) -> Size:
    if given is None:
        return _SIZES[_DEFAULT_RATIO]
    shape = math.log(given[0] / given[1])
    return min(_SIZES.values(), key=lambda size: abs(math.log(size[0] / size[1]) - shape))


def _seconds(task: Task) -> float:
    value = task.input.get("duration")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return min(max(float(value), 1.0), 30.0)
    # Veo has no duration field: its clips last 8 seconds.
    return 8.0 if task.tool.tool_type.startswith("veo3") else 5.0


def _details(task: Task, input: JsonObject) -> str:
    shown = [_word(name, value) for name, value in input.items() if name not in _UNSHOWN]
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
