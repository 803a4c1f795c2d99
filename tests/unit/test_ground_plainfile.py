"""Plain files and what is none."""

import os
import sys
from pathlib import Path

import pytest

from sora2batch.ground import plainfile
from sora2batch.ground.plainfile import (
    followed_inside,
    is_led_out,
    is_stream,
    make_folders,
    open_own_file,
    read_plain_file,
)
from sora2batch.lockfile.hold import lock_holder
from sora2batch.lockfile.lockfile_error import LockfileError
from sora2batch.lockfile.real_path import written_file
from sora2batch.run.file_move import digest_of
from sora2batch.sjinn.part import Part, Taken, place

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for read in (read_plain_file, lambda path: open_own_file(path, os.O_RDONLY)):
        with pytest.raises(OSError, match="it is a pipe, no plain file"):
            read(tmp_path / "pipe")


def test_a_pipe_that_takes_a_clips_place_after_the_look_is_not_waited_for(tmp_path, monkeypatch):
    clip = tmp_path / "fox.mp4"

    def look_and_lose(path):
        path.unlink()
        os.mkfifo(path)

    monkeypatch.setattr(plainfile, "refuse_unless_plain", look_and_lose)
    part = Part(path=tmp_path / "fox.part", sha256="0" * 64, bytes=0, extension="mp4")
    part.path.write_bytes(b"")
    for ask, answer in ((digest_of, None), (lambda path: place(part, path), Taken(clip))):
        clip.unlink(missing_ok=True)
        clip.write_bytes(b"old")
        assert ask(clip) == answer


def test_a_file_of_its_own_is_opened_through_no_link(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(OSError, match="it is a link, no plain file"):
        open_own_file(tmp_path / "link", os.O_RDWR | os.O_CREAT)
    os.close(open_own_file(tmp_path / "b", os.O_RDWR | os.O_CREAT))
    assert (tmp_path / "b").is_file()


def test_a_link_is_followed_inside_its_folder_and_below(tmp_path):
    (tmp_path / "near").mkdir()
    (tmp_path / "near/below").mkdir()
    for name, target in (("a", "b"), ("c", "below/d"), ("e", "a")):
        (tmp_path / "near" / name).symlink_to(target)
    assert followed_inside(tmp_path / "near/a") == (tmp_path / "near/b").resolve()
    assert followed_inside(tmp_path / "near/c") == (tmp_path / "near/below/d").resolve()
    assert followed_inside(tmp_path / "near/e") == (tmp_path / "near/b").resolve()
    assert followed_inside(tmp_path / "near/no") == tmp_path / "near/no"


@pytest.mark.parametrize("target", ["../far", "/etc/hostname", "below/../../far", "up/far"])
def test_a_link_out_of_its_folder_is_refused(tmp_path, target):
    near = tmp_path / "near"
    near.mkdir()
    (near / "up").symlink_to("..")
    (near / "a").symlink_to(target)
    with pytest.raises(OSError, match="leads out of its folder"):
        followed_inside(near / "a")


def test_a_circle_of_links_is_told(tmp_path):
    (tmp_path / "a.lock.jsonl").symlink_to("b")
    (tmp_path / "b").symlink_to("a.lock.jsonl")
    with pytest.raises(LockfileError, match="too many levels of symbolic links"):
        written_file(tmp_path / "a.lock.jsonl")
    assert lock_holder(tmp_path / "a.lock.jsonl") is None


def test_a_folder_reached_through_a_link_is_where_it_is(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "alias").symlink_to("real")
    (tmp_path / "real/a").symlink_to("b")
    assert followed_inside(tmp_path / "alias/a") == (tmp_path / "real/b").resolve()
    assert not is_led_out(tmp_path / "alias/out", tmp_path / "alias")


def test_only_a_link_leads_out_and_not_a_path_that_says_so(tmp_path):
    root, far = tmp_path / "root", tmp_path / "far"
    root.mkdir()
    far.mkdir()
    (root / "link").symlink_to(far)
    assert is_led_out(root / "link", root)
    assert is_led_out(root / "link/out", root)
    assert is_led_out(root / "link/../x", root)
    assert not is_led_out(root / "x/y", root)
    assert not is_led_out(root / "../far", root)
    assert not is_led_out(far, root)


def test_folders_are_made_however_deep(tmp_path):
    levels = sys.getrecursionlimit() + 100
    deep = tmp_path.joinpath(*"a" * levels)
    make_folders(deep)
    make_folders(deep)
    assert deep.is_dir()
    for folder in (deep, *deep.parents)[:levels]:  # one by one: what clears up after tests goes down in them
        folder.rmdir()


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="file"):
        make_folders(tmp_path / "file/below/it")


def test_what_a_process_was_started_with_is_known_by_its_name():
    assert all(is_stream(Path(name)) for name in ("-", "/dev/stdin", "/dev/fd/63", "/proc/self/fd/0"))
    assert not any(is_stream(Path(name)) for name in ("a", "/dev/shm/a", "x/-", "dev/stdin"))
