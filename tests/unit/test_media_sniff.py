from __future__ import annotations

import pytest

from fakes.footage import bmp, box, gif, jpeg, mp4, ogg, png, wav, webm, webp
from sora2batch.media.sniff import MP4, sniff


@pytest.mark.parametrize(
    ("head", "suffix", "mime"),
    [
        (mp4(), ".mp4", "video/mp4"),
        (mp4(brand=b"avc1"), ".mp4", "video/mp4"),
        (mp4(brand=b"qt  "), ".mov", "video/quicktime"),
        (mp4(brand=b"avif"), ".avif", "image/avif"),
        (mp4(brand=b"heic"), ".heic", "image/heic"),
        (mp4(brand=b"M4A "), ".m4a", "audio/mp4"),
        (b"\0\0\0\1ftyp\0\0\0\0\0\0\0\x18qt  ", ".mov", "video/quicktime"),
        (box(b"free", bytes(40)) + box(b"ftyp", b"qt  \0\0\0\0"), ".mov", "video/quicktime"),
        (box(b"wide") + box(b"mdat", b"x" * 600), ".mov", "video/quicktime"),
        (box(b"moov", bytes(600)), ".mp4", "video/mp4"),
        (box(b"mdat", bytes(600)), ".mp4", "video/mp4"),
        (b"\0\0\0\0mdat", ".mp4", "video/mp4"),
        (webm(), ".webm", "video/webm"),
        (webm(doc_type=b"matroska"), ".mkv", "video/x-matroska"),
        (png(), ".png", "image/png"),
        (jpeg(), ".jpg", "image/jpeg"),
        (gif(), ".gif", "image/gif"),
        (b"GIF87a", ".gif", "image/gif"),
        (webp(), ".webp", "image/webp"),
        (bmp(), ".bmp", "image/bmp"),
        (wav(), ".wav", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", ".avi", "video/x-msvideo"),
        (ogg(), ".ogg", "audio/ogg"),
        (b"fLaC\0\0\0\x22", ".flac", "audio/flac"),
        (b"ID3\4\0\0\0\0\0\0", ".mp3", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", ".mp3", "audio/mpeg"),
        (b"\xff\xf3\x44\xc4", ".mp3", "audio/mpeg"),
    ],
)
def test_the_bytes_tell_the_kind(head, suffix, mime):
    kind = sniff(head[:512])
    assert (kind.suffix, kind.mime) == (suffix, mime)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\0",
        b"\0\1\2",
        b"File not found or expired.",
        b'[{"error": "gone"}]',
        b'{"error": 1}',
        b"<?xml version='1.0'?><Error/>",
        b"<!DOCTYPE html>",
        b"\xef\xbb\xbf<html>",
        "gone".encode("utf-16"),
        b"RIFF\0\0\0\0what",
        b"RIFF",
        b"OggX",
        b"GIF88a",
        b"BMW and other cars",
        b"%PDF-1.7",
        b"PK\3\4",
        b"\x1f\x8b\x08\0",
        b"\xff\xfb\xf0\x00",
        b"\xff\xfe<\0h\0t\0",
        b"\xff\xff\xff\xff",
    ],
)
def test_other_bytes_are_no_media(head):
    assert sniff(head) is None


def test_a_box_that_leads_nowhere_ends_the_search_for_a_brand():
    assert sniff(b"\0\0\0\4free" + bytes(500)) == MP4
