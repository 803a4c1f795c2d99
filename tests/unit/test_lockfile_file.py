from __future__ import annotations

import errno
import stat

import pytest

from fakes.fragile_disk import FragileDisk
from fakes.lock_entry import completed, entry_of
from sora2batch.ground.disk import SystemDisk, remove_stale_temporaries, replace_file
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.file import read_lockfile, replace_bytes, write_lockfile
from sora2batch.lockfile.lockfile_error import LockfileError, SaveError

LOCKFILE = lockfile_of("x.yaml", [entry_of(completed())])


def names_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_read_again(tmp_path):
    write_lockfile(tmp_path / "x.lock.jsonl", LOCKFILE)
    assert read_lockfile(tmp_path / "x.lock.jsonl") == LOCKFILE


def test_a_file_that_does_not_exist_is_empty(tmp_path):
    assert read_lockfile(tmp_path / "x.lock.jsonl") == Lockfile(manifest="")


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(LockfileError, match="cannot read"):
        read_lockfile(tmp_path)


def test_it_is_synced_before_it_is_renamed_and_the_folder_after(tmp_path):
    disk = FragileDisk()
    replace_file(tmp_path / "x", b"new", disk=disk)
    assert disk.calls == ["create", "write", "sync", "close", "replace", "sync_folder"]


def test_the_mode_is_kept(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, b"new", disk=SystemDisk())
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_is_written_through(tmp_path):
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "x.lock.jsonl", tmp_path / "x.lock.jsonl"
    target.write_bytes(b"")
    link.symlink_to(target)
    write_lockfile(link, LOCKFILE)
    assert link.is_symlink()
    assert read_lockfile(target) == LOCKFILE


@pytest.mark.parametrize("step", range(1, 6))
def test_when_a_step_fails_the_old_file_stands_and_nothing_is_left_over(tmp_path, step):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    with pytest.raises(SaveError, match="No space left"):
        replace_bytes(path, b"new", disk=FragileDisk(fail_at=step, error=errno.ENOSPC))
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["x"]


def test_a_stale_temporary_file_is_removed_and_no_other(tmp_path):
    for name in (".x.lock.jsonl.tmp-1", ".y.lock.jsonl.tmp-1", "x.lock.jsonl"):
        (tmp_path / name).write_bytes(b"")
    remove_stale_temporaries(tmp_path / "x.lock.jsonl")
    assert names_in(tmp_path) == [".y.lock.jsonl.tmp-1", "x.lock.jsonl"]
