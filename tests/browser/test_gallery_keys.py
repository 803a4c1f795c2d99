"""The keyboard, all the way."""

import pytest
from playwright.sync_api import expect

from fakes.exhibition import exhibit

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000}
jobs:
  hero:
    matrix:
      subject: [fox, owl, hare]
      camera: [slow pan, dolly in]
      exclude: [{subject: owl, camera: dolly in}]
    repeat: 2
    input: {prompt: "{{ camera }} on a {{ subject }}"}
"""
WALKS = {
    "ArrowRight": "hero/fox/slow-pan#2",
    "ArrowRight ArrowRight": "hero/fox/dolly-in",
    "ArrowRight ArrowRight ArrowRight ArrowRight": "hero/fox/dolly-in#2",
    "ArrowRight ArrowLeft ArrowLeft": "hero/fox/slow-pan",
    "ArrowDown": "hero/owl/slow-pan",
    "ArrowRight ArrowDown": "hero/owl/slow-pan#2",
    "ArrowRight ArrowRight ArrowDown": "hero/hare/dolly-in",
    "ArrowDown ArrowRight ArrowRight": "hero/owl/slow-pan#2",
    "End": "hero/hare/dolly-in#2",
    "End Home": "hero/fox/slow-pan",
    "PageDown": "hero/hare/slow-pan",
    "PageDown PageUp": "hero/fox/slow-pan",
}


def focused(page):
    return page.evaluate("document.activeElement.dataset.key ?? null")


@pytest.fixture
def page(tmp_path, report, open_page):
    return open_page(report(exhibit(tmp_path, SHOW)), width=1000, height=1500)


def walked(page, strokes):
    page.locator("[data-key='hero/fox/slow-pan']").focus()
    for stroke in strokes.split():
        page.keyboard.press(stroke)
    return focused(page)


def test_arrows_walk_from_clip_to_clip(page):
    assert {strokes: walked(page, strokes) for strokes in WALKS} == WALKS


def test_one_walks_without_an_axis_too(page):
    for name in ("Down", "Across"):
        page.get_by_label(name, exact=True).select_option("")
    page.get_by_role("button", name="Medium").click()  # four to a line
    page.locator("[data-key='hero/fox/slow-pan']").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert focused(page) == "hero/owl/slow-pan", "text flows on to the next line"
    page.keyboard.press("ArrowUp")
    assert focused(page) == "hero/fox/slow-pan"


def test_the_board_is_one_stop_of_the_tabulator(page):
    page.locator("[data-key='hero/fox/slow-pan']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Tab")
    assert focused(page) is None
    page.keyboard.press("Tab")
    assert focused(page) == "hero/owl/slow-pan"


def test_what_is_walked_to_comes_into_sight_from_behind_the_labels(page):
    page.set_viewport_size({"width": 520, "height": 420})
    page.locator("[data-key='hero/fox/slow-pan']").focus()
    for stroke in (
        "ArrowDown",
        "ArrowDown",
        "ArrowRight",
        "ArrowRight",
        "ArrowUp",
        "ArrowUp",
        "ArrowLeft",
        "ArrowLeft",
    ):
        page.keyboard.press(stroke)
        box = page.locator(".card:focus").bounding_box()
        board, side, head = (
            page.locator(one).first.bounding_box() for one in ("#board", ".row .side", ".columns")
        )
        assert box["x"] >= side["x"] + side["width"]
        assert box["y"] >= head["y"] + head["height"]
        assert box["y"] + box["height"] <= board["y"] + board["height"]


def test_slash_searches_and_escape_comes_back(page):
    page.locator("[data-key='hero/owl/slow-pan']").focus()
    page.keyboard.press("/")
    page.keyboard.type("owl?")
    assert page.get_by_label("Search").input_value() == "owl?", "keys are letters while one types"
    expect(page.locator(".empty")).to_be_visible()
    page.get_by_label("Search").fill("owl")
    expect(page.locator(".card")).to_have_count(2)
    page.keyboard.press("Escape")
    assert focused(page) == "hero/owl/slow-pan"


def test_question_mark_explains_the_keys(page):
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    for word in ("favourite", "search", "in step", "rate"):
        expect(dialog).to_contain_text(word)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_enter_opens_and_focus_comes_back(page):
    page.locator("[data-key='hero/hare/slow-pan']").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="hero/hare/slow-pan")
    expect(dialog).to_be_visible()
    page.keyboard.press("4")
    expect(dialog.get_by_role("button", name="Rate 4 of 5")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    assert focused(page) == "hero/hare/slow-pan"


def test_keys_of_the_browser_are_left_alone(page):
    page.locator("[data-key='hero/fox/slow-pan']").focus()
    page.keyboard.press("Control+f")
    page.keyboard.press("Alt+5")
    expect(page.locator(".card[data-favourite]")).to_have_count(0)
    expect(page.locator(".caption .stars").first).to_have_text("")


def test_keys_are_the_cards_again_after_a_choice_from_an_open_list(page):
    page.locator("[data-key='hero/owl/slow-pan']").focus()
    page.get_by_label("Sort").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Sort")).to_have_value("key")
    expect(page.locator("[data-key='hero/owl/slow-pan']")).to_be_focused()
    page.keyboard.press("f")
    expect(page.locator(".card[data-favourite]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    assert focused(page) is not None


def test_who_walks_through_a_closed_list_stays_in_it_until_enter(page):
    page.get_by_label("Sort").focus()
    for value in ("key", "cost", "time"):
        page.keyboard.press("ArrowDown")
        expect(page.get_by_label("Sort")).to_have_value(value)
        expect(page.get_by_label("Sort")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".card:focus")).to_have_count(1)


def test_a_choice_in_the_filter_gives_the_keys_back_too(page):
    page.locator("[data-key='hero/fox/slow-pan']").focus()
    page.keyboard.press("4")
    page.click("summary")
    page.get_by_label("Rating").focus()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator("[data-key='hero/fox/slow-pan']")).to_be_focused()


def test_arrows_lead_from_a_button_back_to_the_cards(page):
    page.get_by_role("button", name="Large").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".card:focus")).to_have_count(1)
