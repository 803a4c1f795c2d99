from __future__ import annotations

from hashlib import sha256

import pytest

from fakes.footage import mp4
from fakes.object_store import MemoryStore
from fakes.rig import Memory
from sora2batch.lockfile.entry import Output
from sora2batch.media import sniff
from sora2batch.run.circuit_breaker import CircuitBreaker, FileError
from sora2batch.run.event import Warned
from sora2batch.run.stored_files import SUFFIXES, StoredFiles, StoredSource, object_names

DIGEST = "ab" * 32


def output_of(data: bytes, path: str = "hero/fox.mp4") -> Output:
    return Output(path=path, sha256=sha256(data).hexdigest(), bytes=len(data))


def source_of(store: MemoryStore, listener: Memory) -> StoredSource:
    return StoredSource(StoredFiles(store), CircuitBreaker(listener, consequence="files come from the API"))


def test_the_suffixes_are_those_of_the_media_that_we_know():
    kinds = [one for one in vars(sniff).values() if isinstance(one, sniff.MediaType)]
    assert sorted(SUFFIXES) == sorted({kind.suffix for kind in kinds})


@pytest.mark.parametrize(
    ("path", "suffixes"),
    [
        ("fox.mp4", [".mp4", ".mov"]),
        ("fox.MOV", [".mov", ".mp4"]),
        ("fox.m4v", [".mp4", ".mov"]),
        ("fox.webm", [".webm", ".mkv"]),
        ("fox.jpeg", [".jpg"]),
        ("fox.png", [".png"]),
        ("a.v2/fox", list(SUFFIXES)),
    ],
)
def test_an_object_is_looked_for_under_each_ending_that_its_file_can_have(path, suffixes):
    assert list(object_names(DIGEST, path)) == [f"sha256/ab/{DIGEST}{one}" for one in suffixes]


async def test_a_file_that_is_called_otherwise_than_it_is_is_put_and_found_again(tmp_path):
    path = tmp_path / "fox.mov"
    path.write_bytes(mp4())
    store, output = MemoryStore(), output_of(mp4(), "fox.mov")
    assert await StoredFiles(store).put(output, path)
    assert not await StoredFiles(store).put(output, path)
    assert await StoredFiles(store).find(output) == f"sha256/{output.sha256[:2]}/{output.sha256}.mp4"
    part = await StoredFiles(store).fetch_part(output, tmp_path / "x", root=tmp_path)
    assert (part.sha256, part.path.read_bytes(), part.extension) == (output.sha256, mp4(), "mp4")


@pytest.mark.parametrize("data", [mp4(b"other"), mp4()[:-1] + b"?"], ids=["longer", "changed"])
async def test_other_bytes_than_the_name_says_are_told_and_not_taken(tmp_path, data):
    store, listener, output = MemoryStore(), Memory(), output_of(mp4())
    store.objects[next(object_names(output.sha256, "fox.mp4"))] = data
    with pytest.raises(FileError):
        await StoredFiles(store).fetch_part(output, tmp_path / "x", root=tmp_path)
    assert await source_of(store, listener).fetch_part(output, tmp_path / "x", root=tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    assert len(listener.of(Warned)) == 1


async def test_words_are_not_put(tmp_path):
    (tmp_path / "fox.mp4").write_bytes(b"File not found.")
    store = MemoryStore()
    with pytest.raises(FileError, match="no video"):
        await StoredFiles(store).put(output_of(b"File not found."), tmp_path / "fox.mp4")
    with pytest.raises(FileError, match="cannot be read: No such file"):
        await StoredFiles(store).put(output_of(mp4()), tmp_path / "owl.mp4")
    assert store.calls == []


async def test_a_store_that_fails_is_asked_three_times_and_told_of_once(tmp_path):
    store, listener = MemoryStore(fails=lambda operation, name: True), Memory()
    source = source_of(store, listener)
    for _ in range(9):
        assert await source.fetch_part(output_of(mp4()), tmp_path / "x", root=tmp_path) is None
    assert len(store.calls) == 3
    assert len(listener.of(Warned)) == 1
