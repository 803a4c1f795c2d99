"""What bytes say of themselves: read once, hashed on the way, looked at here and there, never decoded."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import BinaryIO

from sora2batch.media.container.more import goes_on
from sora2batch.media.container.window import Window
from sora2batch.media.facts import MediaError, MediaFacts, check_length
from sora2batch.media.integrity import fault_of
from sora2batch.media.measure import measure
from sora2batch.media.sniff import HEAD_BYTES, HEIC, Container, MediaType, sniff

_PIECE = 1 << 18
"""Bytes hashed at once: few calls, and still within a processor's cache."""
_POINTER = b"version https://git-lfs.github.com/spec/"


def probe(stream: BinaryIO, *, limit: int) -> MediaFacts:
    """Tell what a file is and hash it; it must be one that can be read at any place.

    Raises:
        MediaError: it is empty, too large, none that can be an input, or not all there.
        OSError: it cannot be read.
    """
    check_length(stream.seek(0, os.SEEK_END), limit)
    stream.seek(0)
    kind = _kind_of(stream.read(HEAD_BYTES))
    stream.seek(0)
    length, digest = _hash(stream, limit)
    check_length(length, limit)  # it may have grown
    if reason := _what_lacks(Window(stream), kind):
        raise MediaError(f"is cut short: {reason}")
    if kind.mime.startswith("image/") and kind != HEIC:
        return MediaFacts(kind, length, digest, *measure(stream, kind))
    return MediaFacts(kind, length, digest)


def _kind_of(head: bytes) -> MediaType:
    kind = sniff(head)
    if kind is not None:
        return kind
    if head.startswith(_POINTER):
        raise MediaError("is a Git LFS pointer, not the picture itself", hint="run `git lfs pull`")
    raise MediaError("is no picture, video or sound")


def _hash(stream: BinaryIO, limit: int) -> tuple[int, str]:
    """Hash a file to its end, or to the first byte that is too many."""
    digest, length = sha256(), 0
    buffer = memoryview(bytearray(min(_PIECE, limit + 1)))
    while count := stream.readinto(buffer[: limit + 1 - length]):  # type: ignore[attr-defined] # all of ours have it
        digest.update(buffer[:count])
        length += count
    return length, digest.hexdigest()


def _what_lacks(file: Window, kind: MediaType) -> str | None:
    """Say why a file is not all there; that it goes on after its end harms nobody."""
    if kind.container in {Container.OGG, Container.STREAM}:
        return None  # many are whole without saying so
    reason = fault_of(file, kind)
    return None if reason and goes_on(file, kind.container) else reason
