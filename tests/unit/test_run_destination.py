"""What would keep a result from being kept is found before it is paid."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sora2batch.run.destination import DestinationError, check_destination, free_bytes

NAMES = ("hero/fox/std.mp4", "hero/fox/pro.mp4", "hero/owl/std", "single")


def check(root: Path, names=NAMES, *, least_bytes: int = 1) -> None:
    check_destination(root, names, least_bytes=least_bytes)


def refusal(root: Path, names=NAMES, **more) -> str:
    before = snapshot(root)
    with pytest.raises(DestinationError) as caught:
        check(root, names, **more)
    assert snapshot(root) == before
    assert "nothing was sent" in caught.value.hint
    return caught.value.message


def snapshot(root: Path) -> list[str]:
    return sorted(map(str, root.parent.rglob("*")))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "out"


def test_a_folder_that_is_not_there_can_be_made_and_is_not_yet(root, tmp_path):
    check(root)
    assert list(tmp_path.iterdir()) == []


def test_folders_with_results_in_them_are_good_and_stay_as_they_are(root):
    (root / "hero" / "fox").mkdir(parents=True)
    (root / "hero" / "fox" / "std.mp4").write_text("a clip")
    (root / "hero" / "fox" / "pro.mp4").mkdir()
    before = snapshot(root)
    check(root)
    assert snapshot(root) == before


@pytest.mark.parametrize("place", ["deep", "deep/out", "deep/out/hero", "deep/out/hero/owl"])
@pytest.mark.parametrize("what", ["file", "fifo", "dangling", "loop", "link to a file"])
def test_what_is_no_folder_is_in_the_way(root, tmp_path, place, what):
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    if what == "file":
        path.write_text("notes")
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "dangling":
        path.symlink_to("nowhere")
    elif what == "loop":
        path.symlink_to(path.name)
    else:
        (tmp_path / "notes").write_text("")
        path.symlink_to(tmp_path / "notes")
    message = refusal(root)
    assert message.startswith(f"{path} ")
    assert "in the way" in message or "Too many levels" in message


def test_a_link_that_leads_out_is_refused(root, tmp_path):
    root.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (root / "hero").symlink_to(tmp_path / "elsewhere")
    assert refusal(root) == f"{root / 'hero'} leads out of the output folder"


def test_a_link_within_and_an_output_folder_that_is_a_link_are_good(root, tmp_path):
    (tmp_path / "big disk" / "fox").mkdir(parents=True)
    root.parent.mkdir()
    root.symlink_to(tmp_path / "big disk")
    (root / "hero").symlink_to(tmp_path / "big disk" / "fox")
    check(root)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which nobody may write")
@pytest.mark.parametrize("place", ["out", "out/hero", "out/hero/fox"])
def test_a_folder_that_cannot_be_written_is_refused_for_root_too(tmp_path, place):
    """Where results go into several folders, each is tried."""
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/proc/self")
    message = refusal(tmp_path / "out")
    assert message.startswith(f"{path} ")
    assert "cannot be written" in message or "leads out" in message


def test_a_name_too_long_for_the_file_system_is_refused(root):
    assert "too long for this file system" in refusal(root, ("a" * 250 + ".mp4",))
    assert "too long for this file system" in refusal(root, ("a" * 256 + "/b.mp4",))
    check(root, ("a" * 200 + "/" + "b" * 200 + ".mp4",))


def test_a_path_too_long_for_the_file_system_is_refused(root):
    name = "/".join(["folder"] * 140) + "/a.mp4"
    deep = root.joinpath(*["folder-of-twenty-chars"] * 140)
    assert "too long for this file system" in refusal(deep, (name,))
    assert "too long for this file system" in refusal(root / ("a" * 300))
    root.mkdir(parents=True)
    assert "File name too long" in refusal(root / ("a" * 300))


@pytest.mark.parametrize("names", [("x.mp4", "x.mp4/y"), ("x", "x.mp4/y/z"), ("a/X.MP4", "b", "a/x.mp4/y")])
def test_a_result_that_would_be_a_folder_for_others_is_refused(root, names):
    assert "would be a result and a folder for others" in refusal(root, names)


def test_a_name_without_an_ending_gets_one_and_is_in_nobodys_way(root):
    check(root, ("hero/fox", "hero/fox/std", "hero/fox/x.mp4/y", "hero/x.mp4", "v1.5/a", "v1.5"))


def test_a_disk_without_room_is_refused(root):
    free = free_bytes(root)
    assert "has room for" in refusal(root, least_bytes=free * 2)


def test_an_output_folder_that_is_the_folder_itself_is_good(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check(Path())
    check(Path("out"))
    check(Path("../" + tmp_path.name + "/out"))
