from __future__ import annotations

import pytest

from fakes.sheet_case import status_of
from sora2batch.app.batch.layout import BatchLayout
from sora2batch.gallery.sheet.make import make_sheet
from sora2batch.gallery.sheet.sheet_file import find_sheet, is_sheet_of, texts_of, write_sheet
from sora2batch.ground.errors import UsageError


def sheet_bytes(manifest="small.yaml", *, simulated=False):
    return make_sheet(status_of(None, manifest=manifest), lambda _: None, simulated=simulated)


def test_a_sheet_is_written_over_an_older_one_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "sheet.png"
    for data in (sheet_bytes(), sheet_bytes(simulated=True), sheet_bytes()):
        write_sheet(path, data, "small.yaml")
        assert path.read_bytes() == data
    assert [one.name for one in tmp_path.iterdir()] == ["sheet.png"]


@pytest.mark.parametrize(
    "other", [b"a letter", b"\x89PNG\r\n\x1a\n", sheet_bytes("other.yaml")], ids=["text", "png", "another"]
)
def test_no_other_file_is_written_over(tmp_path, other):
    path = tmp_path / "sheet.png"
    path.write_bytes(other)
    with pytest.raises(
        UsageError, match=r"is there already and is no contact sheet of small\.yaml"
    ) as caught:
        write_sheet(path, sheet_bytes(), "small.yaml")
    assert caught.value.hint == "name another file; - is standard output"
    assert path.read_bytes() == other


def test_an_empty_file_may_be_written_over(tmp_path):
    path = tmp_path / "sheet.png"
    path.touch()
    write_sheet(path, sheet_bytes(), "small.yaml")
    assert is_sheet_of(path, "small.yaml", simulated=False)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"^cannot write .*: there is no folder .*none$"):
        write_sheet(tmp_path / "none/sheet.png", b"", "small.yaml")


def test_a_folder_in_its_place_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot be written: it is a folder"):
        write_sheet(tmp_path, b"", "small.yaml")


def sheet_beside(manifest, *, simulated):
    layout = BatchLayout(manifest=manifest, simulated=simulated)
    return find_sheet(layout.sheets, manifest.name, simulated=simulated)


def test_the_sheet_of_a_manifest_is_found_beside_it(tmp_path):
    manifest = tmp_path / "small.yaml"
    assert sheet_beside(manifest, simulated=False) is None
    (tmp_path / "sheet.png").write_bytes(sheet_bytes())
    assert sheet_beside(manifest, simulated=False) == "sheet.png"
    (tmp_path / "small.sheet.png").write_bytes(sheet_bytes())
    assert sheet_beside(manifest, simulated=False) == "small.sheet.png"
    assert sheet_beside(manifest, simulated=True) is None
    (tmp_path / "small.sim.sheet.png").write_bytes(sheet_bytes(simulated=True))
    assert sheet_beside(manifest, simulated=True) == "small.sim.sheet.png"


@pytest.mark.parametrize(
    "data", [b"", b"text", sheet_bytes("other.yaml"), sheet_bytes(simulated=True), sheet_bytes()[:60]]
)
def test_a_file_that_is_not_its_sheet_is_not_linked(tmp_path, data):
    (tmp_path / "sheet.png").write_bytes(data)
    assert sheet_beside(tmp_path / "small.yaml", simulated=False) is None


@pytest.mark.parametrize("name", ["größe.yaml", "狐.yaml", "a\udcffb.yaml"])
def test_any_name_of_a_manifest_is_known_again(tmp_path, name):
    path = tmp_path / "sheet.png"
    path.write_bytes(sheet_bytes(name))
    assert is_sheet_of(path, name, simulated=False)
    assert all(text.isascii() for text in texts_of(name, simulated=False).values())
