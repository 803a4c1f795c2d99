from __future__ import annotations

import json

import pytest

from sora2batch.media.facts import MediaFacts
from sora2batch.media.facts_cache import FactsCache, cache_path
from sora2batch.media.sniff import BY_MIME, JPEG, MP4

FOX = MediaFacts(JPEG, 12, "ab" * 32, 640, 480)
FILM = MediaFacts(MP4, 7, "cd" * 32)


def saved(path, **facts):
    cache = FactsCache(path)
    for key, value in facts.items():
        cache.put(key, value)
    cache.save()
    return path


def test_facts_are_recalled_by_the_next_process(tmp_path):
    path = saved(tmp_path / "deep/er/a.json", fox=FOX, film=FILM)
    later = FactsCache(path)
    assert (later.get("fox"), later.get("film"), later.get("owl")) == (FOX, FILM, None)
    assert {path.name for path in path.parent.iterdir()} == {"a.json"}


def test_every_type_that_is_sniffed_is_recalled(tmp_path):
    every = {found.mime: FOX._replace(type=found) for found in BY_MIME.values()}
    later = FactsCache(saved(tmp_path / "a.json", **every))
    assert {mime: later.get(mime) for mime in every} == every


def test_nothing_is_written_without_news(tmp_path):
    path = saved(tmp_path / "a.json", fox=FOX)
    before = path.stat().st_mtime_ns, path.stat().st_ino
    cache = FactsCache(path)
    assert cache.get("fox")
    cache.save()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def document_of(path):
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: "{",
        lambda document: "\xff",
        lambda document: "[]",
        lambda document: json.dumps({**document, "version": "another"}),
        lambda document: json.dumps({**document, "facts": ["fox"]}),
        *(
            lambda document, entry=entry: json.dumps({**document, "facts": {"fox": entry}})
            for entry in [
                None, 5, "fox", [], {}, {"mime": 1}, ["image/jpeg"],
                ["image/none", 12, "ab" * 32, 1, 1], [["image/jpeg"], 12, "ab" * 32, 1, 1],
                ["image/jpeg", "12", "ab" * 32, 1, 1], ["image/jpeg", True, "ab" * 32, 1, 1],
                ["image/jpeg", 12, "AB" * 32, 1, 1], ["image/jpeg", 12, 7, 1, 1],
                ["image/jpeg", 12, "ab" * 32, "1", 1], ["image/jpeg", 12, "ab" * 32, 1, 1.5],
            ]
        ),
    ],
)  # fmt: skip
def test_what_makes_no_sense_counts_as_empty_and_is_replaced(tmp_path, spoil):
    path = saved(tmp_path / "a.json", fox=FOX)
    path.write_text(spoil(document_of(path)), encoding="latin-1")
    assert FactsCache(path).get("fox") is None
    assert FactsCache(saved(path, film=FILM)).get("film") == FILM


@pytest.mark.parametrize("obstacle", ["file", "folder", "link"])
def test_a_cache_that_cannot_be_written_disturbs_nobody(tmp_path, obstacle):
    path = tmp_path / "cache" / "a.json"
    match obstacle:
        case "file":
            (tmp_path / "cache").write_text("in the way")
        case "folder":
            path.mkdir(parents=True)
        case "link":
            path.parent.mkdir()
            path.symlink_to(tmp_path / "elsewhere")
    saved(path, fox=FOX)
    assert FactsCache(path).get("fox") is None
    assert not (tmp_path / "elsewhere").exists()


def test_it_keeps_no_more_than_so_many_and_forgets_what_was_not_used_for_longest(tmp_path):
    path = saved(tmp_path / "a.json", **{f"old{number}": FOX for number in range(3)})
    cache = FactsCache(path, most=3)
    assert cache.get("old0")
    cache.put("new", FILM)
    cache.save()
    later = FactsCache(path)
    assert [later.get(key) for key in ("old0", "old1", "old2", "new")] == [FOX, None, FOX, FILM]


def test_each_folder_has_a_file_of_its_own_below_the_chosen_place(tmp_path):
    chosen = {"SORA2BATCH_CACHE_DIR": str(tmp_path / "place")}
    (tmp_path / "a").mkdir()
    (tmp_path / "alias").symlink_to("a")
    first, second, alias = (cache_path(tmp_path / name, chosen) for name in ("a", "b", "alias"))
    assert first == alias != second
    assert first.parent == tmp_path / "place/media"
    assert cache_path(tmp_path, {}).is_absolute()
    assert cache_path(tmp_path, {"SORA2BATCH_CACHE_DIR": "relative"}) is None
