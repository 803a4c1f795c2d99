"""The page as bytes: the same each time, and nothing in it can break out."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.page_case import gallery_of
from fakes.page_data import read_data
from sora2batch.gallery.page import html as render
from sora2batch.gallery.page.html import render_page
from sora2batch.gallery.page.served import ServedPage

ASSETS = Path(render.__file__).parent / "assets"


class Reader(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.texts = {}
        self.policy = ""
        self._open = None
        self.feed(page.decode())

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self._open = (tag, dict(attributes).get("type"))
        if dict(attributes).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attributes)["content"]

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        self.texts[self._open] = self.texts.get(self._open, "") + data


def test_the_policy_names_the_hash_of_what_may_run():
    found = Reader(render_page(gallery_of()))
    rules = dict(rule.strip().split(" ", 1) for rule in found.policy.split(";"))
    for rule, element in (("script-src", ("script", None)), ("style-src", ("style", None))):
        digest = b64encode(sha256(found.texts[element].encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in found.policy


@settings(deadline=None)  # a whole page is read each time
@given(st.text())
def test_whatever_a_text_is_it_comes_back_and_adds_no_element(text):
    plain, found = Reader(render_page(gallery_of())), Reader(render_page(gallery_of(text, name=text)))
    assert found.tags == plain.tags
    data = read_data(found.texts["script", "application/json"])
    assert data["cards"][0]["input"]["prompt"] == text
    assert data["name"] == text


def test_only_a_page_that_is_served_may_ask_its_server():
    served = ServedPage(picks="</script><b>.yaml", version=7, edition="e")
    found, on_disk = Reader(render_page(gallery_of(), served)), Reader(render_page(gallery_of()))
    assert "connect-src 'self'" in found.policy
    assert "connect-src" not in on_disk.policy
    assert json.loads(found.texts["script", "application/json"].partition("}{")[0] + "}") == {
        **served._asdict(),
        "gates": [],
    }
    assert found.tags.count("script") == on_disk.tags.count("script") + 1


def test_the_same_gallery_gives_the_same_bytes():
    assert render_page(gallery_of()) == render_page(gallery_of())


@pytest.mark.parametrize(("kind", "names"), [("js", render._SERVED_SCRIPTS), ("css", render._SERVED_STYLES)])
def test_every_part_of_the_page_is_in_it(kind, names):
    assert sorted(path.stem for path in (ASSETS / kind).iterdir()) == sorted(names)


def test_no_part_can_end_its_own_element_or_reach_out():
    for path in ASSETS.rglob("*.*"):
        text = path.read_text()
        if path.suffix != ".html":
            assert not re.search(r"</(script|style)|<!--|@import|url\(", text)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
