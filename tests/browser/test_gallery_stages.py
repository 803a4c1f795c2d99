"""A batch in stages: what is made from what, what waits, and what picks at a gate will cost."""

import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from fakes.served_report import ServedReport
from fakes.staged_batch import GATED, LOOSE, StagedBatch

WIDTHS = [(360, 740), (800, 1000), (1600, 900)]
VIEWS = {"board": [], "lineage": ["l"], "detail": ["Enter"], "waiting": ["d", "Enter"], "gate": ["f", "e"]}
FOX = "stills/fox/noir"


@pytest.fixture(scope="module")
def gated(tmp_path_factory):
    return StagedBatch(tmp_path_factory.mktemp("gated"), GATED).make("stills")


@pytest.fixture(scope="module")
def loose(tmp_path_factory):
    return StagedBatch(tmp_path_factory.mktemp("loose"), LOOSE).make("stills").make("clips")


def card(page, key):
    return page.locator(f"[data-key='{key}']")


@pytest.mark.parametrize("size", WIDTHS, ids=["phone", "tablet", "desk"])
@pytest.mark.parametrize(("scheme", "view"), list(product(["light", "dark"], VIEWS)))
def test_anybody_can_use_it(gated, report, open_page, size, scheme, view):
    width, height = size
    page = open_page(report(gated), width=width, height=height, color_scheme=scheme, reduced_motion="reduce")
    card(page, FOX).focus()
    for stroke in VIEWS[view]:
        page.keyboard.press(stroke)
    expect(page.get_by_role("dialog")).to_have_count(int(view in {"detail", "waiting", "gate"}))
    found = Axe().run(page)
    told = [f"{one['id']}: {node['html']}" for one in found.response["violations"] for node in one["nodes"]]
    assert told == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_one_goes_from_a_still_to_its_clips_and_back_by_key_and_by_link(loose, report, open_page):
    page = open_page(report(loose), width=1600, height=900)
    card(page, FOX).focus()
    page.keyboard.press("d")
    expect(card(page, "clips/fox/noir/slow-pan")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("u")
    expect(card(page, FOX)).to_be_focused()
    page.keyboard.press("d")
    expect(card(page, "clips/fox/noir/dolly-in")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.locator(f"[data-relative='{FOX}']").click()
    expect(dialog.get_by_role("heading", level=2)).to_have_text(FOX)
    expect(dialog.locator("[data-relative]")).to_have_count(2)
    page.keyboard.press("d")
    expect(dialog.get_by_role("heading", level=2)).to_have_text("clips/fox/noir/dolly-in")
    page.keyboard.press("u")
    expect(dialog.get_by_role("heading", level=2)).to_have_text(FOX)


def test_the_lineage_has_each_still_with_its_clips_in_one_row_and_survives_a_reload(loose, report, open_page):
    page = open_page(report(loose), width=1600, height=900)
    page.keyboard.press("l")
    row = page.locator(".row").filter(has=page.locator(f"[data-key='{FOX}']"))
    told = row.locator(".card").evaluate_all("(cards) => cards.map((card) => card.dataset.key)")
    assert told == [FOX, "clips/fox/noir/slow-pan", "clips/fox/noir/dolly-in"]
    expect(page.get_by_role("columnheader")).to_have_text([re.compile("lineage"), "stills", "clips"])
    page.reload()
    expect(page.get_by_role("button", name="Lineage")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Sections").click()
    expect(page.get_by_role("heading", name="clips")).to_be_visible()


def test_clips_are_laid_out_and_filtered_by_the_axes_of_their_stills(loose, report, open_page):
    page = open_page(report(loose), width=1600, height=900)
    page.get_by_label("clips: Down", exact=True).select_option("still.subject")
    expect(page.get_by_role("grid", name="clips").get_by_role("rowheader")).to_have_text(["fox", "owl"])
    page.get_by_text("Filter", exact=True).click()
    page.locator("[data-name='still.subject: owl']").uncheck()
    expect(page.locator("[data-key^='clips/owl']")).to_have_count(0)
    expect(page.locator("[data-key^='clips/fox']")).to_have_count(4)


def test_what_waits_says_for_what_and_shows_what_it_is_made_from(gated, report, open_page):
    page = open_page(report(gated), width=1600, height=900)
    clip = card(page, "clips/fox/noir/slow-pan")
    expect(clip).to_have_attribute("data-state", "waiting")
    expect(clip).to_have_accessible_name(re.compile("waiting, 420 credits, waits for picks.yaml"))
    expect(clip.locator(".frame")).to_have_class(re.compile("ahead"))
    clip.focus()
    page.keyboard.press("f")
    expect(page.locator("#news")).to_contain_text("cannot be marked yet")
    expect(page.locator(".budget")).to_contain_text("3,360 later")


def test_marks_at_a_gate_show_what_they_cost_and_how_many_more_fit(gated, report, open_page, tmp_path):
    page = open_page(report(gated), width=1600, height=900)
    gates = page.locator("#gates")
    expect(gates).to_contain_text("0 of 4 picked")
    expect(gates).to_contain_text("nothing is picked yet · 1,800 left · 2 more picks fit")
    card(page, FOX).focus()
    page.keyboard.press("f")
    expect(gates).to_contain_text("1 of 4 picked")
    expect(gates).to_contain_text("2 jobs for 840 credits · 960 left · 1 more pick fits")
    for key in ("stills/fox/pastel", "stills/owl/noir"):
        card(page, key).focus()
        page.keyboard.press("f")
    expect(gates.locator(".over")).to_contain_text("6 jobs for 2,520 credits · 720 over the budget")
    page.keyboard.press("f")
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("pre")).to_have_text(
        "mv ~/Downloads/picks.yaml picks.yaml && sora2batch run show.yaml"
    )
    with page.expect_download() as told:
        dialog.get_by_role("button", name="Download picks.yaml").click()
    assert told.value.suggested_filename == "picks.yaml"
    told.value.save_as(tmp_path / "picks.yaml")
    batch = StagedBatch(tmp_path, GATED).make("stills")
    assert [job.key for job in batch.jobs if job.group == "clips"] == [
        f"clips/{still}/{camera}"
        for still in ("fox/noir", "fox/pastel")
        for camera in ("slow-pan", "dolly-in")
    ]


def test_a_page_that_is_served_saves_where_the_gate_looks_and_takes_new_jobs_in(tmp_path, open_page):
    batch = StagedBatch(tmp_path, GATED).make("stills")
    with ServedReport(tmp_path, "show.yaml") as served:
        page = open_page(served.url, width=1600, height=900)
        card(page, FOX).focus()
        page.keyboard.press("f")
        expect(page.locator(".saving")).to_have_text("saved in picks.yaml")
        expect(page.locator("[data-key^='clips/']")).to_have_count(2)
        expect(card(page, "clips/fox/noir/slow-pan")).to_have_attribute("data-state", "pending")
        expect(card(page, FOX)).to_be_focused()
        assert "stills/fox/noir" in (tmp_path / "picks.yaml").read_text()
        batch.make("clips")
        expect(card(page, "clips/fox/noir/slow-pan")).to_have_attribute("data-state", "completed")
        expect(page.locator("#gates")).to_contain_text("nothing more to pay for them")
        page.keyboard.press("e")
        expect(page.get_by_role("dialog").locator("pre")).to_have_text("sora2batch run show.yaml")
        page.close()  # before its server ends


def test_a_batch_without_stages_has_nothing_of_it(tmp_path, report, open_page):
    page = open_page(report(StagedBatch(tmp_path, LOOSE.partition("  clips:")[0]).make("stills")))
    expect(page.get_by_role("button", name="Lineage")).to_have_count(0)
    expect(page.locator("#gates, .badge.made")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).not_to_contain_text("made from")
