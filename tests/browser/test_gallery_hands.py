"""Hands that are slower than a test: held buttons, keys after clicks, odd names, full sums."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from fakes.building import entry_of, job_of
from fakes.exhibition import SHOW, done, exhibit
from fakes.lock_entry import completed, rejected, submitted
from fakes.repository import commit
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.file import read_lockfile, write_lockfile
from sora2batch.picks.picks import read_picks


def hold(page, locator):
    """Press for as long as a person does, and until the page has drawn some more."""
    box = locator.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.evaluate(
        "() => new Promise((done) => { let n = 0; const next = () => (++n > 15 ? done() : requestAnimationFrame(next)); next(); })"
    )
    page.mouse.up()


@pytest.fixture
def page(tmp_path, report, open_page):
    return open_page(report(exhibit(tmp_path, SHOW)), accept_downloads=True)


def test_a_comparison_can_be_paused_by_a_press_that_lasts(page):
    for key in ("hero/fox/slow-pan", "hero/owl/slow-pan"):
        page.locator(f"[data-key='{key}']").focus()
        page.keyboard.press("c")
    page.keyboard.press("Shift+C")
    page.wait_for_function("() => [...document.querySelectorAll('dialog video')].every((one) => !one.paused)")
    hold(page, page.get_by_role("dialog").get_by_role("button", name="Play or pause"))
    page.wait_for_function("() => [...document.querySelectorAll('dialog video')].every((one) => one.paused)")


def test_a_note_and_the_star_that_is_clicked_next_are_both_kept(page):
    page.click("[data-key='hero/fox/slow-pan'] .frame")
    page.get_by_label("Note").fill("warm")
    hold(page, page.get_by_role("button", name="Rate 4 of 5"))
    expect(page.get_by_role("button", name="Rate 4 of 5")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Note")).to_have_value("warm")


def test_keys_work_on_after_a_click_in_a_dialog(page):
    page.click("[data-key='hero/fox/slow-pan'] .frame")
    page.get_by_role("button", name="Rate 4 of 5").click()
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Rate 2 of 5")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog")).to_have_accessible_name("hero/fox/dolly-in")


def test_a_filter_that_is_ticked_by_keyboard_keeps_the_focus(page):
    page.click("summary")
    page.get_by_role("checkbox", name="owl").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="owl")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="owl")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="owl")).to_be_checked()


def test_a_window_that_changes_its_size_keeps_the_focus(page):
    page.locator("[data-key='hero/owl/slow-pan']").focus()
    page.set_viewport_size({"width": 700, "height": 500})
    expect(page.locator("[data-key='hero/owl/slow-pan']")).to_be_focused()


def test_odd_characters_in_a_note_make_a_picks_file_that_can_be_read(page, tmp_path):
    note = 'a\x7fb\x80c\ufeffd\u2028e: "f" \\ {{ g }} # h'
    page.click("[data-key='hero/fox/slow-pan'] .frame")
    page.get_by_label("Note").fill(note)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Picks").click()
    with page.expect_download() as event:
        page.get_by_role("button", name="Download show.picks.yaml").click()
    event.value.save_as(tmp_path / "picks.yaml")
    assert [pick.note for pick in read_picks(tmp_path / "picks.yaml").picks] == [note]


@pytest.mark.parametrize(
    "address",
    [
        "hidden=null",
        'hidden={"subject":5}',
        'hidden={"subject":["nobody"],"nowhere":["x"]}',
        'states=["nonsense"]',
        'changes=["added"]',
        "down=null&across=7&sort=null&size=[]&query={}&favourites=1&rating=9",
        "%ff=%00&&&=",
    ],
)
def test_an_address_that_means_nothing_shows_everything(page, address):
    page.goto(page.url.partition("#")[0] + "?x#" + address)
    expect(page.locator(".card")).to_have_count(6)


@pytest.mark.parametrize("axis", ["constructor", "toString", "__proto__", "hasOwnProperty"])
def test_an_axis_may_be_called_as_objects_call_their_own(tmp_path, report, open_page, axis):
    page = open_page(report(exhibit(tmp_path, SHOW.replace("camera", axis))))
    assert page.locator(".column").all_inner_texts() == ["slow-pan", "dolly-in"]
    page.click("summary")
    page.get_by_role("checkbox", name="slow-pan").uncheck()
    expect(page.locator(".card")).to_have_count(3)


def test_what_is_shown_adds_up_to_what_was_spent(tmp_path, report, open_page):
    exhibition = exhibit(tmp_path, SHOW)
    path = tmp_path / "show.lock.jsonl"
    orphans = [
        entry_of(job_of("stag"), rejected()),
        entry_of(job_of("bear"), completed("task-1"), submitted("task-2")),
    ]
    write_lockfile(path, lockfile_of("show.yaml", [*read_lockfile(path).entries.values(), *orphans]))
    page = open_page(report(exhibition))
    expect(page.locator(".budget .sum")).to_have_text("3,360 of 12,000 credits")
    page.click(".budget")
    table = page.get_by_role("dialog").locator("table", has_text="subject")
    jobs, spent = (table.locator(f"tbody td:nth-child({place})").all_inner_texts() for place in (2, 3))
    assert sum(map(int, jobs)) == 6
    assert sum(int(amount.replace(",", "")) for amount in spent) == 3360
    page.keyboard.press("Escape")
    page.click("summary")
    page.get_by_label("Orphans").check()
    page.keyboard.press("Escape")
    page.get_by_label("Sort").select_option("cost")
    assert "NaN" not in page.locator("body").inner_text()
    page.locator("[data-key='hero/bear']").focus()
    page.keyboard.press("f")
    page.keyboard.press("e")
    expect(page.locator("label", has_text="as they are")).to_contain_text("420 credits")


def test_the_price_of_the_next_manifest_is_the_one_that_its_plan_shows(tmp_path, report, open_page):
    text = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 12000}
jobs:
  hero:
    matrix: {image: ["https://h.example/a.jpg?key=1", "https://h.example/a.jpg?key=2"], quality: [std, pro]}
    repeat: 2
    input: {prompt: "a fox", image: "{{ image }}", mode: "{{ quality }}"}
"""
    page = open_page(report(exhibit(tmp_path, text)), accept_downloads=True, height=1200)
    for card in page.locator(".card").all():
        card.focus()
        page.keyboard.press("f")
    page.keyboard.press("e")
    shown = {
        label.split("\n")[0]: label.split("\n")[-1]
        for label in page.locator(".steps label").all_inner_texts()
    }
    assert shown == {"as they are": "5,040 credits", "mode: std": "840 credits", "mode: pro": "4,200 credits"}
    with page.expect_download() as event:
        page.get_by_role("button", name="Download show.picks.yaml").click()
    event.value.save_as(tmp_path / "picks.yaml")
    for settings, price in (([], "5,040"), (["--set", "mode=std"], "840"), (["--set", "mode=pro"], "4,200")):
        target = f"next{len(settings)}{price[0]}.yaml"
        command = [
            sys.executable,
            "-m",
            "sora2batch",
            "promote",
            "show.yaml",
            "--picks",
            "picks.yaml",
            *settings,
            "-o",
            target,
        ]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert f"{price} credits" in ran.stdout


def test_a_job_of_another_moment_can_be_looked_at_and_not_marked(tmp_path, report, open_page):
    exhibition = exhibit(tmp_path, SHOW, lambda place, job: done(job) if place else None)
    commit(tmp_path, "show.yaml", "show.lock.jsonl")
    exhibition.manifest.write_text(SHOW.replace("fox, ", ""))
    page = open_page(report(exhibition, "--compare", "HEAD"))
    card = page.locator("[data-key='hero/fox/slow-pan']")
    expect(card).to_contain_text("never submitted")
    card.focus()
    page.keyboard.press("f")
    expect(card).not_to_have_attribute("data-favourite", "")
    assert page.locator("[data-chip=pending]").count() == 0
