from __future__ import annotations

from io import BytesIO

import av
import pytest
from PIL import Image, ImageChops

from sora2batch.clipcheck.clip_finding import Expected
from sora2batch.clipcheck.examine import examine
from sora2batch.simulator.clip import render_clip, render_still
from sora2batch.simulator.fault import FaultKind
from sora2batch.simulator.picture import sample_url
from sora2batch.simulator.shot import Quality, Shot

FOX = sample_url("fox")


def shot(prompt: str = "Slow pan on a fox", **changes) -> Shot:
    given = {
        "details": "std · 2 s · take 1",
        "picture": FOX,
        "size": (512, 288),
        "seconds": 1.0,
        "quality": Quality.PLAIN,
        "variation": 1,
    }
    return Shot(prompt=prompt, **{**given, **changes})


def decoded(content: bytes) -> list[Image.Image]:
    with av.open(BytesIO(content)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def difference(a: Image.Image, b: Image.Image) -> int:
    """The largest difference of any channel of any pixel above the caption."""
    above = (0, 40, a.width, a.height // 2)
    return max(high for _, high in ImageChops.difference(a.crop(above), b.crop(above)).getextrema())


@pytest.mark.parametrize(("size", "seconds"), [((512, 288), 1.0), ((288, 512), 2.0), ((336, 448), 1.0)])
def test_a_clip_has_the_size_and_the_length_that_were_asked_for(size, seconds):
    content = render_clip(shot(size=size, seconds=seconds))
    with av.open(BytesIO(content)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == size
        assert container.duration / av.time_base == pytest.approx(seconds)


def test_a_clip_can_be_played_from_its_first_bytes_on():
    content = render_clip(shot())
    assert content[4:8] == b"ftyp"
    assert content.index(b"moov") < content.index(b"mdat")


def test_a_clip_moves():
    frames = decoded(render_clip(shot(seconds=2.0)))
    assert len(frames) == 24
    assert difference(frames[0], frames[12]) > 40
    assert difference(frames[12], frames[-1]) > 40


def test_a_clip_starts_from_its_starting_picture():
    fox, owl = (decoded(render_clip(shot(picture=sample_url(name))))[0] for name in ("fox", "owl"))
    assert difference(fox, owl) > 80


def test_the_same_shot_gives_the_same_bytes_and_another_one_does_not():
    assert render_clip(shot()) == render_clip(shot())
    for changes in (
        {"variation": 2},
        {"quality": Quality.RICH},
        {"details": "take 2"},
        {"picture": "https://a.example/b"},
    ):
        assert render_clip(shot(**changes)) != render_clip(shot()), changes
    assert render_clip(shot("Slow pan on an owl")) != render_clip(shot())


@pytest.mark.parametrize(
    "prompt", ["静かな水面 🦊 مرحبا", "", "x" * 5000, "a\x00b\n\tc", "half \ud83e", "[fail] <b>&"]
)
def test_no_text_breaks_a_clip(prompt):
    assert decoded(render_clip(shot(prompt)))


def test_a_still_is_twice_the_size_of_a_clip():
    assert render_still(shot()).size == (1024, 576)


def test_a_clip_whose_tool_makes_sound_has_some_and_the_check_has_nothing_to_say(tmp_path):
    found = examined(tmp_path, shot(seconds=3.0, has_sound=True))
    assert found == ()
    assert examined(tmp_path, shot("Static shot of a fox, locked tripod", seconds=3.0, has_sound=True)) == ()


@pytest.mark.parametrize(
    ("flaw", "kind"),
    [(FaultKind.BLACK, "black"), (FaultKind.FROZEN, "frozen"), (FaultKind.SILENT, "silent")],
)
def test_a_flaw_is_what_the_check_finds(tmp_path, flaw, kind):
    assert [one.kind for one in examined(tmp_path, shot(seconds=3.0, has_sound=True, flaw=flaw))] == [kind]


def examined(folder, what):
    (folder / "clip.mp4").write_bytes(render_clip(what))
    return examine(folder / "clip.mp4", Expected(seconds=3, aspect="16:9", sound=True))
