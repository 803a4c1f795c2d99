"""What a body is packed in: nothing was asked for, gzip is unpacked, anything else is named."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Final

PIECE = 1024 * 1024
_GZIP: Final = 31  # zlib's word for a window of 32 KiB in a gzip wrapper
_UNPACKED: Final = frozenset({"identity", "binary", "none", "8bit", "utf-8", "aws-chunked"})
"""Labels that stores put on files which are as they are; S3 keeps the last one from an upload."""
_NAMES: Final = {"br": "brotli (br)", "zstd": "Zstandard (zstd)"}


def encoding_of(headers: Mapping[str, str]) -> str:
    """Read the encoding; empty for none.

    Source: RFC 9110, section 8.4.
    """
    named = (part.strip() for part in headers.get("Content-Encoding", "").lower().split(","))
    return ", ".join(part for part in named if part and part not in _UNPACKED)


def name_encoding(encoding: str) -> str:
    """Name an encoding for people."""
    return _NAMES.get(encoding, encoding if encoding.isprintable() else "an unknown encoding")[:40]


class Gunzip:
    """Unpacks gzip as it comes, a bounded piece at a time, one member after the other."""

    NAMES = frozenset({"gzip", "x-gzip"})

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    @property
    def has_ended(self) -> bool:
        """Whether the last member was whole."""
        return self._member.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Unpack some more.

        Raises:
            zlib.error: it is no gzip.
        """
        while True:
            if self._member.eof and data:
                self._member = zlib.decompressobj(_GZIP)
            piece = self._member.decompress(data, PIECE)
            if piece:
                yield piece
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if not data and (self._member.eof or len(piece) < PIECE):
                return
