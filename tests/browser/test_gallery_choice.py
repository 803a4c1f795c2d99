"""Choosing what is seen: axes, filters, search, order; and that a reload keeps it."""

import re

from playwright.sync_api import expect

from fakes.exhibition import done, exhibit
from fakes.lock_entry import failed
from fakes.shown_cards import data_of

NONE = "\N{EN DASH}"
SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000}
jobs:
  hero:
    matrix: {subject: [fox, owl, hare], camera: [slow pan, dolly in], quality: [std, pro]}
    repeat: 2
    input: {prompt: "{{ camera }} on a {{ subject }}", mode: "{{ quality }}"}
  closing:
    matrix: {subject: [fox]}
    input: {prompt: "Logo over a {{ subject }}"}
"""


def keys(page):
    return data_of(page.locator(".card"), "key")


def shown(page, count):
    expect(page.locator(".card")).to_have_count(count)
    return keys(page)


def columns(page):
    return page.locator(".column").all_inner_texts()


def as_one_table(page):
    page.get_by_role("button", name="Sections").click()


def test_any_axis_goes_across_and_any_down(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)), width=1900, height=2400)
    as_one_table(page)
    assert columns(page) == ["slow-pan", "dolly-in", NONE, "std", "pro", "std", "pro", NONE]
    page.get_by_label("Down", exact=True).select_option("quality")
    page.get_by_label("Down, then").select_option("")
    page.get_by_label("Across", exact=True).select_option("take")
    page.get_by_label("Across, then").select_option("")
    assert columns(page) == ["#1", "#2"]
    assert page.locator(".row .side").all_inner_texts() == ["std", "pro", NONE]
    page.get_by_label("Down", exact=True).select_option("take")
    assert page.locator(".row .side").all_inner_texts() == ["#1", "#2"]
    assert columns(page) == ["std", "pro", NONE], "the axis that stood there changed places"


def test_labels_stay_in_sight_while_one_scrolls(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)), width=700, height=600)
    page.get_by_role("button", name="Medium").click()
    board = page.locator("#board")
    board.evaluate("one => one.scrollTo(300, 260)")
    page.wait_for_function("() => document.getElementById('board').scrollTop === 260")
    frame = board.bounding_box()
    side = page.locator(".row .side").nth(1).bounding_box()
    title = page.locator(".section-title").first.bounding_box()
    head = page.locator(".columns").first.bounding_box()
    words = page.locator(".section-title > div").first.bounding_box()
    assert side["x"] == words["x"] == frame["x"]
    assert title["y"] == frame["y"]
    assert head["y"] == frame["y"] + title["height"]


def test_a_state_is_a_filter(tmp_path, report, open_page):
    exhibition = exhibit(tmp_path, SHOW, lambda place, job: failed() if place == 4 else done(job))
    page = open_page(report(exhibition))
    page.click("[data-chip=failed]")
    assert shown(page, 1) == [exhibition.jobs[4].key]
    page.click("[data-chip=failed]")
    expect(page.locator(".chip[aria-pressed=true]")).to_have_count(0)


def test_values_of_an_axis_are_filters(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)), width=1900, height=2400)
    page.click("summary")
    panel = page.locator(".filters")
    panel.get_by_label("hare").uncheck()
    panel.get_by_label("owl").uncheck()
    panel.locator("fieldset", has_text="quality").get_by_label("pro").uncheck()
    panel.get_by_label("#2").uncheck()
    assert sorted(shown(page, 3)) == ["closing/fox", "hero/fox/dolly-in/std", "hero/fox/slow-pan/std"]
    expect(page.locator("summary")).to_have_text("Filter (3)")
    panel.get_by_role("button", name="Show everything").click()
    shown(page, 25)


def test_search_looks_into_prompts_keys_errors_and_task_ids(tmp_path, report, open_page):
    exhibition = exhibit(tmp_path, SHOW, lambda place, job: done(job, task_id=f"task-{place:03}"))
    page = open_page(report(exhibition), width=1900, height=2400)
    for words, count in (("logo", 1), ("dolly OWL", 4), ("task-007", 1), ("nothing like it", 0), ("", 25)):
        page.get_by_label("Search").fill(words)
        shown(page, count)
    page.get_by_label("Search").fill("nothing like it")
    expect(page.locator(".empty")).to_contain_text("No job fits these filters.")


def test_cards_stand_in_the_order_that_is_asked_for(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)), width=1900, height=2400)
    as_one_table(page)
    for name in ("Down, then", "Down", "Across, then", "Across"):
        page.get_by_label(name, exact=True).select_option("")
    page.get_by_label("Sort").select_option("key")
    assert keys(page) == sorted(keys(page))
    page.get_by_label("Sort").select_option("cost")
    costs = [int(text.replace(",", "")) for text in page.locator(".cost").all_inner_texts()]
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) == 2


def test_a_reload_keeps_the_view_and_a_broken_address_opens_the_page(tmp_path, report, open_page):
    path = report(exhibit(tmp_path, SHOW))
    page = open_page(path, width=1900, height=2400)
    page.get_by_label("hero: Across", exact=True).select_option("take")
    page.get_by_label("Search").fill("owl")
    shown(page, 8)
    page.reload()
    shown(page, 8)
    assert columns(page)[:2] == ["#1", "#2"]
    page.goto(f"{path.as_uri()}#across=%5B%22nonsense%22%5D&sort=7&size=%22xxl%22&down=")
    expect(page.locator(".card").first).to_be_visible()


def test_orphans_are_shown_when_they_are_asked_for(tmp_path, report, open_page):
    exhibition = exhibit(tmp_path, SHOW)
    exhibition.manifest.write_text(SHOW.replace("[fox, owl, hare]", "[fox, owl]"))
    page = open_page(report(exhibition), width=1900, height=2400)
    shown(page, 17)
    page.click("summary")
    page.get_by_label("Orphans").check()
    assert len([key for key in shown(page, 25) if key.startswith("hero/hare/")]) == 8
    assert page.locator(".badge.orphan").count() == 8
    expect(page.locator(".row .side", has_text=re.compile("hare"))).to_have_count(1)


def test_clips_to_look_at_have_a_badge_with_the_reason_and_a_chip_that_shows_only_them(
    tmp_path, report, open_page
):
    def tell(place, job):
        attempt = done(job)
        reasons = {
            0: (("black", "black for 9.8 of 10.0 s"), ("silent", "no sound")),
            5: (("short", "<b>4 s"),),
        }
        return attempt._replace(outputs=(attempt.outputs[0]._replace(look=reasons.get(place, ())),))

    exhibition = exhibit(tmp_path, SHOW, tell)
    page = open_page(report(exhibition), width=1900, height=2400)
    first, other = exhibition.jobs[0].key, exhibition.jobs[5].key
    badge = page.locator(f'[data-key="{first}"] .badge.look')
    expect(badge).to_have_text("black +1")
    expect(badge).to_have_attribute("title", "to look at: black for 9.8 of 10.0 s; no sound")
    expect(page.locator(f'[data-key="{other}"]')).to_have_attribute(
        "aria-label", re.compile("to look at: <b>4 s")
    )
    page.get_by_role("button", name="2 to look at").click()
    assert sorted(shown(page, 2)) == sorted([first, other])
    page.reload()
    assert sorted(shown(page, 2)) == sorted([first, other])
    page.get_by_role("button", name="2 to look at").click()
    shown(page, len(exhibition.jobs))
