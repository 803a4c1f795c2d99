"""Jobs that start from pictures: seen before anything is paid, and beside the clips afterwards."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from fakes.building import entry_of, lockfile_of
from fakes.exhibition import clip, done
from fakes.lock_entry import failed
from fakes.pictures import animated, picture
from sora2batch.gallery.page.html import render_page
from sora2batch.gallery.page.link import Links
from sora2batch.gallery.page.make import Base, BatchState, GalleryInputs, make_gallery
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import ErrorNote
from sora2batch.plan.action import Money


def write(folder, jobs, entries=(), base=None):
    """Write a page of jobs; the files lie beside it."""
    money = Money(budget=Credits(9000), spent=Credits(0), in_doubt=Credits(0), to_spend=Credits(0))
    gallery = make_gallery(
        GalleryInputs(
            manifest="show.yaml",
            name="show",
            simulated=False,
            now=BatchState(jobs=jobs, lockfile=lockfile_of(*entries)),
            money=money,
            links=Links(base=("out",)),
            input_links=Links(base=()),
            price_of_former=lambda _: Credits(0),
            base=base and Base(ref="HEAD", state=base),
        )
    )
    page = folder / "show.report.html"
    page.write_bytes(render_page(gallery))
    return page


@pytest.fixture(scope="module")
def page_of_five(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    fox, owl = (
        picture(folder, "images/fox #1.jpg"),
        picture(folder, "images/owl.png", (200, 90, 20), (64, 96)),
    )
    jobs = (
        animated("done", fox),
        animated("ahead", owl),
        animated("failed", owl),
        animated("list", owl, fox),
        animated("gone", fox._replace(file="images/gone.jpg", sha256="0" * 64)),
    )
    (folder / "out/hero").mkdir(parents=True)
    (folder / "out/hero/done.mp4").write_bytes(clip())
    entries = (entry_of(jobs[0], done(jobs[0])), entry_of(jobs[2], failed(error=ErrorNote(message="no"))))
    return write(folder, jobs, entries)


@pytest.fixture
def page(page_of_five, open_page, watch):
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)
    return open_page(page_of_five, height=1000, reduced_motion="reduce")


def card(page, name):
    return page.locator(f"[data-key='hero/{name}']")


def test_the_picture_stands_in_for_a_clip_and_beside_it_once_it_is_there(page):
    expect(card(page, "ahead").locator(".frame.ahead > canvas")).not_to_have_attribute("data-blank", "")
    expect(card(page, "ahead").locator(".notice")).to_have_text("not submitted")
    for name, pictures in {"done": 1, "failed": 1, "list": 1, "ahead": 0, "gone": 0}.items():
        expect(card(page, name).locator(".sources canvas:not([data-blank])")).to_have_count(pictures)
    expect(card(page, "gone").locator(".frame.ahead")).to_have_count(0)
    expect(card(page, "done")).to_have_accessible_name("hero/done, done, 420 credits, from images/fox #1.jpg")


def test_the_full_view_shows_it_large_and_names_it(page):
    card(page, "list").locator(".frame").click()
    dialog = page.get_by_role("dialog")
    assert dialog.locator("figcaption").all_inner_texts() == ["from images/owl.png", "from images/fox #1.jpg"]
    for image in dialog.locator("img").all():
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("one => one.naturalWidth") in {64, 96}
    row = dialog.locator(".fact", has_text="image_list")
    assert row.locator("dd").inner_text().split("\n")[:2] == ["images/owl.png", "images/fox #1.jpg"]
    assert "sha256" in row.locator("span").get_attribute("title")
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("images/gone.jpg is not there")


def test_it_is_found_by_its_name_and_anybody_can_use_it(page):
    page.fill("#search", "owl.png")
    expect(page.locator(".card")).to_have_count(3)
    page.fill("#search", "")
    for view in ([], ["Enter"], ["Escape", "c", "ArrowRight", "c", "Shift+C"]):
        if view:
            page.locator("#board .card").first.focus() if "c" not in view else None
        for stroke in view:
            page.keyboard.press(stroke)
        found = Axe().run(page)
        told = [f"{one['id']}: {n['html']}" for one in found.response["violations"] for n in one["nodes"]]
        assert told == []
    expect(page.get_by_role("dialog").locator("img.source")).to_have_count(2)


def test_a_picture_that_changed_is_told_with_both_where_both_are_there(tmp_path, open_page):
    old = picture(tmp_path, "images/fox.jpg")
    kept = picture(tmp_path, "images/kept.jpg", (20, 160, 60))
    new = picture(tmp_path, "images/fox.jpg", (200, 90, 20))
    then = (animated("fox", old), animated("owl", kept))
    now = (animated("fox", new), animated("owl", new), animated("hare", kept))
    base = BatchState(jobs=then, lockfile=lockfile_of())
    page = open_page(write(tmp_path, now, base=base))
    expect(card(page, "owl").locator(".sources canvas:not([data-blank])")).to_have_count(2)
    card(page, "fox").locator(".frame").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("another picture has this name now")
    row = dialog.locator(".fact.different", has_text="image")
    assert row.locator("del").inner_text() == f"images/fox.jpg (sha256 {old.sha256[:12]})"
    expect(row).to_contain_text(f"images/fox.jpg (sha256 {new.sha256[:12]})")
    expect(dialog.locator("img.source")).to_have_count(1)
