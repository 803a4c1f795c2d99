from __future__ import annotations

from io import BytesIO
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from fakes.pictures import picture
from fakes.sheet_case import clip_bytes, cut_out, locate_in, output_at, status_of
from sora2batch.gallery.sheet.ink import AMBER, BLUE, GREEN, GREY, RED, ROSE, VIOLET
from sora2batch.gallery.sheet.make import MOST_BYTES, make_sheet
from sora2batch.gallery.sheet.sheet_layout import MOST_HEIGHT, MOST_WIDTH
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import ErrorNote
from sora2batch.plan.job_status import make_status


def image_of(data):
    return Image.open(BytesIO(data))


def colours_of(image):
    return {colour for _, colour in image.getcolors(1 << 24)}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    (folder / "good.mp4").write_bytes(clip_bytes((220, 20, 20), (220, 20, 20)))
    (folder / "broken.mp4").write_bytes(b"no clip")
    return locate_in(folder)


@pytest.fixture(scope="module")
def mixed(clips):
    """The sheet of all those jobs, and its tiles."""
    data = make_sheet(mixed_status(), clips)
    return data, cut_out(image_of(data).convert("RGB"), mixed_status(), clips)


def done(name):
    return completed(outputs=(output_at(name),))


MIXED = {
    "n0": (done("good.mp4"), None),
    "n1": (done("broken.mp4"), VIOLET),
    "n2": (done("gone.mp4"), VIOLET),
    "n3": (completed(), VIOLET),
    "n4": (submitted(), BLUE),
    "n5": (failed(error=ErrorNote(message="\x1b[31mcontent policy\n" * 20)), RED),
    "n6": (rejected(error=ErrorNote(message="漢字" * 300)), ROSE),
    "n7": (in_doubt(), AMBER),
    "n8": (None, GREY),
}
"""By the job's name: what became of it, and the one colour of states that its tile has."""
COLOURS_OF_STATES = {GREY, BLUE, RED, ROSE, AMBER, VIOLET, GREEN}


def mixed_status():
    return status_of(*(attempt for attempt, _ in MIXED.values()))


def test_a_sheet_says_whose_it_is(mixed):
    image = image_of(mixed[0])
    assert (image.format, image.text) == ("PNG", {"Software": "sora2batch", "Source": "small.yaml"})


def test_every_tile_of_a_sheet_has_the_colour_of_how_its_job_stands(mixed):
    found = {key: COLOURS_OF_STATES & colours_of(tile) for key, tile in mixed[1].items()}
    assert found == {f"hero/{name}": {colour} - {None} for name, (_, colour) in MIXED.items()}


def test_a_tile_of_a_clip_shows_a_picture_of_it(mixed):
    tile = mixed[1]["hero/n0"]
    right_half = tile.crop((tile.width * 3 // 5, tile.height // 5, tile.width * 4 // 5, tile.height * 4 // 5))
    assert all(red > 180 and green + blue < 100 for red, green, blue in colours_of(right_half))


def test_the_same_status_and_clips_give_the_same_bytes(mixed, clips):
    assert make_sheet(mixed_status(), clips) == mixed[0]


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


def test_a_tile_shows_what_its_job_starts_from(tmp_path, clips):
    start = picture(tmp_path, "fox.png", (40, 200, 90)).to_json()
    jobs = [job_of(name, image=start) for name in ("done", "ahead", "failed")]
    attempts = (done("good.mp4"), None, failed())
    entries = [entry_of(job, one) for job, one in zip(jobs, attempts, strict=True) if one]
    status = make_status("x.yaml", jobs, lockfile_of(*entries), Credits(9000))
    data = make_sheet(status, clips, locate_input=lambda found: tmp_path / found.file)
    assert data == make_sheet(status, clips, locate_input=lambda found: tmp_path / found.file)
    without = make_sheet(status, clips, locate_input=lambda found: tmp_path / "gone.png")
    assert without == make_sheet(status, clips)
    sheet = image_of(data).convert("RGB")
    greens = sum(count for count, (red, green, _) in sheet.getcolors(1 << 24) if green > 2 * red + 40)
    assert greens > 20_000, "the picture fills the tile of the job that is still to be made"
