from __future__ import annotations

import hashlib
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from fakes.footage import bmp, box, gif, jpeg, mp4, ogg, png, riff, wav, webm
from sora2batch.media.facts import MediaError
from sora2batch.media.probe import probe

LIMIT = 30 << 20


def picture(form, size=(64, 48), **options):
    target = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(target, form, **options)
    return target.getvalue()


def facts(data, limit=LIMIT):
    return probe(BytesIO(data), limit=limit)


def fault(data, limit=LIMIT):
    with pytest.raises(MediaError) as caught:
        facts(data, limit)
    return caught.value


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def png_of(width, height, *chunks):
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        *chunks,
        (b"IDAT", b""),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "MPO"])
def test_a_picture_is_known_by_its_bytes_and_measured(form):
    data = picture(form)
    found = facts(data)
    assert found.type.mime == f"image/{'jpeg' if form == 'MPO' else form.lower()}"
    assert (found.width, found.height) == (64, 48)
    assert (found.bytes, found.sha256) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (64, 48)), (3, (64, 48)), (6, (48, 64)), (99, (64, 48))]
)
def test_a_picture_is_as_large_as_a_browser_shows_it(form, orientation, size):
    found = facts(picture(form, exif=turned(orientation)))
    assert (found.width, found.height) == size


@pytest.mark.parametrize(
    "data", [mp4(b"x"), webm(b"x"), wav(b"x"), ogg(), b"fLaC" + bytes(50), b"ID3\4\0\0\0\0\0\1"]
)
def test_clips_and_sounds_are_hashed_and_not_measured(data):
    found = facts(data)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert (found.width, found.height) == (None, None)


@pytest.mark.parametrize(
    ("data", "words", "hint"),
    [
        (b"", "is empty", None),
        (b"<html>", "is no picture, video or sound", None),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            "is a Git LFS pointer, not the picture itself",
            "run `git lfs pull`",
        ),
        (png_of(60_000, 60_000), "is a picture that cannot be measured: it says that it has 60,000 by 60,000 pixels", None),
        (png_of(0, 1), "is a picture that cannot be measured:", None),
        (riff(b"WEBP", (b"VP8L", bytes(9))), "is a picture that cannot be measured:", None),
        (png_of(1, 1, (b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 26)))), "is a picture that cannot be measured:", None),
        (picture("PNG")[:-40], "is cut short: its chunk IDAT lacks", None),
        (picture("JPEG")[:-40], "is cut short: it has no end of image", None),
        (picture("WEBP")[:-40], "is cut short: it lacks", None),
        (picture("GIF")[:-400], "is cut short: it has no trailer", None),
        (picture("BMP")[:-40], "is cut short: it lacks 40 bytes", None),
        (picture("AVIF")[:-40], "is cut short: its box mdat lacks", None),
        (mp4(b"frames")[:-2], "is cut short: its box mdat lacks", None),
    ],
)  # fmt: skip
def test_what_cannot_be_an_input_is_told_without_its_name(data, words, hint):
    error = fault(data)
    assert error.message.startswith(words)
    assert str(error) == error.message
    assert error.hint == hint


@pytest.mark.parametrize(
    "data", [jpeg(b"\xff\xd8\xff\xd9") + mp4(b"motion"), png() + b"notes", gif() + bytes(9), picture("WEBP") + b"notes", bmp() + b"x"]
)  # fmt: skip
def test_a_picture_that_goes_on_after_its_end_is_fine(data):
    assert facts(data).width


def test_what_is_too_large_is_not_read():
    class Guarded(BytesIO):
        def readinto(self, buffer):
            raise AssertionError

    with pytest.raises(MediaError, match=r"^has 1\.5 MiB, more than the 1 MiB that it may have$"):
        probe(Guarded(bytes(3 << 19)), limit=1 << 20)


def test_no_more_than_one_byte_too_many_is_read_of_a_file_that_grows():
    data = picture("PNG", (300, 300))

    class Growing(BytesIO):
        def seek(self, place, whence=0):
            return super().seek(place, whence) if whence == 0 else 100

    stream = Growing(data)
    with pytest.raises(MediaError, match="more than"):
        probe(stream, limit=10_000)
    assert stream.tell() == 10_001


def test_heic_is_told_and_not_measured():
    found = facts(box(b"ftyp", b"heic\0\0\0\0") + box(b"meta", bytes(20)))
    assert found.type.suffix == ".heic"
    assert found.width is None


@pytest.mark.parametrize("tail", [b"", b"\n", b"\0\0"])
def test_half_a_gif_is_cut_short_and_one_that_is_filled_up_is_whole(tail):
    whole = BytesIO()
    Image.effect_noise((300, 300), 90).convert("P").save(whole, "GIF")
    data = whole.getvalue()
    assert probe(BytesIO(data + tail)).width == 300
    for length in range(len(data) // 2, len(data) // 2 + 60_000, 997):
        if length < len(data) - 1:
            with pytest.raises(MediaError, match="cut short"):
                probe(BytesIO(data[:length]))
