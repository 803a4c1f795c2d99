"""What can be made of files, damaged ones among them."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fakes.reel_case import GREEN, RED, footage_at, write_clip
from sora2batch.reel.clip_facts import ClipFacts, Unusable, examine_clip
from sora2batch.reel.make import make_reel
from sora2batch.reel.reel_settings import ReelSettings
from sora2batch.reel.timeline import make_edit_list


def test_a_clip_is_measured_as_it_is_shown(tmp_path):
    path = write_clip(tmp_path / "a.mp4", RED, size=(72, 54), rate=24, aspect=Fraction(4, 3), tone=440)
    facts = examine_clip(path)
    assert (facts.width, facts.height, facts.rate, facts.seconds) == (96, 54, 24, 1)
    assert facts.has_sound
    assert not facts.is_still


def test_a_picture_stands_still(tmp_path):
    Image.new("RGB", (40, 30), GREEN).save(tmp_path / "a.webp")
    facts = examine_clip(tmp_path / "a.webp")
    assert (facts.width, facts.height, facts.is_still, facts.has_sound) == (40, 30, True, False)


def test_a_torn_clip_is_as_long_as_what_is_there(tmp_path):
    path = write_clip(tmp_path / "a.mp4", *(RED, GREEN) * 20, seconds=4)
    with_index_first = tmp_path / "whole.mp4"
    make_reel(make_edit_list("m", [footage_at(path)], ReelSettings()), with_index_first, lambda _: None)
    data = with_index_first.read_bytes()
    (tmp_path / "torn.mp4").write_bytes(data[: data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 2])
    torn = examine_clip(tmp_path / "torn.mp4")
    assert isinstance(torn, ClipFacts)
    assert 0 < torn.seconds < 3
    assert torn.promised == 4
    assert torn.is_torn
    assert not examine_clip(with_index_first).is_torn


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no clip that plays"),
        (b"no clip" * 100, "no clip that plays"),
        (b"#EXTM3U\n#EXTINF:9,\nsecret.mp4\n#EXT-X-ENDLIST\n", "no clip that plays"),
        (b"ffconcat version 1.0\nfile secret.mp4\n", "no clip that plays"),
    ],
    ids=["empty", "garbage", "playlist", "concat"],
)
def test_what_is_no_clip_is_told(tmp_path, data, reason):
    write_clip(tmp_path / "secret.mp4", RED)
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    assert reason in examine_clip(path).reason


def test_a_missing_file_a_folder_and_a_pipe_are_told(tmp_path):
    assert examine_clip(tmp_path / "none.mp4") == Unusable("its file is missing")
    assert "folder" in examine_clip(tmp_path).reason
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe.mp4")
        assert "pipe" in examine_clip(tmp_path / "pipe.mp4").reason


def test_a_picture_that_would_fill_the_memory_is_told(tmp_path):
    Image.new("1", (9000, 9000)).save(tmp_path / "bomb.png")
    assert "9,000 x 9,000" in examine_clip(tmp_path / "bomb.png").reason


@cache
def clip() -> bytes:
    with TemporaryDirectory() as folder:
        return write_clip(Path(folder) / "a.mp4", RED, GREEN, seconds=0.5, tone=440).read_bytes()


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_damage_to_a_clip_can_stop_a_reel(tmp_path_factory, data):
    """Whatever is said of it before, the reel is as long as the edit list says."""
    content = bytearray(clip())
    damages = st.tuples(st.integers(0, len(content) - 1), st.binary(min_size=1, max_size=4))
    for place, junk in data.draw(st.lists(damages, max_size=8)):
        content[place : place + len(junk)] = junk
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "damaged.mp4"
    path.write_bytes(content)
    facts = examine_clip(path)
    if isinstance(facts, ClipFacts):
        edit = make_edit_list("m", [footage_at(path)], ReelSettings(length=Fraction(1), size=(64, 64)))
        make_reel(edit, folder / "reel.mp4", lambda _: None)
        made = examine_clip(folder / "reel.mp4")
        assert isinstance(made, ClipFacts)
        assert abs(made.seconds - edit.seconds) < Fraction(1, 100) or made.is_still
