"""Real files, small ones: what is wrong with them is found, and nothing is found where nothing is wrong."""

from io import BytesIO
from zlib import crc32

import pytest
from PIL import Image

from fakes.damaged_clip import black, clip, moving, spoiled, still
from sora2batch.catalog.tool import Kind
from sora2batch.clipcheck.clip_finding import Expected, NotChecked
from sora2batch.clipcheck.examine import examine

ASKED = Expected(seconds=4, aspect="16:9", sound=True)


@pytest.fixture
def found(tmp_path):
    def found(data: bytes, expected=ASKED):
        path = tmp_path / "clip"
        path.write_bytes(data)
        told = examine(path, expected)
        return told if isinstance(told, NotChecked) else {one.kind.value: one.reason for one in told}

    return found


def first_black(share):
    return lambda time, size: black(time, size) if time < 4 * share else moving(time, size)


def night(time, size):
    """Dark, but for a lit window that flickers."""
    picture = Image.new("RGB", size, (9, 9, 14))
    level = 70 + round(60 * (time % 1))
    picture.paste((level, level, 40), (20, 20, 52, 38))
    return picture


def still_camera(time, size):
    """Nothing moves but a small flame."""
    picture = still(time, size)
    picture.paste((200 + round(50 * (time % 0.5)), 90 + round(150 * (time % 0.5)), 0), (130, 40, 138, 52))
    return picture


@pytest.mark.parametrize(
    "data",
    [
        clip(),
        clip(container="matroska"),
        clip(first_black(0.3)),
        clip(night),
        clip(still_camera),
        clip(seconds=3.7),
        clip(size=(168, 96)),
        clip(loudness=0.01),
    ],
    ids=["whole", "matroska", "fade in", "night", "still camera", "a bit short", "blocks", "quiet"],
)
def test_nothing_is_found_in_what_is_meant(found, data):
    assert found(data) == {}


@pytest.mark.parametrize(
    ("data", "findings"),
    [
        (clip(black), {"black": "black for 4.0 of 4.0 s"}),
        (clip(first_black(0.75)), {"black": "black for 3.0 of 4.0 s"}),
        (clip(still), {"frozen": "nothing moves for 4.0 of 4.0 s"}),
        (clip(loudness=None), {"silent": "no sound"}),
        (clip(loudness=0), {"silent": "silent from beginning to end"}),
        (clip(seconds=2.5), {"short": "2.5 s instead of 4 s"}),
        (clip(size=(90, 160)), {"shape": "90x160 instead of 16:9"}),
        (clip(size=(128, 96)), {"shape": "128x96 instead of 16:9"}),
    ],
    ids=["black", "mostly black", "frozen", "no sound", "silent", "short", "upright", "4:3"],
)
def test_what_is_wrong_is_told_with_its_numbers(found, data, findings):
    assert found(data) == findings


def test_what_is_not_known_is_not_judged(found):
    assert found(clip(seconds=1, loudness=None, size=(96, 96)), Expected()) == {}
    assert found(clip(), Expected(aspect="auto")) == {}


def test_a_clip_that_cannot_be_decoded_to_its_end_is_truncated(found):
    told = found(spoiled(clip(loudness=None), from_share=0.5), Expected(seconds=4))
    assert told.keys() == {"truncated"}
    assert found(spoiled(clip(loudness=None), from_share=0.0), Expected()).keys() == {"truncated"}
    assert found(clip()[:900], Expected())["truncated"].startswith("cannot be decoded: ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 5000,
        b"<html>",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
    ],
)
def test_what_is_no_media_is_told_and_leads_nowhere(found, data):
    assert found(data).keys() == {"truncated"}


def test_a_picture_is_as_wide_as_it_should_be_whole_and_more_than_one_colour(found):
    asked = Expected(kind=Kind.IMAGE, aspect="16:9")

    def picture(image, kind="PNG"):
        target = BytesIO()
        image.save(target, kind)
        return target.getvalue()

    whole = picture(moving(1.0), "JPEG")
    assert found(whole, asked) == {}
    assert found(picture(Image.new("RGB", (160, 90), "#00ff00")), asked) == {
        "black": "one colour all over, #00ff00"
    }
    assert found(picture(moving(1.0, (90, 160))), asked) == {"shape": "90x160 instead of 16:9"}
    assert found(whole[: len(whole) // 2], asked).keys() == {"truncated"}
    assert found(whole, Expected(kind=Kind.IMAGE, aspect="640x640")) == {
        "shape": "160x90 instead of the shape of the picture, 640x640"
    }


@pytest.mark.parametrize("side", [11_000, 60_000])
def test_a_picture_that_says_it_is_huge_is_not_decoded_and_not_called_broken(found, side):
    header = b"IHDR" + side.to_bytes(4) * 2 + b"\x01\0\0\0\0"
    huge = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0d" + header + crc32(header).to_bytes(4) + b"\0\0\0\0IDAT"
    assert "pixels" in found(huge).reason


def test_what_nothing_here_can_decode_is_not_called_broken(found):
    unknown = NotChecked("nothing here can decode it")
    assert found(clip().replace(b"avc1", b"zzzz")) == unknown
    assert found(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)) == unknown


def test_a_folder_a_pipe_and_nothing_are_not_checked(tmp_path):
    assert isinstance(examine(tmp_path, ASKED), NotChecked)
    assert isinstance(examine(tmp_path / "none", ASKED), NotChecked)
