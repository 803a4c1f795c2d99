from __future__ import annotations

import pytest

from sora2batch.matrix.filename import collision_key, filename_fault, split_ending, with_ending


@pytest.mark.parametrize(
    "name",
    [
        "hero/fox/slow-pan/std.mp4",
        "a",
        "std#2.mp4",
        "A Fox (take 2).mp4",
        "東京/タワー.mp4",
        "हिन्दी/🦊/🫨.mp4",  # the last is newer than the Unicode of the oldest Python
        "console/auxiliary.mp4",
        "v1.5/clip",
        ".hidden",
        ".former.mp4",
        "a/.former/b",
        "x" * 200,
    ],
)
def test_a_name_that_stays_inside_is_good(name):
    assert filename_fault(name) is None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("", "empty"),
        ("/etc/passwd", "relative"),
        ("../a", '".."'),
        ("a/../b", '".."'),
        ("./a", '"."'),
        ("a//b", "empty part"),
        ("a/", "empty part"),
        ("C:/a", ":"),
        ("a\\b", "\\"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("a\u202eb", "control"),
        ("a?.mp4", "?"),
        ("con", "Windows"),
        ("a/NUL.mp4", "Windows"),
        ("com1.tar.gz", "Windows"),
        ("aux /b", "ends"),
        ("a./b", "dot"),
        ("a .", "dot"),
        (" a", "space"),
        ("東" * 67, "200 bytes"),
        ("/".join(["abcdefghij"] * 100), "1000 bytes"),
        ("\ud800", "control"),
        (".former/fox", ".former"),
        (".FORMER/fox.mp4", ".former"),
        (".former", ".former"),
    ],
)
def test_a_name_that_some_system_cannot_have_is_refused(name, word):
    assert word in (filename_fault(name) or "")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("A/b.mp4", "a/B.MP4"),
        ("caf\u00e9", "cafe\u0301"),
        ("a.mp4", "a.png"),
        ("a.mp4", "a"),
        ("stra\u00dfe", "STRASSE"),
        ("a.jfif", "a.heic"),
        ("a.MKV", "a.flac"),
    ],
)
def test_names_that_could_be_one_file_collide(left, right):
    assert collision_key(left) == collision_key(right)


def test_a_dot_in_a_name_is_no_extension():
    assert collision_key("fox.red") != collision_key("fox.blue")


@pytest.mark.parametrize(("left", "right"), [("a/.mp4", "a/.png"), ("a.mp4/b", "a.png/b"), ("a.v1", "a.v2")])
def test_what_is_no_ending_keeps_names_apart(left, right):
    assert collision_key(left) != collision_key(right)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("hero/fox.mp4", ("hero/fox", ".mp4")),
        ("hero/fox.JPeG", ("hero/fox", ".JPeG")),
        ("hero/fox.v2", ("hero/fox.v2", "")),
        ("hero/fox", ("hero/fox", "")),
        ("hero.mp4/fox", ("hero.mp4/fox", "")),
        ("hero/.mp4", ("hero/.mp4", "")),
        (".mp4", (".mp4", "")),
        ("fox.tar.mp4", ("fox.tar", ".mp4")),
    ],
)
def test_only_the_ending_of_a_media_file_is_an_ending(name, parts):
    assert split_ending(name) == parts


@pytest.mark.parametrize(
    "kind", ["mp4", "mov", "webm", "mkv", "avi", "jpg", "png", "gif", "webp", "avif", "heic"]
)
def test_a_second_look_at_a_name_changes_nothing(kind):
    once = with_ending("hero/fox.mp3", kind)
    assert once == f"hero/fox.{kind}"
    assert with_ending(once, kind) == once
