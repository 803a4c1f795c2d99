"""A page that is served: it saves picks, and follows a run that goes on meanwhile."""

import os
import re
import signal
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from fakes.exhibition import SHOW, done, exhibit, place_clip
from fakes.served_report import ServedReport

POLLED = f"{SHOW}run: {{poll_interval: 0.1}}\n"
DONE = re.compile("done")


@pytest.fixture
def exhibition(tmp_path):
    return exhibit(tmp_path, POLLED, lambda place, job: done(job) if place < 3 else None)


@pytest.fixture
def served(exhibition):
    with ServedReport(exhibition.folder, "show.yaml") as served:
        yield served


def card_of(page, job):
    return page.locator(f"[data-key='{job.key}']")


def finish(exhibition, count):
    """A run somewhere else has gone on."""
    exhibit(
        exhibition.folder, POLLED, lambda place, job: done(job) if place < count else None, with_clips=False
    )
    for job in exhibition.jobs[:count]:
        if not exhibition.clip_of(job).exists():
            place_clip(exhibition, job)


def test_what_is_marked_stands_in_the_file_and_what_the_file_says_on_the_page(served, exhibition, open_page):
    page = open_page(served.url)
    picks = exhibition.folder / "show.picks.yaml"
    fox, owl = exhibition.jobs[0], exhibition.jobs[2]
    card_of(page, fox).focus()
    page.keyboard.press("f")
    page.keyboard.press("5")
    expect(page.locator(".saving")).to_have_text("saved in show.picks.yaml")
    expect(card_of(page, fox)).to_have_accessible_name(re.compile("rated 5 of 5, favourite"))
    assert "favourite: true\n    rating: 5" in picks.read_text()
    picks.write_text(picks.read_text() + f"  - {{fingerprint: '{owl.fingerprint}', rating: 2}}\n")
    expect(card_of(page, owl)).to_have_accessible_name(re.compile("rated 2 of 5"))
    page.reload()
    expect(card_of(page, fox)).to_have_accessible_name(re.compile("rated 5 of 5, favourite"))
    assert (
        page.evaluate("Object.entries(localStorage).filter(([name]) => name.includes('show.yaml'))[0][1]")
        == "{}"
    )


def test_marks_wait_in_the_browser_until_they_can_be_saved(served, exhibition, open_page, watch):
    watch.forgiven = ("409", "ERR_CONNECTION", "Failed to load resource")
    page = open_page(served.url)
    picks = exhibition.folder / "show.picks.yaml"
    picks.write_text("jobs: {}\n")
    card_of(page, exhibition.jobs[0]).focus()
    page.keyboard.press("f")
    expect(page.locator(".saving")).to_contain_text("not saved: show.picks.yaml:1:1")
    page.reload()
    expect(card_of(page, exhibition.jobs[0])).to_have_accessible_name(re.compile("favourite"))
    assert picks.read_text() == "jobs: {}\n"
    picks.unlink()
    expect(page.locator(".saving")).to_have_text("saved in show.picks.yaml")
    assert "favourite: true" in picks.read_text()
    served.end(signal.SIGINT)
    expect(page.locator(".following")).to_have_text("not followed: the server does not answer")
    page.keyboard.press("3")
    expect(page.locator(".saving")).to_contain_text("this browser keeps them")


def test_results_appear_where_they_belong_and_nothing_else_moves(served, exhibition, open_page):
    page = open_page(served.url, height=420)
    fox, fourth = exhibition.jobs[0], exhibition.jobs[3]
    expect(card_of(page, fourth)).to_have_accessible_name(re.compile("not submitted"))
    card_of(page, fox).focus()
    page.keyboard.press(" ")
    expect(card_of(page, fox).locator("video")).to_have_count(1)
    page.evaluate(
        "document.querySelector('[data-key] video').dataset.mine = '1'; document.getElementById('board').scrollTop = 40"
    )
    top = page.evaluate("document.getElementById('board').scrollTop")
    finish(exhibition, 4)
    expect(card_of(page, fourth)).to_have_accessible_name(DONE)
    expect(page.locator("[data-chip=completed]")).to_contain_text("4 done")
    expect(page.locator(".budget .sum")).to_contain_text("1,680 of")
    expect(card_of(page, fourth).locator("canvas[data-blank]")).to_have_count(0)
    assert page.locator("[data-mine]").count() == 1
    assert page.evaluate("document.activeElement.dataset.key") == fox.key
    assert page.evaluate("document.getElementById('board').scrollTop") == top


def test_under_a_filter_cards_go_and_the_keyboard_stays(served, exhibition, open_page):
    page = open_page(served.url)
    page.click("[data-chip=pending]")
    expect(page.locator(".card")).to_have_count(3)
    card_of(page, exhibition.jobs[5]).focus()
    finish(exhibition, 4)
    expect(page.locator(".card")).to_have_count(2)
    assert page.evaluate("document.activeElement.dataset.key") == exhibition.jobs[5].key


def test_a_full_view_stays_open_and_shows_the_clip_when_it_has_come(served, exhibition, open_page):
    page = open_page(served.url)
    card_of(page, exhibition.jobs[3]).locator(".frame").click()
    page.get_by_label("Note").fill("waiting for")
    finish(exhibition, 4)
    expect(page.get_by_role("dialog").locator("video")).to_have_count(1)
    expect(page.get_by_label("Note")).to_have_value("waiting for")


def test_another_manifest_is_told_and_loaded_when_one_likes(served, exhibition, open_page):
    page = open_page(served.url)
    manifest = exhibition.manifest
    manifest.write_text("jobs: [\n")
    expect(page.locator(".following")).to_contain_text("shown as it was before: show.yaml has")
    manifest.write_text(POLLED.replace("hare]", "hare, wolf]"))
    expect(page.locator(".outdated")).to_contain_text("The manifest has changed")
    expect(page.locator(".card")).to_have_count(6)
    page.get_by_role("button", name="Load it again").click()
    expect(page.locator(".card")).to_have_count(8)
    expect(page.locator(".outdated")).to_be_hidden()


def test_a_run_in_the_simulator_is_followed_to_its_end(tmp_path, open_page):
    (tmp_path / "show.yaml").write_text(SHOW + "output: {check: false}\n")
    with ServedReport(tmp_path, "show.yaml", "--simulate") as served:
        page = open_page(served.url)
        expect(page.locator("[data-chip=pending]")).to_contain_text("6")
        command = [sys.executable, "-m", "sora2batch", "run", "show.yaml", "--simulate", "--yes"]
        run = subprocess.Popen(
            command, cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=os.environ
        )
        expect(page.locator(".following")).to_have_text("a run is under way", timeout=60_000)
        expect(page.locator("[data-chip=completed]")).to_contain_text("6 done", timeout=120_000)
        assert run.wait(timeout=300) == 0
        expect(page.locator(".following")).to_have_text("up to date")
        expect(page.locator("canvas[data-blank]")).to_have_count(0)
        page.context.close()
