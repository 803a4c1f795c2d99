from __future__ import annotations

import os
from pathlib import Path

import pytest

from fakes.artifact_case import DATA, FINISHED, finished, recorded, with_clip
from fakes.footage import mp4
from sora2batch.ground.clock import moment_of
from sora2batch.lockfile.entry import Output
from sora2batch.run.opened_artifact import OpenedArtifacts


@pytest.fixture
def folder(tmp_path: Path) -> OpenedArtifacts:
    return with_clip(OpenedArtifacts(tmp_path))


def test_a_file_as_it_was_has_no_fault(folder):
    assert folder.fault(finished(recorded())) is None


def test_only_the_thorough_look_finds_a_change_that_hides(folder):
    (folder.root / "a.mp4").write_bytes(DATA.upper())
    folder.stamp(folder.root / "a.mp4", moment_of(FINISHED))
    assert folder.quick_fault(finished(recorded())) is None
    assert folder.fault(finished(recorded())) == "a.mp4 does not match its hash"


def test_a_folder_under_the_name_is_no_file(folder):
    (folder.root / "b.mp4").mkdir()
    size = (folder.root / "b.mp4").stat().st_size
    found = folder.fault(finished(Output(path="b.mp4", sha256="ab" * 32, bytes=size)))
    assert found == "b.mp4 does not match its hash"


WORDS = b"File not found or expired."


@pytest.fixture
def words(tmp_path: Path) -> OpenedArtifacts:
    """A folder in which an older version kept a host's words as if they were a clip."""
    artifacts = OpenedArtifacts(tmp_path)
    (tmp_path / "a.mp4").write_bytes(WORDS)
    artifacts.stamp(tmp_path / "a.mp4", moment_of(FINISHED))
    return artifacts


def test_words_that_were_kept_as_a_clip_are_told_by_who_opens_the_file(words):
    attempt = finished(recorded(data=WORDS))
    told = "a.mp4 is no video, picture or sound: File not found or expired."
    assert words.quick_fault(attempt) is None
    assert (
        words.opened_fault(attempt) == words.fault(attempt) == words.output_fault(attempt.outputs[0]) == told
    )


def test_a_plan_goes_by_the_hash_alone_and_leaves_words_to_a_closer_look(words):
    os.utime(words.root / "a.mp4")
    assert words.quick_fault(finished(recorded(data=WORDS))) is None
    assert words.opened_fault(finished(recorded(data=WORDS))).startswith("a.mp4 is no video")


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"", "a.mp4 is empty"), (DATA[:-1], "a.mp4 is no whole MP4: its box mdat lacks 1 bytes")],
)
def test_a_cut_clip_whose_hash_is_right_is_told(tmp_path, data, told):
    (tmp_path / "a.mp4").write_bytes(data)
    assert OpenedArtifacts(tmp_path).fault(finished(recorded(data=data))) == told


def test_a_good_file_is_good_to_who_opens_it(folder):
    assert folder.opened_fault(finished(recorded())) is None
    assert folder.opened_fault(finished(recorded("b.mp4"))) == "b.mp4 is missing"


def test_only_words_are_no_result(words):
    assert words.is_no_result(recorded(data=WORDS))
    assert not words.is_no_result(recorded(data=b"Words that somebody changed"))
    (words.root / "a.mp4").unlink()
    assert words.is_no_result(recorded(data=WORDS))
    assert not words.is_no_result(recorded(data=mp4(bytes(1024))))
    assert not words.is_no_result(Output())
    (words.root / "b.mp4").write_bytes(DATA)
    assert not words.is_no_result(recorded("b.mp4"))
