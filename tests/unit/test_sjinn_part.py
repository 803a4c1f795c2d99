from __future__ import annotations

import os
from hashlib import sha256

import pytest

from sora2batch.ground.disk import SystemDisk
from sora2batch.sjinn.api_error import DownloadError
from sora2batch.sjinn.part import Part, PartFile, Placed, Taken, discard, make_folder, part_path, place


def make_part(path, content=b"bytes"):
    path.write_bytes(content)
    return Part(path=path, sha256=sha256(content).hexdigest(), bytes=len(content), extension="mp4")


def test_a_finished_file_stays_and_knows_its_hash(tmp_path):
    with PartFile(tmp_path / "a.part") as file:
        file.append(b"old")
        file.restart()
        file.append(b"by")
        file.append(b"tes")
        file.save()
        part = file.finish("mp4")
    assert part == make_part(tmp_path / "a.part")
    assert part.path.read_bytes() == b"bytes"


def test_an_unfinished_file_is_removed(tmp_path):
    with PartFile(tmp_path / "a.part") as file:
        file.append(b"bytes")
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_a_killed_run_is_replaced(tmp_path):
    (tmp_path / "a.part").write_bytes(b"much longer than the new one")
    with PartFile(tmp_path / "a.part") as file:
        file.append(b"new")
        file.save()
        file.finish(None)
    assert (tmp_path / "a.part").read_bytes() == b"new"


def test_a_link_under_the_parts_name_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "a.part").symlink_to(victim)
    with PartFile(tmp_path / "a.part") as file:
        file.append(b"new")
    assert victim.read_bytes() == b"precious"


def test_the_head_is_the_first_bytes_only(tmp_path):
    with PartFile(tmp_path / "a.part") as file:
        file.append(b"a" * 300)
        file.append(b"b" * 300)
        assert file.head == b"a" * 300 + b"b" * 212


def test_a_part_gets_its_name(tmp_path):
    part = make_part(tmp_path / "a.part")
    assert place(part, tmp_path / "a.mp4") == Placed(tmp_path / "a.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_another_file_of_that_name_is_left_alone(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"other")
    part = make_part(tmp_path / "a.part")
    assert place(part, tmp_path / "a.mp4") == Taken(tmp_path / "a.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == b"other"
    assert part.path.exists()
    discard(part)
    assert not part.path.exists()


def test_the_same_bytes_under_that_name_are_ours(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"bytes")
    assert place(make_part(tmp_path / "a.part"), tmp_path / "a.mp4") == Placed(tmp_path / "a.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("what", ["folder", "link", "dangling link"])
def test_whatever_else_has_the_name_is_left_alone(tmp_path, what):
    target = tmp_path / "a.mp4"
    (tmp_path / "same").write_bytes(b"bytes")
    if what == "folder":
        target.mkdir()
    else:
        target.symlink_to(tmp_path / ("same" if what == "link" else "absent"))
    assert place(make_part(tmp_path / "a.part"), target) == Taken(target)
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize("exists", [False, True])
def test_a_file_system_without_hard_links_does_as_well(tmp_path, monkeypatch, exists):
    def no_links(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    target = tmp_path / "a.mp4"
    if exists:
        target.write_bytes(b"other")
    placed = place(make_part(tmp_path / "a.part"), target)
    assert placed == (Taken(target) if exists else Placed(target))
    assert target.read_bytes() == (b"other" if exists else b"bytes")


def test_a_folder_that_may_be_written_but_not_read_takes_files_as_well(tmp_path, monkeypatch):
    def refuse(self, folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(SystemDisk, "sync_folder", refuse)  # root, who may run this, may read every folder
    target = tmp_path / "a.mp4"
    assert place(make_part(tmp_path / "a.part"), target) == Placed(target)
    assert target.read_bytes() == b"bytes"


def test_a_disk_that_refuses_is_worded(tmp_path):
    with pytest.raises(DownloadError, match=r"^a\.mp4 cannot be written: No such file"):
        place(make_part(tmp_path / "a.part"), tmp_path / "absent" / "a.mp4")


def test_folders_are_made_below_the_root(tmp_path):
    root = tmp_path / "new" / "out"
    make_folder(root / "a" / "b" / "c.mp4", root)
    assert (root / "a" / "b").is_dir()
    assert part_path(root / "a" / "c.mp4").name == "c.mp4.part"


def test_a_folder_that_is_a_link_inside_the_root_is_fine(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "a").symlink_to(tmp_path / "real")
    make_folder(tmp_path / "a" / "b" / "c", tmp_path)
    assert (tmp_path / "real" / "b").is_dir()


def test_a_root_that_is_a_link_is_the_users_choice(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    make_folder(tmp_path / "out" / "a" / "b", tmp_path / "out")
    assert (tmp_path / "disk" / "a").is_dir()


def test_a_folder_that_leads_out_of_the_root_is_refused(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path / "outside")
    with pytest.raises(DownloadError, match=r"^a leads out of the output folder$"):
        make_folder(tmp_path / "out" / "a" / "b" / "c", tmp_path / "out")
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("target", ["../x/a.mp4", "a/../../x/b"])
def test_dots_do_not_lead_out(tmp_path, target):
    with pytest.raises(DownloadError):
        make_folder(tmp_path / "out" / target, tmp_path / "out")
    assert not (tmp_path / "x").exists()


def test_a_target_elsewhere_is_refused(tmp_path):
    with pytest.raises(DownloadError, match=r"^a lies outside the output folder$"):
        make_folder(tmp_path / "a", tmp_path / "out")


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(DownloadError, match=r"^a is in the way: it is no folder$"):
        make_folder(tmp_path / "a" / "b", tmp_path)
