from __future__ import annotations

import pytest

from sora2batch.sjinn.media import is_page, sniff_extension


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (b"\x00\x00\x00\x20ftypisom\x00\x00", "mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "mov"),
        (b"\x00\x00\x00\x14ftypavif", "avif"),
        (b"\x1a\x45\xdf\xa3rest", "webm"),
        (b"\x89PNG\r\n\x1a\nrest", "png"),
        (b"\xff\xd8\xff\xe0rest", "jpg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"GIF89a", "gif"),
        (b"\x00\x01\x02", None),
        (b"", None),
    ],
)
def test_the_bytes_tell_the_extension(head, extension):
    assert sniff_extension(head) == extension


@pytest.mark.parametrize(
    "head", [b"<!DOCTYPE html>", b"  \r\n<HTML>", b"\xef\xbb\xbf<html", b'{"error":', b"<?xml version"]
)
def test_a_page_is_known_by_its_beginning(head):
    assert is_page(head)


@pytest.mark.parametrize("head", [b"", b"\x00\x00\x00\x20ftypisom", b"<svg"])
def test_other_bytes_are_no_page(head):
    assert not is_page(head)
