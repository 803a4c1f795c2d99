from __future__ import annotations

import os
from pathlib import Path

import pytest

from fakes.artifact_case import DATA, finished, recorded, with_clip
from sora2batch.ground.clock import moment_of
from sora2batch.run.artifact import Artifacts


@pytest.fixture
def folder(tmp_path: Path) -> Artifacts:
    return with_clip(Artifacts(tmp_path))


def test_a_file_as_it_was_has_no_fault(folder):
    assert folder.quick_fault(finished(recorded())) is None


def test_a_missing_file_is_named(folder):
    assert folder.quick_fault(finished(recorded("b.mp4"))) == "b.mp4 is missing"


def test_a_file_of_another_length_is_told_with_both_lengths(folder):
    assert folder.quick_fault(finished(recorded(data=DATA + b"!"))) == "a.mp4 has 160 bytes, not 161"


def test_a_file_that_was_written_to_is_hashed(folder):
    (folder.root / "a.mp4").write_bytes(DATA.upper())
    assert folder.quick_fault(finished(recorded())) == "a.mp4 does not match its hash"


def test_a_file_that_was_only_touched_is_hashed_and_found_good(folder):
    os.utime(folder.root / "a.mp4")
    assert folder.quick_fault(finished(recorded())) is None


@pytest.mark.parametrize("moment", [None, "", "soon", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59-14:00"])
def test_a_finishing_time_that_is_none_makes_the_look_thorough(folder, moment):
    (folder.root / "a.mp4").write_bytes(DATA.upper())
    folder.stamp(folder.root / "a.mp4", moment_of(moment))
    assert folder.quick_fault(finished(recorded(), finished_at=moment)) == "a.mp4 does not match its hash"


def test_the_first_of_several_faults_is_told(folder):
    attempt = finished(recorded(), recorded("b.mp4"), recorded("c.mp4"))
    assert folder.quick_fault(attempt) == "b.mp4 is missing"


def test_a_task_without_files_tells_why(folder):
    assert folder.quick_fault(finished()) == "its file has not been downloaded"
    assert folder.quick_fault(finished(error="the host kept failing")) == "the host kept failing"


@pytest.mark.parametrize(
    "path", ["../a.mp4", "/a.mp4", "x/../../a.mp4", "D:a.mp4", "..\\a.mp4", "a\0.mp4", "", ".", None]
)
def test_a_path_that_leads_out_is_no_path(folder, path):
    assert folder.locate(recorded(path)) is None
    assert folder.quick_fault(finished(recorded(path))) == "its file has not been downloaded"
