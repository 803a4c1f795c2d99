"""What is known of a picture, clip or sound: its type, length, hash, width and height."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sora2batch.media.kind import MediaKind
from sora2batch.media.sniff import (
    AVIF,
    BMP,
    FLAC,
    GIF,
    HEIC,
    JPEG,
    M4A,
    MOV,
    MP3,
    MP4,
    OGG,
    PNG,
    WAV,
    WEBM,
    WEBP,
    MediaType,
)

_MIB = 1 << 20
TYPES: Mapping[MediaKind, frozenset[MediaType]] = {
    MediaKind.IMAGE: frozenset({JPEG, PNG, WEBP, GIF, AVIF, BMP}),
    MediaKind.VIDEO: frozenset({MP4, MOV, WEBM}),
    MediaKind.AUDIO: frozenset({MP3, WAV, M4A, OGG, FLAC}),
}
"""What browsers show and play."""
MAX_BYTES: Mapping[MediaKind, int] = {
    MediaKind.IMAGE: 30 * _MIB,
    MediaKind.VIDEO: 500 * _MIB,
    MediaKind.AUDIO: 100 * _MIB,
}
_NAMES = {MediaKind.IMAGE: "picture", MediaKind.VIDEO: "video", MediaKind.AUDIO: "sound"}
_CONVERSIONS = {
    MediaKind.IMAGE: "convert it to JPEG, PNG or WebP",
    MediaKind.VIDEO: "convert it to MP4, MOV or WebM",
    MediaKind.AUDIO: "convert it to MP3, WAV, M4A, OGG or FLAC",
}


class MediaFacts(NamedTuple):
    """What bytes say of themselves; a name never counts."""

    type: MediaType
    bytes: int
    sha256: str
    """64 hex digits."""
    width: int | None = None
    height: int | None = None
    """As a browser shows it; only of pictures."""


class MediaError(ValueError):
    """Bytes that cannot be an input; worded so that the name of the file goes before it: ``is empty``."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        """What to do about it, if that is not plain."""


def check_kind(facts: MediaFacts, kind: MediaKind) -> None:
    """Let pass what a field of this kind takes.

    Raises:
        MediaError: it is something else, or too large.
    """
    check_type(facts.type, kind)
    check_length(facts.bytes, MAX_BYTES[kind])


def check_type(found: MediaType, kind: MediaKind) -> None:
    """Let pass the types that a field of this kind takes.

    Raises:
        MediaError: it is something else.
    """
    if found in TYPES[kind]:
        return
    name = found.suffix[1:].upper()
    if found == HEIC and kind is MediaKind.IMAGE:
        raise MediaError("is HEIC, which no browser shows", hint=_CONVERSIONS[kind])
    if found.mime.startswith(f"{kind}/"):
        raise MediaError(f"is {name}, which no browser plays", hint=_CONVERSIONS[kind])
    raise MediaError(f"is {name}, no {_NAMES[kind]}", hint=_hint_of_another(found, kind))


def kind_of(found: MediaType) -> MediaKind:
    """Tell what a file of this type is, whether or not a field takes it."""
    return MediaKind(found.mime.partition("/")[0])


def _hint_of_another(found: MediaType, kind: MediaKind) -> str | None:
    # A recording often stands in a container that is made for films.
    return _CONVERSIONS[kind] if kind is MediaKind.AUDIO and found.mime.startswith("video/") else None


def check_length(length: int, limit: int) -> None:
    """Let pass what is neither empty nor too large.

    Raises:
        MediaError: it is one of them.
    """
    if length == 0:
        raise MediaError("is empty")
    if length > limit:
        raise MediaError(f"has {_mib(length)} MiB, more than the {_mib(limit)} MiB that it may have")


def _mib(length: int) -> str:
    """Round up: what is too large never looks as if it were not."""
    tenths = -(-length * 10 // _MIB)
    return f"{tenths / 10:.1f}".removesuffix(".0")
