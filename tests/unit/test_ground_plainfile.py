"""Plain files and what is none."""

import os
import sys
from pathlib import Path

import pytest

from fakes.fragile_disk import After, FragileDisk
from sora2batch.ground import plainfile
from sora2batch.ground.disk import SystemDisk, remove_stale_temporaries, replace_file
from sora2batch.ground.errors import UsageError
from sora2batch.ground.output_file import Replaceable, check_target, put_in_place, write_new, write_over
from sora2batch.ground.plainfile import (
    followed_inside,
    is_led_out,
    is_stream,
    make_folders,
    open_own_file,
    read_plain_file,
)
from sora2batch.lockfile.hold import lock_holder, take_hold
from sora2batch.lockfile.lockfile_error import LockfileError
from sora2batch.lockfile.real_path import written_file
from sora2batch.run.file_move import digest_of
from sora2batch.sjinn.part import Part, Taken, place

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
OURS = Replaceable(noun="song", is_one=lambda path: path.read_bytes().startswith(b"la"))


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


class TestWriting:
    def test_a_link_where_the_temporary_file_is_to_be_is_not_written_through(self, tmp_path):
        far = tmp_path / "far"
        far.write_bytes(b"mine")
        (tmp_path / f".x.tmp-{os.getpid()}").symlink_to(far)
        replace_file(tmp_path / "x", b"new", disk=SystemDisk())
        assert (tmp_path / "x").read_bytes() == b"new"
        assert far.read_bytes() == b"mine"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["far", "x"]

    def test_a_long_name_leaves_room_for_a_temporary_one(self, tmp_path):
        path = tmp_path / ("ü" * 125 + "abcde")  # 255 bytes
        with pytest.raises(OSError):
            replace_file(path, b"new", disk=FragileDisk(fail_at=4, after=After.DEAD))
        assert len(list(tmp_path.iterdir())) == 1
        remove_stale_temporaries(path)
        assert list(tmp_path.iterdir()) == []
        replace_file(path, b"new", disk=SystemDisk())
        assert path.read_bytes() == b"new"

    @pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
    def test_only_a_plain_file_is_replaced(self, tmp_path, kind):
        path = tmp_path / "x"
        (tmp_path / "mine").write_bytes(b"mine")
        {"link": lambda: path.symlink_to("mine"), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[
            kind
        ]()
        before = path.lstat()
        for write in (
            lambda: replace_file(path, b"new", disk=SystemDisk()),
            lambda: put_in_place(path, b"new"),
            lambda: write_new(path, "new"),
        ):
            with pytest.raises((OSError, UsageError)):
                write()
        assert os.path.samestat(path.lstat(), before)
        assert (tmp_path / "mine").read_bytes() == b"mine"

    def test_a_journal_that_is_made_a_link_is_not_held(self, tmp_path):
        (tmp_path / "mine").write_bytes(b"mine")
        (tmp_path / "x.journal.jsonl").symlink_to("mine")
        with pytest.raises(LockfileError, match="it is a link"):
            take_hold(tmp_path / "x.lock.jsonl")
        assert (tmp_path / "mine").read_bytes() == b"mine"


class TestTargets:
    def test_ours_and_empty_ones_are_written_over(self, tmp_path):
        for before in (b"", b"la la"):
            (tmp_path / "x").write_bytes(before)
            write_over(tmp_path / "x", b"la", OURS)
            assert (tmp_path / "x").read_bytes() == b"la"

    def test_others_are_left_alone(self, tmp_path):
        (tmp_path / "x").write_bytes(b"mine")
        with pytest.raises(UsageError, match="is there already and is no song"):
            write_over(tmp_path / "x", b"la", OURS)
        assert (tmp_path / "x").read_bytes() == b"mine"

    def test_a_link_stays_one_and_what_it_leads_to_is_written(self, tmp_path):
        (tmp_path / "real").write_bytes(b"la la")
        (tmp_path / "link").symlink_to("real")
        write_over(tmp_path / "link", b"la", OURS)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_bytes() == b"la"

    def test_a_link_to_what_is_not_ours_is_refused(self, tmp_path):
        (tmp_path / "real").write_bytes(b"mine")
        (tmp_path / "link").symlink_to("real")
        with pytest.raises(UsageError, match="is no song"):
            check_target(tmp_path / "link", OURS)
