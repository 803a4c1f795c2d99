"""Reels of real clips, played back: the right picture and the right sound at the right time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import av
import pytest

from fakes.reel_case import BLUE, GREEN, RED, colour_at, footage_at, frames_of, loudness_of, write_clip
from sora2batch.reel.edit_list import EditList
from sora2batch.reel.make import make_reel
from sora2batch.reel.parts import Parts
from sora2batch.reel.reel_file import is_reel_of
from sora2batch.reel.reel_settings import Part, ReelSettings
from sora2batch.reel.timeline import make_edit_list

PLAIN = ReelSettings(titles=False)


def nobody(_more: int) -> None:
    pass


@pytest.fixture
def target(tmp_path):
    return tmp_path / "reel.mp4"


def reel_of(footage, target, settings=PLAIN) -> EditList:
    edit = make_edit_list("small.yaml", footage, settings)
    make_reel(edit, target, nobody)
    return edit


def colours_of(path, x=0.5, y=0.5):
    """The colours one after the other, each with how many frames it lasts."""
    told: list[list] = []
    for image in frames_of(path):
        colour = colour_at(image, x, y)
        if told and told[-1][0] == colour:
            told[-1][1] += 1
        else:
            told.append([colour, 1])
    return [tuple(one) for one in told]


def test_clips_of_any_size_rate_and_shape_play_one_after_the_other_in_one_frame(tmp_path, target):
    clips = [
        footage_at(write_clip(tmp_path / "a.mp4", RED, tone=440)),
        footage_at(write_clip(tmp_path / "b.mp4", GREEN, size=(54, 96), rate=24)),
        footage_at(write_clip(tmp_path / "c.mp4", BLUE, size=(72, 54), aspect=Fraction(4, 3), tone=880)),
    ]
    reel_of(clips, target)
    assert colours_of(target) == [(RED, 12), (GREEN, 12), (BLUE, 12)]
    frames = frames_of(target)
    assert frames[0].size == (96, 54)
    assert colour_at(frames[18], 0.1, 0.5) is None, "an upright clip has bars"
    assert colour_at(frames[30], 0.02, 0.5) == BLUE, "oblong pixels fill the frame"
    # Each clip's tone is heard in its first half; the clip in the middle is silent.
    assert [loud > 0.2 for loud in loudness_of(target, parts=6)] == [True, False, False, False, True, False]


def test_a_clip_that_was_held_upright_is_shown_upright(tmp_path, target):
    from PIL import Image

    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 96, 54, "yuv420p"
        image = Image.new("RGB", (96, 54), RED)
        image.paste(GREEN, (48, 0, 96, 54))
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode(None))
    as_it_lies = b"".join(value.to_bytes(4) for value in (1 << 16, 0, 0, 0, 1 << 16))
    a_quarter_clockwise = b"".join(value.to_bytes(4) for value in (0, 1 << 16, 0, (1 << 32) - (1 << 16), 0))
    head, track, rest = (tmp_path / "a.mp4").read_bytes().partition(b"tkhd")
    (tmp_path / "a.mp4").write_bytes(head + track + rest.replace(as_it_lies, a_quarter_clockwise, 1))
    edit = reel_of([footage_at(tmp_path / "a.mp4")], target)
    assert edit.format.size == (54, 96)
    frame = frames_of(target)[0]
    assert (colour_at(frame, 0.5, 0.2), colour_at(frame, 0.5, 0.8)) == (RED, GREEN)


def test_picture_and_sound_are_equally_long_and_have_no_gap(tmp_path, target):
    clips = [
        footage_at(write_clip(tmp_path / f"{name}.mp4", RED, rate=24, seconds=0.7, tone=300))
        for name in "abcde"
    ]
    edit = reel_of(clips, target)
    with av.open(str(target)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.duration * video.time_base == edit.seconds
        assert abs(audio.duration * audio.time_base - edit.seconds) < Fraction(1, 1000)
        times = [packet.pts * packet.time_base for packet in container.demux(video) if packet.size]
    assert times == [Fraction(index, 24) for index in range(edit.frames)]


def test_a_reel_starts_to_play_from_its_first_bytes_and_says_whose_it_is(tmp_path, target):
    reel_of([footage_at(write_clip(tmp_path / "a.mp4", RED))], target)
    data = target.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert is_reel_of(target, "small.yaml")
    assert not is_reel_of(target, "other.yaml")
    assert not is_reel_of(tmp_path / "a.mp4", "small.yaml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "reel.mp4"]


def test_the_same_clips_give_the_same_bytes(tmp_path, target):
    clips = [footage_at(write_clip(tmp_path / "a.mp4", RED, GREEN, tone=440))]
    reel_of(clips, target)
    first = target.read_bytes()
    reel_of(clips, target)
    assert target.read_bytes() == first


@pytest.mark.parametrize(("part", "seen"), [(Part.START, RED), (Part.MIDDLE, GREEN), (Part.END, BLUE)])
def test_a_clip_is_cut_to_the_part_that_is_wanted(tmp_path, target, part, seen):
    clip = footage_at(write_clip(tmp_path / "a.mp4", RED, GREEN, BLUE, seconds=3))
    reel_of([clip], target, replace(PLAIN, each=Fraction(1), part=part))
    assert colours_of(target) == [(seen, 12)]


def test_a_fade_shows_both_clips_and_shortens_the_reel(tmp_path, target):
    clips = [footage_at(write_clip(tmp_path / f"{n}.mp4", c)) for n, c in (("a", RED), ("b", GREEN))]
    edit = reel_of(clips, target, replace(PLAIN, fade=Fraction(1, 2)))
    assert edit.frames == 12 + 12 - 6
    (red, _), *between, (green, _) = colours_of(target)
    assert (red, green) == (RED, GREEN)
    assert any(colour is None for colour, _ in between), "neither red nor green: both"


def test_a_picture_stands_for_a_while(tmp_path, target):
    from PIL import Image

    Image.new("RGB", (96, 54), GREEN).save(tmp_path / "still.png")
    clips = [footage_at(write_clip(tmp_path / "a.mp4", RED)), footage_at(tmp_path / "still.png")]
    reel_of(clips, target, replace(PLAIN, stills=Fraction(2)))
    assert colours_of(target) == [(RED, 12), (GREEN, 24)]


def test_a_grid_shows_all_in_step_and_what_is_shorter_holds_its_last_frame(tmp_path, target):
    clips = [
        footage_at(
            write_clip(tmp_path / "a.mp4", RED, GREEN, seconds=1), ("animal", "fox"), ("camera", "pan")
        ),
        footage_at(write_clip(tmp_path / "b.mp4", BLUE, seconds=2), ("animal", "owl"), ("camera", "pan")),
        footage_at(
            write_clip(tmp_path / "c.mp4", GREEN, RED, seconds=2), ("animal", "owl"), ("camera", "dolly")
        ),
    ]
    edit = reel_of(clips, target, replace(PLAIN, grid=("animal", "camera")))
    assert (edit.frames, edit.format.size) == (24, (192, 108))
    assert colours_of(target, 0.35, 0.3) == [(RED, 6), (GREEN, 18)]
    assert colours_of(target, 0.35, 0.8) == [(BLUE, 24)]
    assert colours_of(target, 0.85, 0.8) == [(GREEN, 12), (RED, 12)]
    assert colours_of(target, 0.85, 0.3) == [(None, 24)]


def test_an_interrupted_reel_goes_on_with_what_is_whole(tmp_path, target):
    clips = [footage_at(write_clip(tmp_path / f"{n}.mp4", c)) for n, c in (("a", RED), ("b", GREEN))]
    edit = make_edit_list("small.yaml", clips, PLAIN)
    done = 0

    def interrupt(more: int) -> None:
        nonlocal done
        done += more
        if done == 18:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_reel(edit, target, interrupt)
    first, second = edit.segments()
    parts = Parts.beside(target)
    assert not target.exists()
    assert (parts.has(edit, first), parts.has(edit, second)) == (True, False)
    stamp = parts.path_of(edit, first).stat().st_ino
    steps: list[int] = []
    make_reel(edit, target, lambda more: steps.append((more, parts.path_of(edit, first).stat().st_ino)))
    assert steps[0] == (12, stamp), "the first clip is there as a whole"
    assert colours_of(target) == [(RED, 12), (GREEN, 12)]
    assert not parts.folder.exists()


def test_a_torn_segment_is_made_anew(tmp_path, target):
    edit = make_edit_list("small.yaml", [footage_at(write_clip(tmp_path / "a.mp4", RED))], PLAIN)
    parts = Parts.beside(target)
    parts.open(edit)
    (segment,) = edit.segments()
    make_reel(edit, target, nobody)
    parts.open(edit)
    parts.path_of(edit, segment).write_bytes(target.read_bytes()[:-200])
    make_reel(edit, target, nobody)
    assert colours_of(target) == [(RED, 12)]


def test_a_clip_that_is_damaged_after_it_was_looked_at_is_black_and_nothing_else_fails(tmp_path, target):
    clips = [
        footage_at(write_clip(tmp_path / f"{n}.mp4", c, tone=440)) for n, c in (("a", RED), ("b", GREEN))
    ]
    (tmp_path / "a.mp4").write_bytes(b"gone")
    reel_of(clips, target)
    assert colours_of(target) == [(None, 12), (GREEN, 12)]
    assert [loud > 0.2 for loud in loudness_of(target, parts=4)] == [False, False, True, False]


def test_a_title_is_drawn_at_the_bottom_left(tmp_path, target):
    clips = [
        footage_at(write_clip(tmp_path / f"{name}.mp4", RED, size=(320, 180)), ("animal", name))
        for name in "ab"
    ]
    reel_of(clips, target, ReelSettings())
    titled = frames_of(target)[0]
    assert titled.crop((0, 140, 60, 180)).convert("L").getextrema()[0] < 40
    assert colour_at(titled, 0.5, 0.2) == RED
