"""Files of a real folder are written, moved and dated back: what is told of them is never what they were."""

from __future__ import annotations

import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fakes.footage import png
from sora2batch.manifest.tree import DiskTree
from sora2batch.media.facts_cache import FactsCache
from sora2batch.media.prober import FileProber

NAMES = st.sampled_from(["a.png", "b.png", "in/c.png"])
PICK = st.integers(0, 10**6)
LATER = 10**10


class FolderOfPictures(RuleBasedStateMachine):
    """Between two steps pass seconds: for the prober by its clock, for the disk until its clock ticks."""

    def __init__(self):
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="sora2batch-laws-"))
        self.root = self.base / "root"
        (self.root / "in").mkdir(parents=True)

    def teardown(self):
        shutil.rmtree(self.base)

    @property
    def files(self):
        return sorted(path for path in self.root.rglob("*.png"))

    def pick(self, number):
        return self.files[number % len(self.files)]

    def seconds_pass(self):
        """Wait for the next tick of the clock by which the disk dates."""
        probe = self.base / "clock"
        probe.touch()
        before = probe.stat().st_ctime_ns
        while probe.stat().st_ctime_ns == before:
            os.utime(probe)

    @rule(name=NAMES, extra=st.binary(max_size=3))
    def write(self, name, extra):
        (self.root / name).write_bytes(png() + extra)

    @precondition(lambda self: self.files)
    @rule(number=PICK, is_dated_back=st.booleans())
    def edit_one_byte_in_place(self, number, is_dated_back):
        path = self.pick(number)
        found = path.stat()
        with path.open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last ^ 1]))
        if is_dated_back:
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))

    @precondition(lambda self: self.files)
    @rule(number=PICK)
    def replace_by_another_of_the_same_length_and_date(self, number):
        path, beside = self.pick(number), self.root / "beside"
        found, content = path.stat(), path.read_bytes()
        beside.write_bytes(content[:-1] + bytes([content[-1] ^ 2]))
        os.utime(beside, ns=(found.st_atime_ns, found.st_mtime_ns))
        beside.replace(path)

    @precondition(lambda self: self.files)
    @rule(number=PICK)
    def touch(self, number):
        self.pick(number).touch()

    @precondition(lambda self: self.files)
    @rule(number=PICK, name=NAMES)
    def rename(self, number, name):
        self.pick(number).replace(self.root / name)

    @precondition(lambda self: self.files)
    @rule(number=PICK, name=NAMES)
    def copy_with_its_date(self, number, name):
        if self.pick(number) != self.root / name:
            shutil.copy2(self.pick(number), self.root / name)

    @precondition(lambda self: len(self.files) > 1)
    @rule()
    def swap(self):
        first, second, *_ = self.files
        first.rename(self.root / "beside")
        second.rename(first)
        (self.root / "beside").rename(second)

    @precondition(lambda self: self.files)
    @rule(number=PICK)
    def remove(self, number):
        self.pick(number).unlink()

    @invariant()
    def what_is_told_is_what_is_there(self):
        self.seconds_pass()
        cache = FactsCache(self.base / "cache.json")
        now = self.base.joinpath("clock").stat().st_ctime_ns + LATER
        for _ in range(2):  # the second time nearly all of it from the cache
            prober = FileProber(DiskTree(self.root), cache, lambda: now)
            names = [path.relative_to(self.root).as_posix() for path in self.files]
            prober.probe_all(names[::2])
            told = {name: prober.probe(name).sha256 for name in names}
            assert told == {
                path.relative_to(self.root).as_posix(): sha256(path.read_bytes()).hexdigest()
                for path in self.files
            }
            prober.close()


TestFolderOfPictures = FolderOfPictures.TestCase
TestFolderOfPictures.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
