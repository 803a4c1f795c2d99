"""What the manifest no longer asks for is listed, set aside or deleted; everything else stays."""

from __future__ import annotations

import os
import sys

import pytest

from sora2batch.lockfile.file import read_lockfile

AXIS, SHORTER = "[fox, owl]", "[fox]"


@pytest.fixture
def batch(call, manifest, folder):
    """A finished simulated batch whose owl is no longer asked for, with a folder of strays."""
    text = manifest.read_text()
    assert AXIS in text, text
    assert call("run", manifest, "--simulate", "--yes").code == 0
    manifest.write_text(text.replace(AXIS, SHORTER))
    out = folder / "out/small.sim"
    (out / "mine").mkdir()
    (out / "mine/cut.mp4").write_bytes(b"my own cut")
    (out / "mine/notes.txt").write_text("no media")
    (out / "hero/.hidden.mp4").write_bytes(b"hidden")
    (out / "hero/fox.1234.part").write_bytes(b"half")
    return out


def files_in(out):
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


KEPT = {"hero/fox.mp4", "mine/notes.txt", "hero/.hidden.mp4"}
GOING = {"hero/owl.mp4", "mine/cut.mp4", "hero/fox.1234.part"}


def test_a_dry_run_lists_what_could_go_with_its_size_and_cost_and_touches_nothing(call, manifest, batch):
    before = files_in(batch)
    ran = call("prune", manifest, "--simulate", "--dry-run")
    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines()]
    assert [(line[0], line[-1]) for line in lines] == [
        ("orphan", "hero/owl.mp4"),
        ("stray", "hero/fox.1234.part"),
        ("stray", "mine/cut.mp4"),
    ]
    assert lines[0][3:5] == ["420", "credits"]
    assert "3 files" in ran.err
    assert "420 credits; nothing was touched" in ran.err
    assert files_in(batch) == before == KEPT | GOING


def test_with_nobody_to_ask_nothing_goes_unless_told_so(call, manifest, batch):
    ran = call("prune", manifest, "--simulate")
    assert ran.code == 2
    assert "say --yes" in ran.err
    assert files_in(batch) == KEPT | GOING


def test_orphans_and_strays_go_to_former_and_the_lockfile_follows(call, manifest, batch, folder):
    whole = {name: (batch / name).read_bytes() for name in GOING}
    ran = call("prune", manifest, "--simulate", "--yes", "--json")
    assert ran.code == 0
    moved = {one["path"]: one["moved_to"] for one in ran.document["files"]}
    assert set(moved) == GOING
    assert files_in(batch) == KEPT | set(moved.values())
    assert all((batch / moved[name]).read_bytes() == data for name, data in whole.items())
    assert moved["mine/cut.mp4"] == ".former/mine/cut.mp4"
    entries = read_lockfile(folder / "small.sim.lock.jsonl").entries.values()
    paths = {output.path for entry in entries for output in entry.primary.outputs}
    assert paths == {"hero/fox.mp4", moved["hero/owl.mp4"]}
    assert call("verify", manifest, "--simulate").code == 0
    again = call("prune", manifest, "--simulate", "--yes")
    assert (again.code, "former" in again.out) == (0, True)
    unasked = call("prune", manifest, "--simulate")
    assert (unasked.code, unasked.out) == (0, "")
    assert unasked.err.startswith("nothing to set aside; 3 files, "), unasked.err
    assert files_in(batch) == KEPT | set(moved.values())


def test_an_orphan_that_is_asked_for_again_has_its_name_back(call, manifest, batch):
    assert call("prune", manifest, "--simulate", "--yes").code == 0
    manifest.write_text(manifest.read_text().replace(SHORTER, AXIS))
    assert call("run", manifest, "--simulate", "--yes").code == 0
    assert {"hero/fox.mp4", "hero/owl.mp4"} < files_in(batch)


def test_deleting_frees_the_files_and_keeps_every_line(call, manifest, batch, folder):
    lockfile = (folder / "small.sim.lock.jsonl").read_bytes()
    ran = call("prune", manifest, "--simulate", "--yes", "--delete", "--only", "orphan", "--only", "former")
    assert ran.code == 0
    assert "1 file deleted" in ran.err
    assert files_in(batch) == KEPT | GOING - {"hero/owl.mp4"}
    after = (folder / "small.sim.lock.jsonl").read_bytes()
    assert after.count(b',"pruned":true}') == 1
    assert after.replace(b',"pruned":true', b"") == lockfile
    assert call("plan", manifest, "--simulate", "--detailed-exitcode").code == 0


def test_what_was_deleted_on_purpose_is_not_missed_until_it_is_asked_for_again(call, manifest, batch, folder):
    assert call("prune", manifest, "--simulate", "--yes", "--delete").code == 0
    ran = call("verify", manifest, "--simulate")
    assert (ran.code, ran.err) == (0, "1 finished job checked, 1 pruned on purpose, 0 differ\n")
    assert call("verify", manifest, "--simulate", "--look").code == 0

    manifest.write_text(manifest.read_text().replace(SHORTER, AXIS))
    ran = call("verify", manifest, "--simulate")
    assert (ran.code, ran.out) == (1, "hero/owl: hero/owl.mp4 is missing\n")
    assert "next: `sora2batch download" in ran.err
    assert call("run", manifest, "--simulate", "--yes").code == 0
    assert (batch / "hero/owl.mp4").is_file()
    assert b"pruned" not in (folder / "small.sim.lock.jsonl").read_bytes()

    manifest.write_text(manifest.read_text().replace(AXIS, SHORTER))
    (batch / "hero/owl.mp4").unlink()
    ran = call("verify", manifest, "--simulate")
    assert (ran.code, ran.out) == (1, "hero/owl: hero/owl.mp4 is missing\n")
    assert "1 of these is of jobs that the manifest does not ask for" in ran.err
    assert "sora2batch download" not in ran.err


def test_what_somebody_changed_or_moved_or_shares_is_left(call, manifest, batch, folder):
    owl = batch / "hero/owl.mp4"
    data = owl.read_bytes()
    owl.write_bytes(data + b"changed")
    dry = call("prune", manifest, "--simulate", "--dry-run", "--only", "orphan")
    assert dry.out == ""
    owl.unlink()
    (batch / "mine/moved.mp4").write_bytes(data)
    strays = call("prune", manifest, "--simulate", "--dry-run").out
    assert "moved.mp4" not in strays, "it is the owl, and nowhere else"
    (batch / "mine/moved.mp4").rename(owl)
    other = (folder / "small.sim.lock.jsonl").read_bytes()
    (folder / "other.sim.lock.jsonl").write_bytes(other)
    assert "owl" not in call("prune", manifest, "--simulate", "--dry-run").out


def test_no_link_leads_prune_anywhere(call, manifest, batch, folder):
    outside = folder / "elsewhere"
    outside.mkdir()
    (outside / "holiday.mp4").write_bytes(b"holiday")
    (batch / "link").symlink_to(outside)
    (batch / "mine/alias.mp4").symlink_to(outside / "holiday.mp4")
    ran = call("prune", manifest, "--simulate", "--yes", "--delete")
    assert ran.code == 0
    assert (outside / "holiday.mp4").read_bytes() == b"holiday"
    assert (batch / "mine/alias.mp4").is_symlink()


def test_a_folder_that_holds_the_manifest_has_no_strays(call, manifest, folder):
    manifest.write_text(manifest.read_text().replace("output: {", "output: {dir: ., "))
    (folder / "out.sim").mkdir()
    (folder / "holiday.mp4").write_bytes(b"holiday")
    ran = call("prune", manifest, "--dry-run")
    assert (ran.code, "holiday" in ran.out) == (0, False)


def test_a_folder_elsewhere_may_be_shared_with_a_manifest_elsewhere(call, manifest, folder):
    (folder / "a").mkdir()
    text = manifest.read_text().replace("output: {", "output: {dir: ../shared, ")
    (folder / "a/small.yaml").write_text(text)
    (folder / "shared").mkdir()
    (folder / "shared/theirs.mp4").write_bytes(b"of a manifest in another folder")
    ran = call("prune", "a/small.yaml", "--dry-run")
    assert (ran.code, "theirs" in ran.out) == (0, False)


def test_a_former_file_shared_by_content_stays_whole(call, manifest, batch, folder):
    """A stray never takes the name of a file in .former/, whatever it holds."""
    (batch / ".former/mine").mkdir(parents=True)
    (batch / ".former/mine/cut.mp4").write_bytes(b"an older cut")
    ran = call("prune", manifest, "--simulate", "--yes", "--only", "stray", "--json")
    moved = {one["path"]: one["moved_to"] for one in ran.document["files"]}
    assert moved["mine/cut.mp4"] == ".former/mine/cut.2.mp4"
    assert (batch / ".former/mine/cut.mp4").read_bytes() == b"an older cut"


def test_a_held_lockfile_is_left_alone(call, manifest, batch, folder):
    from sora2batch.lockfile.hold import take_hold

    descriptor = take_hold(folder / "small.sim.lock.jsonl")
    try:
        assert call("prune", manifest, "--simulate", "--yes").code == 6
    finally:
        os.close(descriptor)
    assert files_in(batch) == KEPT | GOING


def test_the_folder_of_another_manifest_may_lie_in_this_one(call, manifest, batch, folder):
    text = manifest.read_text().replace("output: {", "output: {dir: out/small.sim/inner, ")
    (folder / "inner.yaml").write_text(text)
    assert call("run", "inner.yaml", "--simulate", "--yes").code == 0
    inner = files_in(batch / "inner.sim")
    assert inner == {"hero/fox.mp4"}
    assert "inner" not in call("prune", manifest, "--simulate", "--dry-run", "--only", "stray").out
    assert call("prune", manifest, "--simulate", "--yes", "--delete").code == 0
    assert files_in(batch / "inner.sim") == inner


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are Linux's")
def test_a_name_of_any_bytes_stays_on_its_line(call, manifest, batch):
    name = os.fsdecode(b"mine/x\norphan \xff\x1b[31m.mp4")
    (batch / name).write_bytes(b"x")
    listed = call("prune", manifest, "--simulate", "--dry-run", "--only", "stray").out
    assert listed.count("\n") == 3
    assert r"mine/x\u000aorphan \udcff\u001b[31m.mp4" in listed
    ran = call("prune", manifest, "--simulate", "--yes", "--only", "stray", "--json")
    assert "mine/x\norphan \\udcff\x1b[31m.mp4" in {one["path"] for one in ran.document["files"]}
    assert (batch / ".former" / name).read_bytes() == b"x"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="a folder that its owner cannot change")
def test_what_keeps_its_name_is_not_told_to_have_gone(call, manifest, batch):
    (batch / "hero").chmod(0o555)
    ran = call("prune", manifest, "--simulate", "--yes", "--only", "orphan")
    (batch / "hero").chmod(0o755)
    assert ran.code == 1
    assert "hero/owl.mp4 cannot be removed; it is .former/hero/owl." in ran.err
