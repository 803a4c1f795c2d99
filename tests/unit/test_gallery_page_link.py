"""From the page to a clip: a relative URL that is nothing else."""

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.lock_entry import DIGEST
from sora2batch.gallery.page.link import Links
from sora2batch.lockfile.entry import Output


def href(path, *base):
    return Links(base=base).to(Output(path=path, sha256=DIGEST))


def test_the_way_leads_from_the_page_to_the_folder(tmp_path):
    page, folder = tmp_path / "reports/spring.html", tmp_path / "out/spring"
    assert Links.between(page, folder).base == ("..", "out", "spring")
    assert Links.between(tmp_path / "a.html", tmp_path).base == ()


def test_a_page_in_a_linked_folder_finds_its_way_as_a_browser_goes(tmp_path):
    (tmp_path / "far/away").mkdir(parents=True)
    (tmp_path / "near").symlink_to(tmp_path / "far/away")
    assert Links.between(tmp_path / "near/a.html", tmp_path / "out").base == ("..", "out")


def test_a_name_that_is_no_unicode_has_a_url():
    assert href("a\udcff.mp4", "b\udcfe") == "b%FE/a%FF.mp4"


@pytest.mark.parametrize(
    "path", ["../a.mp4", "/a.mp4", "C:\\a.mp4", "a/../../b.mp4", "\\\\host\\a.mp4", "a\0.mp4", ""]
)
def test_a_path_that_leads_out_has_no_url(path):
    assert href(path, "out") is None


def test_a_file_that_was_never_fetched_has_no_url():
    assert Links(base=("out",)).to(Output(path="a.mp4")) is None


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_a_file_is_called_its_url_leads_to_it(parts):
    url = href("/".join(parts), "out")
    if url is None:
        return
    whole = urlsplit(urljoin("https://h.example/reports/page.html", url))
    assert (whole.scheme, whole.netloc, whole.query, whole.fragment) == ("https", "h.example", "", "")
    kept = [part for part in Path("/".join(parts)).parts if part != "."]
    assert os.fsdecode(unquote_to_bytes(whole.path)) == "/reports/" + "/".join(["out", *kept])
