"""From looking to the next manifest: mark, export, promote, plan."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from fakes.exhibition import SHOW, exhibit


def program(folder, *words):
    command = [sys.executable, "-m", "sora2batch", *words]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def mark(page, key, *strokes):
    page.locator(f"[data-key='{key}']").focus()
    for stroke in strokes:
        page.keyboard.press(stroke)


def download(page):
    page.get_by_role("button", name="Picks").click()
    with page.expect_download() as event:
        page.get_by_role("button", name="Download show.picks.yaml").click()
    return event.value


def test_favourites_become_the_next_manifest_and_its_plan_tells_the_price(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)), accept_downloads=True)
    mark(page, "hero/fox/slow-pan", "f", "5")
    mark(page, "hero/hare/dolly-in", "f")
    mark(page, "hero/owl/slow-pan", "2")
    page.click("[data-key='hero/fox/slow-pan'] .frame")
    page.get_by_label("Note").fill('the light: "gold"')
    page.keyboard.press("Escape")
    picks = download(page)
    picks.save_as(tmp_path / picks.suggested_filename)
    expect(page.locator("label", has_text="mode: pro")).to_contain_text("4,200 credits")
    command = page.locator(".steps code").inner_text()
    asked = "sora2batch promote show.yaml --picks ~/Downloads/show.picks.yaml --set mode=pro -o next.yaml"
    assert command == asked
    program(tmp_path, *command.replace("~/Downloads/", "").split()[1:])
    plan = json.loads(program(tmp_path, "plan", "next.yaml", "--json"))
    assert plan["summary"]["credits"]["to_spend"] == 4200
    assert plan["summary"]["credits"]["remaining"] == 0
    assert {job["input"]["prompt"] for job in plan["jobs"]} == {"slow pan on a fox", "dolly in on a hare"}
    assert 'the light: "gold"' in (tmp_path / "next.yaml").read_text()


def test_marks_survive_a_reload_and_can_be_taken_back(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    mark(page, "hero/fox/slow-pan", "f", "4")
    page.reload()
    card = page.locator("[data-key='hero/fox/slow-pan']")
    expect(card).to_have_accessible_name("hero/fox/slow-pan, done, 420 credits, rated 4 of 5, favourite")
    mark(page, "hero/fox/slow-pan", "f", "0")
    expect(card).to_have_accessible_name("hero/fox/slow-pan, done, 420 credits")
    page.get_by_role("button", name="Picks").click()
    expect(page.get_by_role("button", name="Download show.picks.yaml")).to_be_disabled()


def test_earlier_picks_are_shown_and_what_was_marked_since_wins(tmp_path, report, open_page):
    exhibition = exhibit(tmp_path, SHOW)
    lines = ["picks:"]
    for job, rating in zip(exhibition.jobs, (5, 3, 1), strict=False):
        lines += [f"  - key: {job.key}", f"    fingerprint: {job.fingerprint}", f"    rating: {rating}"]
    (tmp_path / "picks.yaml").write_text("\n".join(lines))
    path = report(exhibition, "--picks", tmp_path / "picks.yaml")
    page = open_page(path)
    stars = [text.count("★") for text in page.locator(".caption .stars").all_inner_texts()]
    assert stars == [5, 3, 1, 0, 0, 0]
    mark(page, exhibition.jobs[0].key, "2")
    page.reload()
    assert page.locator(".caption .stars").first.inner_text() == "★★"


def test_a_mouse_is_enough(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    card = page.locator("[data-key='hero/owl/dolly-in']")
    card.hover()
    card.get_by_role("button", name="Favourite").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    card.locator(".frame").click()
    page.get_by_role("button", name="Rate 3 of 5").click()
    page.keyboard.press("Escape")
    expect(card).to_have_accessible_name("hero/owl/dolly-in, done, 420 credits, rated 3 of 5, favourite")


def test_ratings_and_favourites_are_filters_and_an_order(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    mark(page, "hero/hare/slow-pan", "5")
    mark(page, "hero/owl/slow-pan", "3", "f")
    page.click("summary")
    page.get_by_label("Rating").select_option("4")
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_label("Rating").select_option("0")
    page.get_by_label("Favourites only").check()
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card")).to_have_attribute("data-key", "hero/owl/slow-pan")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_that_keeps_nothing_says_so_and_exports_all_the_same(tmp_path, report, open_page, width):
    page = open_page(report(exhibit(tmp_path, SHOW)), width=width, accept_downloads=True)
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    mark(page, "hero/fox/slow-pan", "f")
    picks = download(page)
    expect(page.locator(".warning")).to_contain_text("keeps nothing")
    assert "favourite: true" in picks.path().read_text()
