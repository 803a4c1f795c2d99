"""The first view fills the screen, and a size that was chosen is kept."""

import pytest
from playwright.sync_api import expect

from fakes.exhibition import exhibit

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000000}
jobs:
  hero:
    matrix: {subject: [SUBJECTS], camera: [CAMERAS]}
    input: {prompt: "{{ camera }} on {{ subject }}"}
"""


def show(subjects, cameras):
    words = {"SUBJECTS": subjects, "CAMERAS": cameras}
    text = SHOW
    for name, amount in words.items():
        text = text.replace(name, ", ".join(f"{name[0].lower()}{number}" for number in range(amount)))
    return text


def width_of_cards(page):
    return page.locator(".card").first.bounding_box()["width"]


@pytest.mark.parametrize(
    ("subjects", "cameras", "least", "most"), [(1, 2, 420, 900), (3, 6, 132, 260), (250, 8, 100, 172)]
)
def test_few_clips_are_large_and_many_are_small(
    tmp_path, report, open_page, watch, subjects, cameras, least, most
):
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)
    page = open_page(
        report(exhibit(tmp_path, show(subjects, cameras), with_clips=False)), width=1600, height=900
    )
    assert least <= width_of_cards(page) <= most
    board = "document.getElementById('board')"
    assert page.evaluate(f"{board}.scrollWidth <= {board}.clientWidth")
    if subjects * cameras <= 18:
        assert page.evaluate(f"{board}.scrollHeight <= {board}.clientHeight"), "all are on the screen"
        expect(page.locator(".card")).to_have_count(subjects * cameras)


def test_cards_keep_their_size_while_one_searches(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, show(3, 6))))
    width = width_of_cards(page)
    page.get_by_label("Search").fill("c1")
    expect(page.locator(".card")).to_have_count(3)
    assert width_of_cards(page) == width


def test_a_size_that_was_chosen_is_kept(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, show(1, 2))))
    page.get_by_role("button", name="Small").click()
    assert width_of_cards(page) == 132
    page.reload()
    expect(page.get_by_role("button", name="Small")).to_have_attribute("aria-pressed", "true")
    assert width_of_cards(page) == 132
    page.get_by_role("button", name="Fit").click()
    assert width_of_cards(page) > 400
