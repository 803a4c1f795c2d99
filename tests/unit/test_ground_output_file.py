import sys

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.ground.output_file import Replaceable, check_target, write_over

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
OURS = Replaceable(noun="song", is_one=lambda path: path.read_bytes().startswith(b"la"))


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

    def test_a_read_only_one_is_left_alone(self, tmp_path):
        (tmp_path / "x").write_bytes(b"la la")
        (tmp_path / "x").chmod(0o444)
        with pytest.raises(UsageError, match="x cannot be written: it is read-only"):
            write_over(tmp_path / "x", b"la", OURS)
        assert (tmp_path / "x").read_bytes() == b"la la"
