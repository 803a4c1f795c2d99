"""A big batch: the page holds what can be seen, and no more, wherever one scrolls."""

import pytest
from playwright.sync_api import expect

from fakes.exhibition import exhibit
from fakes.shown_cards import data_of

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000000}
jobs:
  big:
    matrix:
      subject: [SUBJECTS]
      camera: [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9]
      light: [l0, l1, l2, l3, l4, l5, l6, l7, l8, l9]
    input: {prompt: "{{ camera }} on {{ subject }} in {{ light }}"}
"""
PLACES = (0, 0.13, 0.5, 0.77, 1)
MOST = 150


@pytest.fixture(scope="module")
def exhibition(tmp_path_factory):
    text = SHOW.replace("SUBJECTS", ", ".join(f"s{number}" for number in range(20)))
    shown = exhibit(tmp_path_factory.mktemp("size"), text, with_clips=False)
    assert len(shown.jobs) == 2000
    return shown


def scroll(page, down, across):
    page.locator("#board").evaluate(
        """async (one, [down, across]) => {
          one.scrollTo(across * (one.scrollWidth - one.clientWidth), down * (one.scrollHeight - one.clientHeight));
          for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
        }""",
        [down, across],
    )


def gaps(page):
    """Find points of the board where there should be a card and is none."""
    return page.evaluate(
        """() => {
          const board = document.getElementById('board').getBoundingClientRect();
          const cards = [...document.querySelectorAll('.card')].map((card) => card.getBoundingClientRect());
          const missing = [];
          for (let x = board.left + 190; x < board.right - 20; x += 90)
            for (let y = board.top + 90; y < board.bottom - 20; y += 60) {
              const near = cards.some((box) => x > box.left - 24 && x < box.right + 24 && y > box.top - 24 && y < box.bottom + 24);
              if (!near) missing.push([x, y]);
            }
          return missing;
        }"""
    )


def test_two_thousand_jobs_are_a_few_cards_at_a_time(exhibition, report, open_page, watch):
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)
    page = open_page(report(exhibition))
    page.get_by_label("Across, then").select_option("light")  # so that every place has a card
    for down in PLACES:
        for across in (0, 0.5, 1):
            scroll(page, down, across)
            assert 0 < page.locator(".card").count() < MOST
            assert page.locator("video").count() == 0
            assert gaps(page) == []


def test_without_axes_two_thousand_jobs_flow(exhibition, report, open_page, watch):
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)
    page = open_page(report(exhibition))
    for name in ("Down", "Across"):
        page.get_by_label(name, exact=True).select_option("")
    seen = set()
    for down in PLACES:
        scroll(page, down, 0)
        keys = data_of(page.locator(".card"), "key")
        assert 0 < len(keys) < MOST
        seen.update(keys)
    assert {exhibition.jobs[0].key, exhibition.jobs[-1].key} <= seen


def test_the_keyboard_reaches_the_last_of_two_thousand(exhibition, report, open_page, watch):
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)
    page = open_page(report(exhibition))
    page.locator(".card").first.focus()
    page.keyboard.press("End")
    expect(page.locator(".card:focus")).to_have_attribute("data-key", exhibition.jobs[-1].key)
    page.keyboard.press("Home")
    expect(page.locator(".card:focus")).to_have_attribute("data-key", exhibition.jobs[0].key)


def test_a_focused_card_stays_while_one_scrolls_away_from_it(exhibition, report, open_page, watch):
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)
    page = open_page(report(exhibition))
    page.locator(".card").first.focus()
    scroll(page, 1, 1)
    assert page.evaluate("document.activeElement.dataset.key") == exhibition.jobs[0].key
    page.keyboard.press("f")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".card:focus")).to_be_in_viewport()
    assert page.locator(".export").inner_text().split()[-1] == "1"


def test_the_page_is_small_beside_its_clips(exhibition, report):
    size = report(exhibition).stat().st_size
    assert size / len(exhibition.jobs) < 1000, "bytes a job"
