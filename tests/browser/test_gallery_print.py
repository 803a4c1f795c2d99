"""On paper: every card that the filters leave, in order, each with its poster, and nothing that only works on a screen."""

import re

import pytest
from playwright.sync_api import expect

from fakes.exhibition import done, exhibit
from fakes.lock_entry import failed
from sora2batch.lockfile.entry import ErrorNote

MANY = 60
SHOW = f"""\
version: 1
tool: sora2-text-to-video-api
budget: {{max_credits: 90000}}
jobs:
  hero:
    matrix: {{subject: {[f"animal {number}" for number in range(MANY)]}}}
    input: {{prompt: "a {{{{ subject }}}}"}}
"""
STUB = """() => {
  window.papers = [];
  window.print = () => {
    dispatchEvent(new Event('beforeprint'));
    window.papers.push([...document.querySelectorAll('#paper li')].map((one) => [one.dataset.printed, one.querySelectorAll('canvas').length]));
    dispatchEvent(new Event('afterprint'));
  };
}"""


def told(place, job):
    if place == 3:
        return failed(error=ErrorNote(message="no such <b>luck</b>"))
    return None if place == 4 else done(job)


@pytest.fixture
def exhibition(tmp_path):
    return exhibit(tmp_path, SHOW, told)


def printed(page, press):
    """Print, and say what stood on the paper: keys, each with its number of posters."""
    page.evaluate(STUB)
    press()
    page.wait_for_function("() => window.papers.length > 0")
    return page.evaluate("window.papers.shift()")


def test_the_key_for_printing_draws_every_poster_first(exhibition, report, open_page):
    page = open_page(report(exhibition))
    paper = printed(page, lambda: page.keyboard.press("Control+p"))
    assert [key for key, _ in paper] == [job.key for job in exhibition.jobs]
    assert [posters for _, posters in paper] == [0 if place in {3, 4} else 1 for place in range(MANY)]
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.querySelectorAll('#paper *').length") == 0, "memory is given back"


def test_the_filters_hold_and_the_button_does_the_same(exhibition, report, open_page):
    page = open_page(report(exhibition))
    page.get_by_label("Search").fill("animal-5")
    expect(page.locator(".card")).to_have_count(11)
    paper = printed(page, lambda: page.get_by_role("button", name="Print").click())
    numbers = [5, *range(50, MANY)]
    assert [key for key, _ in paper] == [exhibition.jobs[number].key for number in numbers]


def test_paper_says_what_the_screen_does_and_nothing_is_only_for_the_screen(exhibition, report, open_page):
    page = open_page(report(exhibition), color_scheme="dark")
    page.locator(f"[data-key='{exhibition.jobs[0].key}']").focus()
    for stroke in ("f", "4"):
        page.keyboard.press(stroke)
    page.get_by_label("Search").fill("hero/")
    page.wait_for_function("() => location.hash.includes('hero')")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("#tools, #head, #board")).to_have_count(3)
    assert [page.locator(one).is_visible() for one in ("#tools", "#head", "#board", "#paper")] == [
        False,
        False,
        False,
        True,
    ]
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    head = page.locator("#paper header").inner_text()
    assert "58 done · 1 failed" in re.sub(r" · 1 not submitted", "", head)
    assert "credits spent" in head
    assert "search: hero/" in head
    first = page.locator("#paper li").first.inner_text()
    for word in (exhibition.jobs[0].key, "subject: animal-0", "done · 420 credits · favourite · ★★★★☆"):
        assert word in first
    assert "no such <b>luck</b>" in page.locator("#paper li").nth(3).inner_text()
    assert "not submitted" in page.locator("#paper li").nth(4).inner_text()


def test_the_file_has_a_picture_for_each_and_no_card_is_cut(exhibition, report, open_page):
    page = open_page(report(exhibition))
    page.evaluate("() => { window.print = () => (window.isReady = true); }")
    page.get_by_role("button", name="Large", exact=True).click()
    page.locator("#board").evaluate("one => one.scrollTo(0, 200)")
    page.keyboard.press("Control+p")
    page.wait_for_function("() => window.isReady")
    data = page.pdf(format="A4", prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type /Page\b", data))
    assert pages == 4, "fifteen to a page"
    assert len(re.findall(rb"/Subtype /Image", data)) >= MANY - 2
    assert page.locator("#board").evaluate("one => one.scrollTop") == 200
    assert page.evaluate("document.querySelectorAll('#paper *').length") == 0


def test_who_cannot_wait_prints_what_is_ready_and_who_leaves_prints_nothing(
    exhibition, report, open_page, watch
):
    page = open_page(report(exhibition))
    page.evaluate("() => { window.HTMLVideoElement.prototype.load = () => {}; }")
    page.evaluate(STUB)
    page.route("**/*.mp4", lambda route: None)  # no further clip is ever read
    page.keyboard.press("Control+p")
    dialog = page.get_by_role("dialog", name="Print")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.evaluate("window.papers.length") == 0
    page.keyboard.press("Control+p")
    dialog.get_by_role("button", name="Print now").click()
    page.wait_for_function("() => window.papers.length === 1")
    assert len(page.evaluate("window.papers[0]")) == MANY


def test_what_is_too_much_for_paper_is_told(tmp_path, report, open_page):
    many = SHOW.replace("repeat", "").replace("matrix:", "repeat: 40\n    matrix:")
    page = open_page(report(exhibit(tmp_path, many, lambda *_: None, with_clips=False)))
    page.evaluate(STUB)
    page.keyboard.press("Control+p")
    dialog = page.get_by_role("dialog", name="Print")
    expect(dialog).to_contain_text("Only the first 2,000 of 2,400 cards are printed")
    dialog.get_by_role("button", name="Print", exact=True).click()
    page.wait_for_function("() => window.papers.length === 1")
    assert len(page.evaluate("window.papers[0]")) == 2000
