"""What a field of a tool takes: pictures, clips or sounds."""

from __future__ import annotations

from enum import StrEnum


class MediaKind(StrEnum):
    """What a field that holds media holds."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
