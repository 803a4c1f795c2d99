import pytest

from fakes.page_case import gallery_of
from sora2batch.gallery.page.html import render_page
from sora2batch.gallery.page.page_file import write_page
from sora2batch.ground.errors import UsageError


class TestOnDisk:
    def test_an_older_page_is_replaced_and_nothing_else(self, tmp_path):
        page = tmp_path / "a.html"
        write_page(page, render_page(gallery_of("old")))
        write_page(page, render_page(gallery_of("new")))
        assert page.read_bytes() == render_page(gallery_of("new"))
        assert list(tmp_path.iterdir()) == [page]

    @pytest.mark.parametrize("text", ["version: 1\n", "<!doctype html><title>mine</title>"])
    def test_a_file_of_somebody_else_is_left_alone(self, tmp_path, text):
        page = tmp_path / "a.html"
        page.write_text(text)
        with pytest.raises(UsageError, match="is no gallery"):
            write_page(page, b"x")
        assert page.read_text() == text

    @pytest.mark.parametrize("name", ["missing/a.html", "."])
    def test_a_place_that_cannot_be_written_is_told(self, tmp_path, name):
        with pytest.raises(UsageError, match=r"cannot (be written|write)"):
            write_page(tmp_path / name, b"x")
