"""A file of the user's own stays the file that it was, but for what is in it."""

import os
import sys

import pytest

from fakes.fragile_disk import FragileDisk
from sora2batch.ground.edited_file import write_edited
from sora2batch.ground.errors import UsageError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
FAILURES = range(1, 6)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "batch.yaml"
    path.write_bytes(b"a: old")
    path.chmod(0o640)
    return path


@pytest.mark.parametrize("news", [b"a: longer than that", b"a", b""])
def test_the_mode_is_kept_and_nothing_is_left_beside(file, news):
    write_edited(file, news)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (news, 0o640)
    assert [one.name for one in file.parent.iterdir()] == ["batch.yaml"]


def test_a_link_stays_one_wherever_it_leads(file, tmp_path):
    (tmp_path / "below").mkdir()
    link = tmp_path / "below" / "link.yaml"
    link.symlink_to("../batch.yaml")
    write_edited(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


@pytest.mark.parametrize("news", [b"a: longer than that", b"a", b""])
def test_all_names_of_a_file_say_the_new_text(file, tmp_path, news):
    os.link(file, tmp_path / "other.yaml")
    write_edited(file, news)
    assert (tmp_path / "other.yaml").read_bytes() == file.read_bytes() == news
    assert file.stat().st_nlink == 2


@pytest.mark.skipif(not IS_ROOT, reason="only root may give files away")
def test_the_owner_is_kept(file):
    os.chown(file, 12345, 23456)
    write_edited(file, b"new")
    found = file.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (12345, 23456, 0o640)
    assert file.read_bytes() == b"new"


@pytest.mark.parametrize("names", [1, 2])
def test_a_read_only_file_is_left_alone_whoever_asks(file, tmp_path, names):
    if names == 2:
        os.link(file, tmp_path / "other.yaml")
    file.chmod(0o444)
    with pytest.raises(UsageError, match="cannot be written: it is read-only"):
        write_edited(file, b"new")
    assert file.read_bytes() == b"a: old"


def test_what_is_no_file_is_left_alone(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(UsageError, match=r"cannot be written: it is a (pipe|folder)"):
            write_edited(tmp_path / name, b"new")


def test_a_free_name_is_taken(tmp_path):
    (tmp_path / "link").symlink_to("later")
    for name in ("new", "link"):
        write_edited(tmp_path / name, b"new")
        assert (tmp_path / name).read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("fail_at", FAILURES)
@pytest.mark.parametrize("names", [1, 2])
@pytest.mark.parametrize("news", [b"a: much longer than that", b"a"])
def test_a_disk_that_fails_leaves_the_old_text(file, tmp_path, fail_at, names, news):
    if names == 2:
        os.link(file, tmp_path / "other.yaml")
    disk = FragileDisk(fail_at=fail_at)
    try:
        write_edited(file, news, disk=disk)
    except UsageError:
        # A rename that is done stays done: that the folder's sync then fails is told all the same.
        renamed = names == 1 and "replace" in disk.calls[: fail_at - 1]
        closed = disk.calls[fail_at - 1] == "close" and names == 2
        assert file.read_bytes() == (news if renamed or closed else b"a: old")
    else:
        assert file.read_bytes() == news
