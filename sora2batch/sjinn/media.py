"""What a file is, by its first bytes."""

from __future__ import annotations

HEAD_BYTES = 512
"""How much of a file the questions here need."""

_SIGNATURES = (
    (b"\x1a\x45\xdf\xa3", "webm"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_IMAGE_BRANDS = {b"avif": "avif", b"avis": "avif", b"heic": "heic", b"mif1": "heic"}
_TEXTS = (b"<!doctype", b"<html", b"<?xml", b"{")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def sniff_extension(head: bytes) -> str | None:
    """Name the file extension that fits the bytes; None if they are none of the kinds we know."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "mov" if brand == b"qt  " else _IMAGE_BRANDS.get(brand, "mp4")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((extension for signature, extension in _SIGNATURES if head.startswith(signature)), None)


def is_page(head: bytes) -> bool:
    """Tell whether the bytes begin like a web page or JSON, which is how hosts word their errors."""
    return head.removeprefix(_BYTE_ORDER_MARK).lstrip().lower().startswith(_TEXTS)
