"""What bytes say of themselves: read once, hashed on the way, looked at here and there, never decoded."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import BinaryIO

from sora2batch.media.container.more import goes_on
from sora2batch.media.container.window import Window
from sora2batch.media.facts import MAX_BYTES, MediaError, MediaFacts, check_length, check_type, kind_of
from sora2batch.media.integrity import fault_of
from sora2batch.media.kind import MediaKind
from sora2batch.media.measure import measure
from sora2batch.media.sniff import HEAD_BYTES, HEIC, Container, MediaType, sniff

_PIECE = 1 << 18
"""Bytes hashed at once: few calls, and still within a processor's cache."""
_POINTER = b"version https://git-lfs.github.com/spec/"


def probe(stream: BinaryIO, *, kind: MediaKind | None = None, limit: int | None = None) -> MediaFacts:
    """Tell what a file is and hash it; it must be one that can be read at any place.

    Of what a field of *kind* does not take no more than its head is read. Without a limit it is that of the
    kind, else of what the file turns out to be.

    Raises:
        MediaError: it is empty, too large, none that can be an input, or not all there.
        OSError: it cannot be read.
    """
    length = stream.seek(0, os.SEEK_END)
    check_length(length, length if limit is None else limit)
    stream.seek(0)
    found = _type_of(stream.read(HEAD_BYTES))
    if kind:
        check_type(found, kind)
    most = MAX_BYTES[kind or kind_of(found)] if limit is None else limit
    check_length(length, most)
    stream.seek(0)
    length, digest = _hash(stream, most)
    check_length(length, most)  # it may have grown
    if reason := _what_lacks(Window(stream), found):
        raise MediaError(f"is cut short: {reason}")
    if kind_of(found) is MediaKind.IMAGE and found != HEIC:
        return MediaFacts(found, length, digest, *measure(stream, found))
    return MediaFacts(found, length, digest)


def _type_of(head: bytes) -> MediaType:
    found = sniff(head)
    if found is not None:
        return found
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


def _what_lacks(file: Window, found: MediaType) -> str | None:
    """Say why a file is not all there; that it goes on after its end harms nobody."""
    if found.container in {Container.OGG, Container.STREAM}:
        return None  # many are whole without saying so
    reason = fault_of(file, found)
    return None if reason and goes_on(file, found.container) else reason
