"""What a file is, by its first bytes: never by its name, nor by what a host says of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

HEAD_BYTES = 512
"""How much of a file the question needs."""


class Container(Enum):
    """How a file is built, which decides how to tell whether all of it is there."""

    BOXES = auto()
    """ISO base media: MP4, QuickTime, AVIF, HEIC."""
    EBML = auto()
    """WebM and Matroska."""
    RIFF = auto()
    """WebP, WAVE, AVI."""
    JPEG = auto()
    PNG = auto()
    GIF = auto()
    BMP = auto()
    OGG = auto()
    STREAM = auto()
    """Frames to the end, without a length anywhere: MP3, FLAC."""


class MediaType(NamedTuple):
    """A kind of video, picture or sound."""

    suffix: str
    """With its dot: ``.mp4``."""
    mime: str
    container: Container


MP4 = MediaType(".mp4", "video/mp4", Container.BOXES)
MOV = MediaType(".mov", "video/quicktime", Container.BOXES)
WEBM = MediaType(".webm", "video/webm", Container.EBML)
_MKV = MediaType(".mkv", "video/x-matroska", Container.EBML)
_AVI = MediaType(".avi", "video/x-msvideo", Container.RIFF)
JPEG = MediaType(".jpg", "image/jpeg", Container.JPEG)
PNG = MediaType(".png", "image/png", Container.PNG)
GIF = MediaType(".gif", "image/gif", Container.GIF)
WEBP = MediaType(".webp", "image/webp", Container.RIFF)
AVIF = MediaType(".avif", "image/avif", Container.BOXES)
BMP = MediaType(".bmp", "image/bmp", Container.BMP)
HEIC = MediaType(".heic", "image/heic", Container.BOXES)
MP3 = MediaType(".mp3", "audio/mpeg", Container.STREAM)
WAV = MediaType(".wav", "audio/wav", Container.RIFF)
M4A = MediaType(".m4a", "audio/mp4", Container.BOXES)
OGG = MediaType(".ogg", "audio/ogg", Container.OGG)
FLAC = MediaType(".flac", "audio/flac", Container.STREAM)
BY_MIME: Mapping[str, MediaType] = {
    found.mime: found
    for found in (MP4, MOV, WEBM, _MKV, _AVI, JPEG, PNG, GIF, WEBP, AVIF, BMP, HEIC, MP3, WAV, M4A, OGG, FLAC)
}
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"OggS\0", OGG),
    (b"fLaC", FLAC),
    (b"ID3", MP3),
)
_FORMS = {b"WEBP": WEBP, b"WAVE": WAV, b"AVI ": _AVI}
_BRANDS = {b"qt  ": MOV, b"avif": AVIF, b"avis": AVIF, b"M4A ": M4A, b"M4B ": M4A} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC
)
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Lengths that the second header of a bitmap can have."""
# Older files begin without ``ftyp``; they are then read as MP4. Source: ISO/IEC 14496-12, section 4.3.
_FIRST_BOXES = {b"moov": MP4, b"mdat": MP4, b"free": MP4, b"skip": MP4, b"wide": MOV, b"pnot": MOV}
_EBML = b"\x1a\x45\xdf\xa3"
_DOC_TYPE = b"\x42\x82"


def sniff(head: bytes) -> MediaType | None:
    """Tell what a file is from its first 512 bytes; None if it is no video, picture or sound we know."""
    if head.startswith(_EBML):
        return _doc_type(head)
    if head.startswith(b"RIFF"):
        return _FORMS.get(head[8:12])
    known = next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)
    return known or _boxes(head) or _by_fields(head)


def _doc_type(head: bytes) -> MediaType:
    place = head.find(_DOC_TYPE)
    return _MKV if place >= 0 and head[place + 3 : place + 11] == b"matroska" else WEBM


def _boxes(head: bytes) -> MediaType | None:
    """Read the brand, also where empty room stands before it."""
    first = head[4:8]
    if first != b"ftyp" and first not in _FIRST_BOXES:
        return None
    at = 0
    while len(head) >= at + 12:
        size = int.from_bytes(head[at : at + 4])
        if head[at + 4 : at + 8] == b"ftyp":
            brand = at + (16 if size == 1 else 8)
            return _BRANDS.get(head[brand : brand + 4], MP4)
        if size < 8:
            break
        at += size
    return _FIRST_BOXES.get(first)


def _by_fields(head: bytes) -> MediaType | None:
    """Know what has no signature worth the name by several fields that fit."""
    if head.startswith(b"BM"):
        return BMP if int.from_bytes(head[14:18], "little") in _BMP_HEADERS else None
    return MP3 if _is_mpeg_audio(head) else None


def _is_mpeg_audio(head: bytes) -> bool:
    """Tell whether a frame of MPEG audio, layer III, begins here: that every field has a legal value.

    Source: ISO/IEC 11172-3, section 2.4.1.3.
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    version, bit_rate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and bit_rate not in {0, 15} and rate != 3
