from __future__ import annotations

import os
from hashlib import sha256

import pytest

from fakes.footage import jpeg, mp4, png
from sora2batch.manifest.tree import DiskTree, MissingFileError
from sora2batch.media.facts import MediaError
from sora2batch.media.facts_cache import FactsCache
from sora2batch.media.kind import MediaKind
from sora2batch.media.prober import FileProber, prober_for


class Folder(DiskTree):
    """A folder that counts what is opened, and how much of it is read."""

    def __init__(self, root):
        super().__init__(root)
        self.opened = []
        self.while_open = {}

    def open(self, name):
        self.opened.append(name)
        stream = super().open(name)
        self.while_open.get(name, lambda: None)()
        return stream


@pytest.fixture
def root(tmp_path):
    (tmp_path / "m").mkdir()
    return tmp_path / "m"


def prober(tree, root, *, settled=True):
    """What was just written has been there for two seconds, or is about to."""
    newest = max((path.stat().st_ctime_ns for path in root.iterdir()), default=0)
    return FileProber(tree, FactsCache(root.parent / "cache.json"), lambda: newest + 2_000_000_000 + settled)


def test_a_file_is_read_once_and_not_again_by_the_next_plan(root):
    (root / "a.png").write_bytes(png())
    tree = Folder(root)
    for _ in range(2):
        one = prober(tree, root)
        assert one.probe("a.png", MediaKind.IMAGE) == one.probe("a.png")
        assert one.probe("a.png").sha256 == sha256(png()).hexdigest()
        one.close()
    assert tree.opened == ["a.png"]


def test_a_file_that_was_written_a_moment_ago_is_not_remembered(root):
    (root / "a.png").write_bytes(png())
    tree = Folder(root)
    for _ in range(2):
        one = prober(tree, root, settled=False)
        one.probe("a.png")
        one.close()
    assert tree.opened == ["a.png"] * 2


def test_many_files_are_read_side_by_side_and_what_is_wrong_is_told_when_it_is_asked_for(root):
    names = [f"{number:02}.png" for number in range(20)]
    for number, name in enumerate(names):
        (root / name).write_bytes(png() + bytes(number))
    (root / "bad.png").write_bytes(b"no picture")
    tree = Folder(root)
    one = prober(tree, root)
    one.probe_all([*names, "bad.png", "missing.png"])
    assert [one.probe(name).bytes for name in names] == [len(png()) + number for number in range(20)]
    assert tree.opened == [*names, "bad.png"]
    with pytest.raises(MediaError, match="no picture, video or sound"):
        one.probe("bad.png")
    with pytest.raises(MissingFileError):
        one.probe("missing.png")
    one.close()
    prober(again := Folder(root), root).probe_all(names)
    assert again.opened == []


@pytest.mark.parametrize(
    ("head", "kind", "words"),
    [
        (mp4(), MediaKind.IMAGE, "is MP4, no picture"),
        (jpeg(), MediaKind.IMAGE, "has 5120 MiB, more than the 30 MiB"),
        (jpeg(), None, "has 5120 MiB, more than the 30 MiB"),
        (mp4(), None, "has 5120 MiB, more than the 500 MiB"),
        (b"", MediaKind.AUDIO, "is no picture, video or sound"),
    ],
)
def test_five_gigabytes_are_refused_by_their_first_bytes(root, head, kind, words):
    (root / "a").write_bytes(head)
    os.truncate(root / "a", 5 << 30)
    with pytest.raises(MediaError, match=words):
        prober(Folder(root), root).probe("a", kind)


def written_while_read(root, times):
    """Let somebody write a file anew, longer every time, while it is open."""
    tree = Folder(root)
    path = root / "a.png"
    path.write_bytes(png())

    def write():
        if len(tree.opened) <= times:
            path.write_bytes(path.read_bytes() + b"x")

    tree.while_open["a.png"] = write
    return tree


def test_what_is_written_while_it_is_read_is_read_once_more(root):
    tree = written_while_read(root, times=1)
    facts = prober(tree, root).probe("a.png")
    assert facts.sha256 == sha256((root / "a.png").read_bytes()).hexdigest()
    assert tree.opened == ["a.png"] * 2


def test_what_is_written_all_the_time_is_told(root):
    tree = written_while_read(root, times=9)
    one = prober(tree, root)
    one.probe_all(["a.png"])
    with pytest.raises(MediaError, match="is being written just now"):
        one.probe("a.png")


def test_a_source_without_a_place_has_no_cache(root, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_CACHE_DIR", str(root.parent / "place"))
    (root / "a.png").write_bytes(png())

    class Nowhere(Folder):
        place = None

    one = prober_for(Nowhere(root))
    assert one.probe("a.png").bytes == len(png())
    one.close()
    assert not (root.parent / "place").exists()
