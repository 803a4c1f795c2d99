from __future__ import annotations

from pathlib import Path

import pytest

from sora2batch.typography.font_files import font_files, font_folders


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
