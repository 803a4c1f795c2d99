from __future__ import annotations

import os
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from fakes.sheet_case import clip_bytes
from sora2batch.gallery.sheet.poster import NoPoster, read_poster

BLACK, RED, GREEN = (0, 0, 0), (220, 20, 20), (20, 220, 20)


def colour_of(image):
    """The right half's colour, roughly."""
    return tuple(channel > 128 for channel in image.getpixel((image.width * 3 // 4, image.height // 2)))


def is_red(image):
    return colour_of(image) == (True, False, False)


def is_green(image):
    return colour_of(image) == (False, True, False)


@pytest.fixture
def clip(tmp_path):
    def write(data):
        path = tmp_path / "clip.mp4"
        path.write_bytes(data)
        return path

    return write


def test_the_poster_comes_from_within_the_clip(clip):
    assert is_green(read_poster(clip(clip_bytes(*[RED] * 3, *[GREEN] * 7)), (64, 36)))


def test_a_frame_that_shows_nothing_is_passed_over(clip):
    assert is_green(read_poster(clip(clip_bytes(*[BLACK] * 6, *[GREEN] * 4)), (64, 36)))


def test_a_clip_that_never_shows_anything_has_a_black_poster(clip):
    assert colour_of(read_poster(clip(clip_bytes(*[BLACK] * 5)), (64, 36))) == (False,) * 3


def test_a_clip_of_one_frame_has_that(clip):
    assert is_red(read_poster(clip(clip_bytes(RED)), (64, 36)))


def test_a_clip_with_a_single_key_frame_has_a_poster(clip):
    assert is_red(read_poster(clip(clip_bytes(*[RED] * 10, key_every=100)), (64, 36)))


@pytest.mark.parametrize(
    ("size", "box", "poster"),
    [
        ((64, 36), (320, 180), (320, 180)),
        ((36, 64), (320, 180), (101, 180)),
        ((64, 64), (100, 300), (100, 100)),
        ((64, 36), (10, 1), (2, 1)),
    ],
)
def test_a_poster_keeps_its_aspect_ratio_in_the_box(clip, size, box, poster):
    assert read_poster(clip(clip_bytes(RED, size=size)), box).size == poster


@pytest.mark.parametrize("form", ["jpeg", "png", "webp", "gif"])
def test_a_picture_is_its_own_poster(tmp_path, form):
    path = tmp_path / f"picture.{form}"
    image = Image.new("RGB", (80, 60))
    image.paste(RED, (40, 0, 80, 60))
    image.save(path)
    assert is_red(read_poster(path, (40, 30)))


def test_a_files_name_does_not_matter(tmp_path):
    path = tmp_path / "concat:%03d.jpg"
    path.write_bytes(clip_bytes(RED))
    assert is_red(read_poster(path, (64, 36)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no clip" * 100,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.mp4\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile secret.mp4\n",
        clip_bytes(RED, GREEN)[:200],
    ],
    ids=["empty", "garbage", "playlist", "concat", "torn"],
)
def test_a_file_that_is_no_clip_is_broken(clip, data):
    path = clip(data)
    path.with_name("secret.mp4").write_bytes(clip_bytes(RED))
    assert read_poster(path, (64, 36)) is NoPoster.BROKEN


CLIP = clip_bytes(RED, GREEN, RED)


def test_a_clip_of_an_unknown_codec_is_broken(clip):
    assert b"avc1" in CLIP
    assert read_poster(clip(CLIP.replace(b"avc1", b"zzzz")), (64, 36)) is NoPoster.BROKEN


DAMAGES = st.lists(st.tuples(st.integers(0, len(CLIP) - 1), st.binary(min_size=1, max_size=4)), max_size=8)


@settings(deadline=None, max_examples=300)
@given(DAMAGES, st.integers(0, len(CLIP)))
@example([(CLIP.index(b"avc1"), b"zzzz")], len(CLIP))
@example([], len(CLIP) // 2)
def test_no_damage_to_a_clip_can_stop_a_sheet(tmp_path_factory, damages, kept):
    data = bytearray(CLIP)
    for place, junk in damages:
        data[place : place + len(junk)] = junk
    path = tmp_path_factory.getbasetemp() / "damaged.mp4"
    # Half of them whole: what is cut is hardly looked into, as the index of these clips stands at the end.
    for damaged in (data, data[:kept]):
        path.write_bytes(damaged)
        poster = read_poster(path, (64, 36))
        assert poster is NoPoster.BROKEN or (poster.width <= 64 and poster.height <= 36)


def test_a_picture_that_would_fill_the_memory_is_broken(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (9000, 9000)).save(path)
    assert read_poster(path, (64, 36)) is NoPoster.BROKEN


def test_a_file_that_is_not_there_is_missing(tmp_path):
    assert read_poster(tmp_path / "none.mp4", (64, 36)) is NoPoster.MISSING
    assert read_poster(tmp_path, (64, 36)) is NoPoster.MISSING


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    assert read_poster(tmp_path / "pipe.mp4", (64, 36)) is NoPoster.MISSING


def test_the_same_file_gives_the_same_pixels(clip):
    path = clip(clip_bytes(RED, GREEN, RED))
    assert read_poster(path, (50, 50)).tobytes() == read_poster(path, (50, 50)).tobytes()
