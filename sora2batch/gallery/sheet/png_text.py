"""What a PNG file says of itself in words, read from its first bytes and without any library.

Source: PNG (Third Edition), sections 5.3 and 11.3.3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from struct import unpack
from typing import BinaryIO

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LONGEST = 65_536
_MOST_CHUNKS = 64


def read_png_text(path: Path) -> Mapping[str, str] | None:
    """Read the tEXt chunks that stand before the picture; None of what is no PNG file or not to be read."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        with path.open("rb") as file:
            if file.read(len(_SIGNATURE)) != _SIGNATURE:
                return None
            return _texts(file)
    except OSError:
        return None


def _texts(file: BinaryIO) -> dict[str, str]:
    found: dict[str, str] = {}
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            break
        length, kind = unpack(">I4s", head)
        if kind == b"IDAT" or length > _LONGEST:
            break
        content = file.read(length + 4)[:length]
        if kind == b"tEXt":
            name, _, text = content.partition(b"\0")
            found[name.decode("latin-1")] = text.decode("latin-1")
    return found
