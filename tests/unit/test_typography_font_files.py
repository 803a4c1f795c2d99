from __future__ import annotations

import os
from pathlib import Path

import pytest

from sora2batch.typography.carried_font import font_bytes
from sora2batch.typography.font_face import faces_in
from sora2batch.typography.font_files import font_files, font_folders
from sora2batch.typography.fonts import machine_fonts


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {}, "/home/fox/.local/share/fonts"),
        ("linux", {}, "/usr/share/fonts"),
        ("linux", {"XDG_DATA_HOME": "/data", "XDG_DATA_DIRS": "/a:/b"}, "/b/fonts"),
        ("darwin", {}, "/home/fox/Library/Fonts"),
        ("win32", {"WINDIR": "W", "LOCALAPPDATA": "L"}, "L/Microsoft/Windows/Fonts"),
    ],
)
def test_fonts_are_looked_for_where_a_system_keeps_them(platform, environ, folder):
    assert Path(folder) in font_folders(environ, Path("/home/fox"), platform)


def test_fonts_are_found_in_folders_of_folders_and_in_the_same_order(tmp_path):
    for name in ("b/two.OTF", "a/c/one.ttf", "three.ttc", "a/read.me"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [
        path.relative_to(tmp_path).as_posix()
        for path in font_files([tmp_path, tmp_path / "b", tmp_path / "gone"])
    ]
    assert found == ["a/c/one.ttf", "b/two.OTF", "three.ttc"]


def test_a_font_that_is_broken_or_is_no_file_has_no_faces(tmp_path):
    path = tmp_path / "font.ttf"
    data = font_bytes()
    path.write_bytes(data)
    assert [face.family for face in faces_in(path)]
    first_name = 12
    path.write_bytes(data[:first_name] + b"\xff\xff" + data[first_name + 2 :])
    assert not list(faces_in(path))
    path.unlink()
    assert not list(faces_in(path))
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        assert not list(faces_in(path))


def test_an_account_without_a_home_has_the_systems_fonts(monkeypatch):
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # a number in a container
    machine_fonts.cache_clear()
    try:
        assert machine_fonts()
    finally:
        machine_fonts.cache_clear()
