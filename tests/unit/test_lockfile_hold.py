from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys

import pytest

from sora2batch.ground.errors import ExitCode
from sora2batch.lockfile.hold import (
    Holder,
    LockHeldError,
    _is_file_at,
    drop_hold,
    lock_fault,
    lock_holder,
    read_holder,
    take_hold,
)
from sora2batch.lockfile.journal import encode_journal_header, journal_path
from sora2batch.lockfile.lockfile_error import LockfileError


@pytest.fixture
def lock_path(tmp_path):
    return tmp_path / "x.lock.jsonl"


def test_a_second_hold_is_refused_and_names_the_first(lock_path):
    descriptor = take_hold(lock_path)
    os.write(descriptor, encode_journal_header("x.yaml", started_at="2026-11-22T09:00:00Z"))
    with pytest.raises(LockHeldError) as caught:
        take_hold(lock_path)
    os.close(descriptor)
    assert caught.value.exit_code is ExitCode.HELD
    assert f"process {os.getpid()} on" in caught.value.message
    assert "2026-11-22T09:00:00Z" in caught.value.message
    assert "x.lock.jsonl" in caught.value.message


def test_a_hold_whose_journal_says_nothing_is_another_processs(lock_path):
    descriptor = take_hold(lock_path)
    with pytest.raises(LockHeldError, match="held by another process"):
        take_hold(lock_path)
    os.close(descriptor)


def test_dropping_a_hold_removes_the_journal_and_frees_the_lock(lock_path):
    drop_hold(lock_path, take_hold(lock_path))
    assert not journal_path(lock_path).exists()
    drop_hold(lock_path, take_hold(lock_path))


def test_taking_a_hold_does_not_touch_what_a_journal_holds(lock_path):
    journal_path(lock_path).write_bytes(b"left by a dead run\n")
    os.close(take_hold(lock_path))
    assert journal_path(lock_path).read_bytes() == b"left by a dead run\n"


def test_a_journal_that_its_holder_removed_is_opened_anew(lock_path):
    journal = journal_path(lock_path)
    first = take_hold(lock_path)
    waiting = os.open(journal, os.O_RDWR)
    drop_hold(lock_path, first)
    second = take_hold(lock_path)
    assert _is_file_at(journal, second)
    assert not _is_file_at(journal, waiting)
    os.close(waiting)
    os.close(second)


def test_is_held_tells_who_and_leaves_nothing_behind(lock_path):
    assert lock_holder(lock_path) is None
    assert not journal_path(lock_path).exists()
    descriptor = take_hold(lock_path)
    assert lock_holder(lock_path) == Holder()
    os.write(descriptor, encode_journal_header("x.yaml", started_at="2026-11-22T09:00:00Z"))
    holder = lock_holder(lock_path)
    assert holder is not None
    assert holder.pid == os.getpid()
    os.close(descriptor)
    assert lock_holder(lock_path) is None
    os.close(take_hold(lock_path))


def test_a_lock_dies_with_its_process(lock_path):
    script = (
        "import sys, time; from pathlib import Path; from sora2batch.lockfile.hold import take_hold; "
        "take_hold(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(lock_path)], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"held\n"
    assert lock_holder(lock_path) == Holder()
    child.kill()
    child.communicate()
    assert lock_holder(lock_path) is None


def test_a_folder_that_does_not_exist_is_said_so(tmp_path):
    with pytest.raises(LockfileError, match=r"cannot open .* for writing"):
        take_hold(tmp_path / "nowhere" / "x.lock.jsonl")


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\x00\x00", b'{"pid":"x","host":1,"started_at":2}\n'])
def test_an_unreadable_header_is_a_holder_without_a_name(tmp_path, text):
    path = tmp_path / "j"
    path.write_bytes(text)
    assert str(read_holder(path)) == "another process"
    assert str(read_holder(tmp_path / "absent")) == "another process"


@pytest.fixture(params=["ENOLCK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EIO"])
def no_locks(request, monkeypatch):
    """A file system on which nothing can be locked."""

    def flock(descriptor, operation):
        number = getattr(errno, request.param)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    return os.strerror(getattr(errno, request.param))


def test_where_files_cannot_be_locked_nothing_is_held_and_nothing_left_behind(lock_path, no_locks):
    with pytest.raises(LockfileError, match=f"cannot be locked in .*: {no_locks}; two runs") as caught:
        take_hold(lock_path)
    assert caught.value.exit_code is ExitCode.USAGE
    assert "local disk" in caught.value.hint
    assert list(lock_path.parent.iterdir()) == []


def test_where_files_cannot_be_locked_a_dead_runs_journal_stays_and_can_be_looked_at(lock_path, no_locks):
    journal = journal_path(lock_path)
    journal.write_bytes(b"left by a dead run\n")
    with pytest.raises(LockfileError, match="cannot be locked"):
        take_hold(lock_path)
    assert journal.read_bytes() == b"left by a dead run\n"
    assert lock_holder(lock_path) is None


def test_whether_files_can_be_locked_is_found_out_by_one_that_is_there(tmp_path, no_locks, monkeypatch):
    file = tmp_path / "m.yaml"
    assert lock_fault(file) is None
    file.write_bytes(b"x")
    assert no_locks in str(lock_fault(file))
    monkeypatch.undo()
    assert lock_fault(file) is None
    assert file.read_bytes() == b"x"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_journal_that_is_made_a_link_is_not_held(tmp_path):
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / "x.journal.jsonl").symlink_to("mine")
    with pytest.raises(LockfileError, match="it is a link"):
        take_hold(tmp_path / "x.lock.jsonl")
    assert (tmp_path / "mine").read_bytes() == b"mine"
