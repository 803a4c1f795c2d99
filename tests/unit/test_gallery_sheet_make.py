"""Contact sheets as PNG files."""

from __future__ import annotations

from io import BytesIO
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from fakes.sheet_case import clip_bytes, locate_in, output_at, status_of, tile_of
from sora2batch.app.batch.layout import BatchLayout
from sora2batch.gallery.sheet.face import Face, draw_face, face_of
from sora2batch.gallery.sheet.ink import AMBER, BLUE, GREY, RED, ROSE, VIOLET
from sora2batch.gallery.sheet.make import MOST_BYTES, make_sheet
from sora2batch.gallery.sheet.png import encode_png
from sora2batch.gallery.sheet.poster import NoPoster
from sora2batch.gallery.sheet.sheet_file import find_sheet, is_sheet_of, texts_of, write_sheet
from sora2batch.gallery.sheet.sheet_layout import MOST_HEIGHT, MOST_WIDTH
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import ErrorNote
from sora2batch.plan.job_status import make_status

COLOURS = {
    Face.PENDING: GREY,
    Face.GENERATING: BLUE,
    Face.FAILED: RED,
    Face.REJECTED: ROSE,
    Face.IN_DOUBT: AMBER,
    Face.MISSING: VIOLET,
    Face.BROKEN: VIOLET,
}


def image_of(data):
    return Image.open(BytesIO(data))


@pytest.fixture
def clips(tmp_path):
    (tmp_path / "good.mp4").write_bytes(clip_bytes((220, 20, 20), (220, 20, 20)))
    (tmp_path / "broken.mp4").write_bytes(b"no clip")
    return locate_in(tmp_path)


def done(name):
    return completed(outputs=(output_at(name),))


MIXED = (
    done("good.mp4"),
    done("broken.mp4"),
    done("gone.mp4"),
    completed(),
    submitted(),
    failed(error=ErrorNote(message="\x1b[31mcontent policy\n" * 20)),
    rejected(error=ErrorNote(message="漢字" * 300)),
    in_doubt(),
    None,
)


def test_a_sheet_shows_jobs_of_every_kind_and_says_whose_it_is(clips):
    image = image_of(make_sheet(status_of(*MIXED), clips))
    assert (image.format, image.text) == ("PNG", {"Software": "sora2batch", "Source": "small.yaml"})
    colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}
    assert {GREY, BLUE, RED, ROSE, AMBER, VIOLET} <= colours
    assert any(red > 180 and green + blue < 100 for red, green, blue in colours)


def test_the_same_status_and_clips_give_the_same_bytes(clips):
    assert make_sheet(status_of(*MIXED), clips) == make_sheet(status_of(*MIXED), clips)


def test_a_sheet_of_a_simulation_says_so(clips):
    real, simulated = (make_sheet(status_of(None), clips, simulated=one) for one in (False, True))
    assert image_of(simulated).text["Comment"] == "simulated"
    assert image_of(real).tobytes() != image_of(simulated).tobytes()


def test_a_batch_without_jobs_has_a_sheet(clips):
    assert image_of(make_sheet(status_of(), clips)).size[1] < 300


def test_two_thousand_clips_of_noise_stay_below_the_caps(tmp_path):
    Image.frombytes("RGB", (160, 90), Random(1).randbytes(160 * 90 * 3)).save(tmp_path / "noise.png")
    data = make_sheet(status_of(*[done("noise.png")] * 2000), locate_in(tmp_path))
    assert len(data) <= MOST_BYTES
    width, height = image_of(data).size
    assert width <= MOST_WIDTH
    assert height <= MOST_HEIGHT


@settings(deadline=None, max_examples=25)
@given(st.text(max_size=80), st.text(max_size=400), st.text(min_size=1, max_size=60))
def test_no_words_can_break_a_sheet(label, message, manifest):
    job = job_of("n", group=label or "g", labels=((label, label), ("b", message[:60])))
    lockfile = lockfile_of(entry_of(job, failed(error=ErrorNote(message=message))))
    status = make_status(manifest, [job], lockfile, Credits(0))
    assert image_of(make_sheet(status, lambda _: None)).text["Software"] == "sora2batch"


@pytest.mark.parametrize(
    ("state", "lack", "face"),
    [
        ("pending", NoPoster.MISSING, Face.PENDING),
        ("submitted", NoPoster.MISSING, Face.GENERATING),
        ("failed", NoPoster.BROKEN, Face.FAILED),
        ("rejected", NoPoster.MISSING, Face.REJECTED),
        ("in_doubt", NoPoster.MISSING, Face.IN_DOUBT),
        ("completed", NoPoster.MISSING, Face.MISSING),
        ("completed", NoPoster.BROKEN, Face.BROKEN),
    ],
)
@pytest.mark.parametrize("size", [(160, 90), (90, 160), (427, 240)], ids=str)
def test_every_kind_of_job_has_a_look_of_its_own(state, lack, face, size):
    tile = tile_of(state=state, error="a reason " * 50)
    assert face_of(tile, lack) is face
    image = draw_face(face, tile, size)
    assert image.size == size
    assert COLOURS[face] in {colour for _, colour in image.getcolors(1 << 20)}


def test_a_failed_tile_gives_the_apis_words_if_it_can_write_them():
    assert Face.FAILED.detail(tile_of(state="failed", error="out of luck")) == "out of luck"
    assert Face.FAILED.detail(tile_of(state="failed", error="не так")) == "the reason is in the lockfile"
    assert Face.PENDING.detail(tile_of(credits=2100)) == "2,100 credits"


def test_colours_are_given_up_before_a_picture_is():
    noise = Image.frombytes("RGB", (200, 200), Random(2).randbytes(120_000))
    modes = [image_of(encode_png(noise, {}, most)).mode for most in (200_000, 60_000, 33_000)]
    assert modes == ["RGB", "P", "P"]
    assert encode_png(noise, {}, 1000) is None


def sheet_bytes(manifest="small.yaml", *, simulated=False):
    return make_sheet(status_of(None, manifest=manifest), lambda _: None, simulated=simulated)


def test_a_sheet_is_written_over_an_older_one_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "sheet.png"
    for data in (sheet_bytes(), sheet_bytes(simulated=True), sheet_bytes()):
        write_sheet(path, data, "small.yaml")
        assert path.read_bytes() == data
    assert [one.name for one in tmp_path.iterdir()] == ["sheet.png"]


@pytest.mark.parametrize(
    "other", [b"a letter", b"\x89PNG\r\n\x1a\n", sheet_bytes("other.yaml")], ids=["text", "png", "another"]
)
def test_no_other_file_is_written_over(tmp_path, other):
    path = tmp_path / "sheet.png"
    path.write_bytes(other)
    with pytest.raises(
        UsageError, match=r"is there already and is no contact sheet of small\.yaml"
    ) as caught:
        write_sheet(path, sheet_bytes(), "small.yaml")
    assert caught.value.hint == "name another file; - is standard output"
    assert path.read_bytes() == other


def test_an_empty_file_may_be_written_over(tmp_path):
    path = tmp_path / "sheet.png"
    path.touch()
    write_sheet(path, sheet_bytes(), "small.yaml")
    assert is_sheet_of(path, "small.yaml", simulated=False)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"^cannot write .*: there is no folder .*none$"):
        write_sheet(tmp_path / "none/sheet.png", b"", "small.yaml")


def test_a_folder_in_its_place_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot be written: it is a folder"):
        write_sheet(tmp_path, b"", "small.yaml")


def sheet_beside(manifest, *, simulated):
    layout = BatchLayout(manifest=manifest, simulated=simulated)
    return find_sheet(layout.sheets, manifest.name, simulated=simulated)


def test_the_sheet_of_a_manifest_is_found_beside_it(tmp_path):
    manifest = tmp_path / "small.yaml"
    assert sheet_beside(manifest, simulated=False) is None
    (tmp_path / "sheet.png").write_bytes(sheet_bytes())
    assert sheet_beside(manifest, simulated=False) == "sheet.png"
    (tmp_path / "small.sheet.png").write_bytes(sheet_bytes())
    assert sheet_beside(manifest, simulated=False) == "small.sheet.png"
    assert sheet_beside(manifest, simulated=True) is None
    (tmp_path / "small.sim.sheet.png").write_bytes(sheet_bytes(simulated=True))
    assert sheet_beside(manifest, simulated=True) == "small.sim.sheet.png"


@pytest.mark.parametrize(
    "data", [b"", b"text", sheet_bytes("other.yaml"), sheet_bytes(simulated=True), sheet_bytes()[:60]]
)
def test_a_file_that_is_not_its_sheet_is_not_linked(tmp_path, data):
    (tmp_path / "sheet.png").write_bytes(data)
    assert sheet_beside(tmp_path / "small.yaml", simulated=False) is None


@pytest.mark.parametrize("name", ["größe.yaml", "狐.yaml", "a\udcffb.yaml"])
def test_any_name_of_a_manifest_is_known_again(tmp_path, name):
    path = tmp_path / "sheet.png"
    path.write_bytes(sheet_bytes(name))
    assert is_sheet_of(path, name, simulated=False)
    assert all(text.isascii() for text in texts_of(name, simulated=False).values())
