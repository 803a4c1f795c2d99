from __future__ import annotations

import pytest

from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import completed, failed
from fakes.sheet_case import locate_in, output_at
from sora2batch.gallery.sheet.tile import aspect_of, tiles_of
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import ErrorNote
from sora2batch.plan.job_status import make_status


def test_a_job_becomes_a_tile_with_its_first_file(tmp_path):
    fox, owl = job_of("fox", aspect_ratio="9:16"), job_of("owl", take=2)
    done = completed(outputs=(output_at("a.mp4"), output_at("b.mp4")))
    entries = [entry_of(fox, done), entry_of(owl, failed(error=ErrorNote(message="no")))]
    status = make_status("x.yaml", [fox, owl], lockfile_of(*entries), Credits(5000))
    one, other = tiles_of(status, locate_in(tmp_path))
    assert (one.key, one.state, one.path, one.aspect) == ("hero/fox", "completed", tmp_path / "a.mp4", 9 / 16)
    assert (other.take, other.state, other.error, other.path) == (2, "failed", "no", None)


@pytest.mark.parametrize(
    ("ratio", "aspect"),
    [("16:9", 16 / 9), ("1:1", 1.0), ("21:9", 21 / 9), ("9:9999", 1 / 3), ("99:1", 3.0)]
    + [(odd, 16 / 9) for odd in ("auto", "0:9", "9:0", "", None, 1.5, "16:9 ")],
)
def test_an_aspect_ratio_is_read_and_kept_within_bounds(ratio, aspect):
    assert aspect_of(ratio) == aspect
