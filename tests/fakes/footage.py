"""Small files that are whole: what a host of results gives when all is well."""

from __future__ import annotations

import struct
import zlib


def box(kind: bytes, content: bytes = b"") -> bytes:
    """One box of ISO base media."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def mp4(content: bytes = b"", *, brand: bytes = b"isom") -> bytes:
    """An MP4 whose boxes add up; CONTENT is its media data, so that two clips differ."""
    head = box(b"ftyp", brand + b"\0\0\2\0" + brand + b"mp41")
    return head + box(b"moov", box(b"mvhd", bytes(100))) + box(b"mdat", content)


def jpeg(content: bytes = b"") -> bytes:
    """A JPEG from SOI to EOI; CONTENT stands in a comment."""
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(content)) + content
    frame = b"\xff\xc0" + struct.pack(">HBHHBBBB", 11, 8, 1, 1, 1, 1, 0x11, 0)
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 63, 0) + b"\x2a"
    return b"\xff\xd8" + comment + frame + scan + b"\xff\xd9"


def png(content: bytes = b"") -> bytes:
    """A PNG of one pixel; CONTENT stands in a text chunk."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"tEXt", b"note\0" + content),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def gif(content: bytes = b"x") -> bytes:
    """A GIF of one pixel; CONTENT stands in a comment, at most 255 bytes of it."""
    comment = b"\x21\xfe" + bytes([len(content)]) + content + b"\0"
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    return b"GIF89a" + screen + comment + image + b"\x3b"


def bmp() -> bytes:
    """A bitmap of one pixel."""
    pixels = b"\0\0\xff\0"
    header = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + header + pixels


def riff(form: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A RIFF file of a form such as WEBP or WAVE."""
    body = form + b"".join(
        name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp(content: bytes = b"") -> bytes:
    """A WebP by its chunks."""
    return riff(b"WEBP", (b"VP8L", b"\x2f" + bytes(8) + content))


def wav(content: bytes = b"") -> bytes:
    """A WAVE file of silence and CONTENT."""
    return riff(
        b"WAVE", (b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)), (b"data", bytes(8) + content)
    )


def element(kind: bytes, content: bytes = b"") -> bytes:
    """One element of EBML, its size in eight bytes."""
    return kind + struct.pack(">Q", 1 << 56 | len(content)) + content


def webm(content: bytes = b"", *, doc_type: bytes = b"webm") -> bytes:
    """A WebM whose segment says how long it is."""
    head = element(b"\x1a\x45\xdf\xa3", b"\x42\x82" + bytes([0x80 | len(doc_type)]) + doc_type)
    return head + element(b"\x18\x53\x80\x67", element(b"\x1f\x43\xb6\x75", content))


def ogg_page(content: bytes, *, flags: int) -> bytes:
    """One page of Ogg: at most 255 bytes in one segment."""
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, 0, 1, 0, 0)
    return head + bytes([1, len(content)]) + content


def ogg(content: bytes = b"sound") -> bytes:
    """An Ogg stream of two pages, the second marked as its end."""
    return ogg_page(b"\1vorbis", flags=2) + ogg_page(content, flags=4)
