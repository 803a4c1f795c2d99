import os
import sys

import pytest

from fakes.fragile_disk import After, FragileDisk
from sora2batch.ground.disk import SystemDisk, remove_stale_temporaries, replace_file
from sora2batch.ground.errors import UsageError
from sora2batch.ground.output_file import put_in_place, write_new

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


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
