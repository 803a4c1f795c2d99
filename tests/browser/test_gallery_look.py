"""At every width, light and dark: nothing is cut off, and everybody can use it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from fakes.exhibition import done, exhibit
from fakes.lock_entry import failed, in_doubt, rejected, submitted
from sora2batch.lockfile.entry import ErrorNote

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000}
jobs:
  hero:
    matrix: {subject: [fox, owl, hare], camera: [slow pan, dolly in], quality: [std, pro]}
    input: {prompt: "{{ camera }} on a {{ subject }}", mode: "{{ quality }}", aspect_ratio: "16:9"}
  story:
    matrix: {subject: [fox, owl]}
    input: {prompt: "portrait of a {{ subject }}", aspect_ratio: "9:16"}
"""
WIDTHS = [(360, 740), (800, 1000), (1600, 900)]
VIEWS = {
    "board": [],
    "detail": ["Enter"],
    "keys": ["?"],
    "picks": ["f", "4", "e"],
    "comparison": ["c", "ArrowDown", "c", "Shift+C"],
    "wipe": ["c", "ArrowDown", "c", "ArrowRight", "c", "w"],
}


def attempt_of(place, job):
    error = ErrorNote(message="The prompt may violate our policy")
    return {2: submitted(), 3: failed(error=error), 5: rejected(error=error), 6: in_doubt(), 7: None}.get(
        place, done(job)
    )


@pytest.fixture(scope="module")
def exhibition(tmp_path_factory):
    return exhibit(tmp_path_factory.mktemp("look"), SHOW, attempt_of)


@pytest.mark.parametrize("size", WIDTHS, ids=["phone", "tablet", "desk"])
@pytest.mark.parametrize("view", VIEWS)
def test_anybody_can_use_it_by_day_and_by_night(exhibition, report, open_page, size, view):
    width, height = size
    page = open_page(report(exhibition), width=width, height=height, reduced_motion="reduce")
    page.locator("[data-key='hero/fox/slow-pan/std']").focus()
    for stroke in VIEWS[view]:
        page.keyboard.press(stroke)
    expect(page.get_by_role("dialog")).to_have_count(1 if view != "board" else 0)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        # The page's own policy keeps every other script out, so axe-core comes in as the debugger does.
        found = Axe().run(page).response["violations"]
        assert [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]] == [], scheme


@pytest.mark.parametrize("size", WIDTHS, ids=["phone", "tablet", "desk"])
def test_the_page_itself_never_scrolls_sideways(exhibition, report, open_page, size):
    width, height = size
    page = open_page(report(exhibition), width=width, height=height)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    board = page.locator("#board").bounding_box()
    assert board["height"] > 0.4 * height, "most of the page is clips"
    if page.get_by_role("button", name="View").is_visible():
        page.get_by_role("button", name="View").click()
    page.locator("summary").click()
    panel = page.locator(".panel").bounding_box()
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_light_and_dark_can_be_switched_and_are_kept(exhibition, report, open_page):
    page = open_page(report(exhibition), color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate(ground)
    assert light != dark
    page.reload()
    assert page.evaluate(ground) == dark
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(ground) == light


def test_nothing_plays_by_itself_where_less_motion_is_asked_for(exhibition, report, open_page):
    page = open_page(report(exhibition), reduced_motion="reduce")
    page.click("[data-key='hero/fox/slow-pan/std'] .frame")
    video = page.get_by_role("dialog").locator("video")
    expect(video).to_have_js_property("readyState", 4)
    assert video.evaluate("one => one.paused")
