"""Groups with other axes are sections of their own; what is empty folds away; all are walked through as one."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from fakes.exhibition import exhibit

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000}
jobs:
  hero:
    matrix: {animal: [fox, owl, hare, stag, bear], camera: [slow pan, dolly in]}
    input: {prompt: "{{ camera }} on a {{ animal }}", aspect_ratio: "16:9"}
  product:
    matrix: {product: [lamp, \u06a9\u0631\u0633\u06cc, \u82b1\u74f6, \u0447\u0430\u0441\u044b], look: [noir, pastel]}
    input: {prompt: "{{ look }} {{ product }}", aspect_ratio: "9:16"}
"""
HOLES = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000}
jobs:
  hero:
    matrix:
      animal: [fox, owl, hare]
      camera: [pan, zoom]
      light: [day, night]
      exclude: [{camera: zoom, light: night}]
    input: {prompt: "{{ camera }} {{ light }} {{ animal }}"}
"""
WIDTHS = [(360, 740), (900, 800), (1600, 900)]


@pytest.fixture(scope="module")
def two_groups(tmp_path_factory):
    return exhibit(tmp_path_factory.mktemp("sections"), SHOW)


@pytest.fixture
def page(two_groups, report, open_page):
    return open_page(report(two_groups), width=1600, height=2400)


def labels(page, section):
    return [page.locator(f"{section} {one}").all_inner_texts() for one in (".side", ".column")]


def test_each_section_has_its_own_heading_rows_and_columns(page):
    expect(page.locator(".card")).to_have_count(18)
    assert page.locator(".section h2").all_inner_texts() == ["hero", "product"]
    assert page.locator(".section-title p").all_inner_texts() == ["10 jobs", "8 jobs"]
    assert labels(page, ".section:nth-child(1)") == [
        ["fox", "owl", "hare", "stag", "bear"],
        ["slow-pan", "dolly-in"],
    ]
    rows, columns = labels(page, ".section:nth-child(2)")
    assert (len(rows), columns) == (4, ["noir", "pastel"])
    wide, tall = (page.locator(f".section:nth-child({n}) .card").first.bounding_box() for n in (1, 2))
    assert wide["width"] > wide["height"]
    assert tall["height"] > tall["width"], "each section has the shape of its own clips"


def test_axes_are_chosen_for_one_section_alone_and_a_reload_keeps_them(page):
    page.get_by_label("product: Down", exact=True).select_option("look")
    for _ in range(2):
        assert labels(page, ".section:nth-child(2)")[0] == ["noir", "pastel"]
        assert labels(page, ".section:nth-child(1)")[0] == ["fox", "owl", "hare", "stag", "bear"]
        page.reload()
        expect(page.locator(".card")).to_have_count(18)


def test_all_groups_are_one_table_where_that_is_asked_for(page):
    page.get_by_role("button", name="Sections").click()
    expect(page.locator(".section")).to_have_count(1)
    assert page.get_by_label("Down", exact=True).input_value() == "group"
    page.get_by_role("button", name="Sections").click()
    expect(page.locator(".section")).to_have_count(2)


def walk(page, *strokes):
    for stroke in strokes:
        page.keyboard.press(stroke)
    return page.locator(".card:focus").get_attribute("data-key")


def test_arrows_walk_over_the_border_of_sections_one_under_another(two_groups, report, open_page):
    page = open_page(report(two_groups), width=900, height=800)
    page.get_by_role("button", name="Large").click()
    page.locator("[data-key='hero/fox/dolly-in']").focus()
    assert walk(page, *["ArrowDown"] * 4) == "hero/bear/dolly-in"
    assert walk(page, "ArrowDown") == "product/lamp/pastel", "the one that lies nearest"
    expect(page.locator(".card:focus")).to_be_in_viewport(ratio=0.99)
    assert walk(page, "ArrowUp") == "hero/bear/dolly-in"
    assert walk(page, "ArrowRight") == "hero/bear/dolly-in"
    assert walk(page, "Home") == "hero/fox/slow-pan"
    assert walk(page, "End").endswith("/pastel")


def test_narrow_sections_stand_side_by_side_and_all_are_on_the_screen(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW.replace("9:16", "16:9"))), width=1600, height=900)
    board = "document.getElementById('board')"
    assert page.evaluate(
        f"{board}.scrollHeight <= {board}.clientHeight && {board}.scrollWidth <= {board}.clientWidth"
    )
    for card in page.locator(".card").all():
        expect(card).to_be_in_viewport(ratio=0.99)
    page.locator("[data-key='hero/fox/dolly-in']").focus()
    assert walk(page, "ArrowRight") == "product/lamp/noir"
    assert walk(page, "ArrowLeft") == "hero/fox/dolly-in"
    assert walk(page, "PageDown", "PageDown") == "hero/bear/dolly-in"


@pytest.mark.parametrize("size", WIDTHS, ids=["phone", "tablet", "desk"])
def test_a_reader_finds_a_named_grid_for_each_section(two_groups, report, open_page, size):
    page = open_page(report(two_groups), width=size[0], height=size[1], reduced_motion="reduce")
    page.locator("#board").evaluate("one => one.scrollTo(0, 300)")
    expect(page.get_by_role("grid", name="product")).to_have_attribute("aria-rowcount", "5")
    assert page.get_by_role("grid", name="hero").get_by_role("rowheader").count() > 0
    if page.get_by_role("button", name="View").is_visible():
        page.get_by_role("button", name="View").click()
    expect(page.get_by_label("hero: Down", exact=True)).to_be_visible()
    found = Axe().run(page)
    told = [f"{one['id']}: {node['html']}" for one in found.response["violations"] for node in one["nodes"]]
    assert told == []
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]


def test_a_section_without_a_hit_folds_away(page):
    page.get_by_label("Search").fill("noir")
    expect(page.locator(".card")).to_have_count(4)
    assert page.locator(".section h2").all_inner_texts() == ["product"]
    assert page.locator(".section-title p").all_inner_texts() == ["4 of 8 jobs"]
    show = page.get_by_role("button", name="Show", exact=False).and_(page.locator(".empties"))
    expect(show).to_have_text("1 empty column, 1 section hiddenShow")
    show.focus()
    page.keyboard.press("Enter")
    assert page.locator(".section h2").all_inner_texts() == ["hero", "product"]
    assert labels(page, ".section:nth-child(2)")[1] == ["noir", "pastel"]
    expect(show).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".section")).to_have_count(1)


def test_what_a_matrix_leaves_out_is_hidden_and_can_be_seen(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, HOLES)), width=1600, height=900)
    page.get_by_label("Across, then").select_option("light")
    assert page.locator(".column").all_inner_texts() == ["pan", "zoom", "day", "night", "day"]
    page.locator(".empties").click()
    assert page.locator(".column").all_inner_texts() == ["pan", "zoom", "day", "night", "day", "night"]
    expect(page.locator(".empties")).to_have_text("1 empty column shownHide")
    page.locator("[data-key='hero/fox/zoom/day']").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-key='hero/fox/zoom/day']")).to_be_focused()
