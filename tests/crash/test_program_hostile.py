"""Folders that came from a stranger: nothing is written elsewhere, nothing waited for, only files replaced."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

SECONDS = 30
LOCK, JOURNAL = "small.lock.jsonl", "small.journal.jsonl"
SIMULATED_LOCK, SIMULATED_JOURNAL = "small.sim.lock.jsonl", "small.sim.journal.jsonl"


@pytest.fixture
def elsewhere(tmp_path):
    """A folder of the user's, with files that are nobody's business."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "empty.txt").touch()
    (folder / "line.txt").write_text("my only copy")
    (folder / "folder").mkdir()
    return folder


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def link(path: Path, target: Path) -> None:
    path.symlink_to(target)


def chain(path: Path, target: Path) -> None:
    (path.parent / "hop").symlink_to(target)
    path.symlink_to("hop")


def relative(path: Path, target: Path) -> None:
    path.symlink_to(os.path.relpath(target, path.parent))


def assert_refused(campaign, ended, *words: str) -> None:
    """It ends with words, and nothing was sent."""
    assert ended.code == 2, campaign.transcript()
    assert any(line.startswith("error: ") for line in ended.err.splitlines()), campaign.transcript()
    for word in words:
        assert word in ended.err, campaign.transcript()
    assert campaign.service.charges() == []


@pytest.mark.parametrize("target", ["empty.txt", "line.txt", "absent.txt", "folder", "absent/absent"])
@pytest.mark.parametrize("make", [link, chain, relative])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        (JOURNAL, ("run", "--yes")),
        (JOURNAL, ("download",)),
        (JOURNAL, ("reconcile", "--auto")),
        (SIMULATED_JOURNAL, ("run", "--simulate", "--yes")),
        (LOCK, ("run", "--yes")),
        (SIMULATED_LOCK, ("run", "--simulate", "--yes")),
        ("out", ("run", "--yes")),
        ("out", ("download",)),
        ("out.sim", ("run", "--simulate", "--yes")),
        ("small.report.html", ("report",)),
        ("small.report.html", ("report", "-o", "small.report.html")),
        ("sheet.png", ("report", "--sheet", "sheet.png")),
        ("plan.json", ("plan", "--out", "plan.json")),
    ],
)
def test_a_link_that_leads_out_is_refused_and_nothing_is_written(begin, elsewhere, name, words, make, target):
    campaign = begin()
    path = campaign.folder / name
    make(path, elsewhere / target)
    before = contents(elsewhere)
    ended = campaign.call(words[0], "small.yaml", *words[1:])
    assert_refused(campaign, ended, name, "link")
    assert contents(elsewhere) == before
    assert path.is_symlink()


def test_a_folder_on_the_way_to_the_output_folder_may_not_lead_out_either(begin, elsewhere):
    campaign = begin()
    manifest = campaign.folder / "small.yaml"
    manifest.write_text(manifest.read_text().replace("dir: out", "dir: deep/er/out"))
    (campaign.folder / "deep").symlink_to(elsewhere)
    before = contents(elsewhere)
    assert_refused(campaign, campaign.run(), "deep/er/out leads out of the manifest's folder")
    assert contents(elsewhere) == before


def test_an_output_folder_elsewhere_that_the_manifest_names_is_used(begin, elsewhere):
    campaign = begin(jobs=1)
    manifest = campaign.folder / "small.yaml"
    manifest.write_text(manifest.read_text().replace("dir: out", f"dir: {elsewhere}/clips"))
    assert campaign.run().code == 0, campaign.transcript()
    assert (elsewhere / "clips").is_dir()


def test_a_journal_with_a_second_name_is_not_written_into(begin, elsewhere):
    campaign = begin()
    os.link(elsewhere / "line.txt", campaign.journal)
    assert_refused(campaign, campaign.run(), "hard link")
    assert (elsewhere / "line.txt").read_text() == "my only copy"


def test_a_lockfile_below_its_folder_may_be_a_link(begin):
    campaign = begin(jobs=1)
    (campaign.folder / "state").mkdir()
    campaign.lock_path.symlink_to("state/real.lock.jsonl")
    assert campaign.run().code == 0, campaign.transcript()
    assert campaign.lock_path.is_symlink()
    assert (campaign.folder / "state/real.lock.jsonl").is_file()
    assert campaign.run().code == 0, campaign.transcript()
    assert len(campaign.service.charges()) == 1


def test_a_lockfile_is_no_link_to_a_file_of_another_kind(begin):
    campaign = begin()
    (campaign.folder / "notes.txt").touch()
    campaign.lock_path.symlink_to("notes.txt")
    assert_refused(campaign, campaign.run(), "no lockfile's name")
    assert (campaign.folder / "notes.txt").read_bytes() == b""


@pytest.mark.parametrize("make", [link, chain, relative])
def test_a_manifest_that_a_link_leads_elsewhere_is_not_run_there(begin, elsewhere, make):
    campaign = begin(jobs=1)
    manifest = campaign.folder / "small.yaml"
    manifest.rename(elsewhere / "small.yaml")
    make(manifest, elsewhere / "small.yaml")
    before = contents(elsewhere)
    for words in (("run", "small.yaml", "--yes"), ("run", ".", "--yes"), ("report", "small.yaml")):
        assert_refused(campaign, campaign.call(*words), "small.yaml is a link that leads out of its folder")
    assert contents(elsewhere) == before


def pipe(path: Path) -> None:
    os.mkfifo(path)


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def plug(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as ours:
        ours.bind(os.path.relpath(path))


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))  # what the null device is
    except PermissionError:
        pytest.skip("only root may make a device")


def kind_of(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return stat.S_IFMT(found.st_mode), found.st_ino


THINGS: list[Callable[[Path], None]] = [pipe, circle, plug, folder, device]
PLACES = [
    ("small.yaml", ("plan", "small.yaml")),
    ("small.yaml", ("run", "small.yaml", "--yes")),
    (LOCK, ("status", "small.yaml")),
    (LOCK, ("run", "small.yaml", "--yes")),
    (LOCK, ("report", "small.yaml")),
    (JOURNAL, ("plan", "small.yaml")),
    (JOURNAL, ("run", "small.yaml", "--yes")),
    (JOURNAL, ("download", "small.yaml")),
    ("plan.json", ("run", "--plan", "plan.json", "--yes")),
    ("plan.json", ("plan", "small.yaml", "--out", "plan.json")),
    ("picks.yaml", ("report", "small.yaml", "--picks", "picks.yaml")),
    ("picks.yaml", ("promote", "small.yaml", "--picks", "picks.yaml", "-o", "next.yaml")),
    ("next.yaml", ("promote", "small.yaml", "--picks", "nowhere.yaml", "-o", "next.yaml")),
    ("small.report.html", ("report", "small.yaml")),
    ("page.html", ("report", "small.yaml", "-o", "page.html")),
    ("sheet.png", ("report", "small.yaml", "--sheet", "sheet.png")),
    ("x.lock.jsonl", ("lock", "resolve", "x.lock.jsonl")),
    ("x.lock.jsonl", ("lock", "merge", os.devnull, "x.lock.jsonl", os.devnull)),
    ("x.lock.jsonl", ("lock", "merge", "x.lock.jsonl", "y.lock.jsonl", os.devnull)),
    ("tool.json", ("plan", "small.yaml", "--tools-dir", ".")),
    (".gitignore", ("init", "new.yaml")),
    (".gitattributes", ("init", "new.yaml")),
    ("new.yaml", ("init", "new.yaml")),
]


@pytest.mark.parametrize("make", THINGS)
@pytest.mark.parametrize(("name", "words"), PLACES)
def test_what_is_no_plain_file_is_neither_waited_for_nor_replaced(begin, monkeypatch, name, words, make):
    campaign = begin()
    monkeypatch.chdir(campaign.folder)  # a socket's name must be short
    path = campaign.folder / name
    path.unlink(missing_ok=True)
    make(path)
    if make is folder and (name, words[0]) in {("small.yaml", "plan"), ("small.yaml", "run")}:
        name = "no manifest"
    if make is folder and name == "tool.json":
        pytest.skip("a folder among tool files is none of them")
    before = contents(campaign.folder), kind_of(path)
    ended = campaign.ended(campaign.start(*words), seconds=SECONDS)
    assert_refused(campaign, ended, name)
    assert (contents(campaign.folder), kind_of(path)) == before


@pytest.mark.parametrize("make", THINGS)
def test_a_data_file_that_is_no_plain_file_is_told_with_its_place(begin, monkeypatch, make):
    campaign = begin()
    monkeypatch.chdir(campaign.folder)
    make(campaign.folder / "rows.csv")
    manifest = campaign.folder / "small.yaml"
    manifest.write_text(manifest.read_text().replace("[fox, owl]", "{from: rows.csv}"))
    ended = campaign.ended(campaign.start("plan", "small.yaml"), seconds=SECONDS)
    assert ended.code == 2
    assert "small.yaml:" in ended.err
    assert '"rows.csv"' in ended.err


@pytest.mark.parametrize("make", THINGS)
def test_a_key_file_that_is_no_plain_file_is_told(begin, monkeypatch, make):
    campaign = begin()
    monkeypatch.chdir(campaign.folder)
    make(campaign.folder / "key")
    running = campaign.template.start(
        *("run", "small.yaml", "--yes"),
        cwd=campaign.folder,
        env={"SJINN_API_KEY_FILE": "key", "SORA2BATCH_TOOLS_DIR": str(campaign.tools)},
        notes=campaign.folder / "notes",
    )
    ended = running.wait(seconds=SECONDS)
    assert ended.code == 2
    assert "SJINN_API_KEY_FILE names key, which cannot be read" in ended.err


@pytest.mark.parametrize("make", [pipe, device, plug])
def test_a_thing_in_a_clips_place_is_not_waited_for(begin, monkeypatch, make):
    campaign = begin(jobs=1)
    assert campaign.run().code == 0, campaign.transcript()
    monkeypatch.chdir(campaign.folder)
    (clip,) = (path for path in (campaign.folder / "out").rglob("*") if path.is_file())
    length, time = clip.stat().st_size, clip.stat().st_mtime
    text = campaign.lock_path.read_text()
    campaign.lock_path.write_text(text.replace(f'"bytes":{length}', '"bytes":0'))
    clip.unlink()
    make(clip)
    os.utime(clip, (time + 1, time + 1))
    for words in (("verify", "small.yaml"), ("plan", "small.yaml"), ("report", "small.yaml")):
        ended = campaign.ended(campaign.start(*words), seconds=SECONDS)
        assert ended.code in {0, 1}, campaign.transcript()


def test_names_that_are_too_long_end_in_words(begin):
    campaign = begin()
    long = "x" * 300
    for words in (
        ("plan", f"{long}.yaml"),
        ("report", "small.yaml", "-o", f"{long}.html"),
        ("report", "small.yaml", "--sheet", f"{long}.png"),
        ("plan", "small.yaml", "--out", f"{long}.json"),
        ("report", "small.yaml", "--picks", f"{long}.yaml"),
        ("run", "--plan", f"{long}.json"),
        ("lock", "resolve", f"{long}.lock.jsonl"),
        ("plan", "small.yaml", "--tools-dir", long),
        ("init", f"{long}.yaml"),
        ("init", f"{long}/new.yaml"),
        ("report", "small.yaml", "-o", f"{long}/page.html"),
    ):
        assert_refused(campaign, campaign.call(*words))


def test_a_manifest_whose_name_is_nearly_too_long_is_run_to_its_end(begin):
    campaign = begin(jobs=1)
    stem = "x" * 240
    text = (campaign.folder / "small.yaml").read_text()
    (campaign.folder / "small.yaml").unlink()
    (campaign.folder / f"{stem}.yaml").write_text(f"name: small\n{text}")
    assert campaign.call("run", f"{stem}.yaml", "--yes").code == 0, campaign.transcript()
    assert (campaign.folder / f"{stem}.lock.jsonl").stat().st_size
    assert sorted(one.name[0] for one in campaign.folder.iterdir()) == ["o", "x", "x"]
