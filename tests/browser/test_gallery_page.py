"""The page as it opens: the matrix, and every state with its own look."""

import re

import pytest
from playwright.sync_api import expect

from fakes.exhibition import done, exhibit
from fakes.lock_entry import failed, in_doubt, rejected, submitted
from fakes.shown_cards import data_of
from sora2batch.lockfile.entry import ErrorNote, Output

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 12000}
defaults: {input: {mode: std, duration: 10, aspect_ratio: 16:9}}
jobs:
  hero:
    matrix: {subject: [fox, owl, hare], camera: [slow pan, dolly in]}
    input: {prompt: "{{ camera }} on a {{ subject }}"}
"""


def seven_states(place, job):
    lost = ErrorNote(message="its host keeps failing: 503")
    return (
        done(job),
        submitted(),
        failed(error=ErrorNote(code=7, message="The prompt may violate our policy")),
        rejected(error=ErrorNote(code=400, message="image could not be fetched")),
        in_doubt(),
        done(job, outputs=(Output(url="https://h.example/a.mp4"),), error=lost),
        None,
    )[place]


def test_the_matrix_stands_as_its_axes_say(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    assert page.title() == "show: gallery"
    assert page.locator(".column").all_inner_texts() == ["slow-pan", "dolly-in"]
    assert page.locator(".row .side").all_inner_texts() == ["fox", "owl", "hare"]
    keys = data_of(page.locator(".row").nth(1).locator(".card"), "key")
    assert keys == ["hero/owl/slow-pan", "hero/owl/dolly-in"]
    expect(page.locator(".budget .sum")).to_have_text("2,520 of 12,000 credits")


def test_every_state_has_its_own_look_and_errors_are_told_in_the_words_of_the_api(
    tmp_path, report, open_page
):
    text = SHOW.replace("[fox, owl, hare]", "[fox, owl, hare, stag]")
    exhibition = exhibit(tmp_path, text, lambda place, job: seven_states(place, job) if place < 7 else None)
    page = open_page(report(exhibition))
    states = data_of(page.locator(".card"), "state")
    assert states == [
        "completed",
        "submitted",
        "failed",
        "rejected",
        "in_doubt",
        "no_file",
        "pending",
        "pending",
    ]
    words = page.locator(".notice").all_inner_texts()
    assert [re.sub(r"\s+", " ", text).strip() for text in words] == [
        "generating",
        "failed The prompt may violate our policy",
        "rejected image could not be fetched",
        "in doubt",
        "no file yet its host keeps failing: 503",
        "not submitted",
        "not submitted",
    ]
    icons = [icon.get_attribute("class") for icon in page.locator(".notice svg").all()]
    assert len(set(icons)) == 6


def test_a_clip_that_is_gone_from_the_disk_is_told(tmp_path, report, open_page, watch):
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)
    exhibition = exhibit(tmp_path, SHOW)
    exhibition.clip_of(exhibition.jobs[2]).unlink()
    page = open_page(report(exhibition))
    expect(page.locator(".notice")).to_have_text(
        re.compile("cannot be shown.*hero/owl/slow-pan.mp4", re.DOTALL)
    )


def test_it_is_told_in_the_full_view_and_in_a_comparison_too(tmp_path, report, open_page, watch):
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)
    exhibition = exhibit(tmp_path, SHOW)
    exhibition.clip_of(exhibition.jobs[0]).unlink()  # the others are links to the same clip
    exhibition.clip_of(exhibition.jobs[0]).write_bytes(b"no clip")
    page = open_page(report(exhibition))
    page.locator("[data-key='hero/fox/slow-pan']").focus()
    for strokes in (["Enter"], ["c", "ArrowRight", "c", "Shift+C"]):
        for stroke in strokes:
            page.keyboard.press(stroke)
        expect(page.get_by_role("dialog").locator(".notice")).to_contain_text("cannot be shown")
        page.keyboard.press("Escape")


def test_a_full_view_tells_everything_and_copies_it(tmp_path, report, open_page):
    exhibition = exhibit(tmp_path, SHOW)
    page = open_page(report(exhibition), permissions=["clipboard-read", "clipboard-write"])
    page.click("[data-key='hero/owl/dolly-in'] .frame")
    dialog = page.get_by_role("dialog", name="hero/owl/dolly-in")
    told = dialog.locator(".facts").inner_text()
    job = exhibition.jobs[3]
    for fact in (
        "dolly in on a owl",
        "16:9",
        "420 credits",
        job.fingerprint,
        "hero/owl/dolly-in.mp4",
        "3 min 10 s",
    ):
        assert fact in told
    dialog.get_by_role("button", name="Copy prompt").click()
    assert page.evaluate("navigator.clipboard.readText()") == "dolly in on a owl"
    expect(dialog.locator("video")).to_have_js_property("videoWidth", 128)


def test_the_full_view_walks_to_its_neighbours_and_comes_back_to_where_it_stands(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    page.click("[data-key='hero/fox/slow-pan'] .frame")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog")).to_have_accessible_name("hero/owl/slow-pan")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("[data-key='hero/owl/slow-pan']")).to_be_focused()


def test_credits_are_split_by_axis(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW, lambda place, job: done(job) if place < 3 else None)))
    page.click(".budget")
    table = page.get_by_role("dialog", name="Credits").locator("table", has_text="subject")
    rows = [
        re.split(r"\s+", row.strip())
        for row in table.locator("tbody").inner_text().splitlines()
        if row.strip()
    ]
    assert rows == [["fox", "2", "840", "0"], ["owl", "2", "420", "420"], ["hare", "2", "0", "840"]]


def test_an_empty_lockfile_shows_what_is_planned(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW, lambda *_: None)))
    assert page.locator(".card[data-state=pending]").count() == 6
    expect(page.locator(".budget .parts")).to_have_text("2,520 to spend · 9,480 left")


@pytest.mark.parametrize("name", ["#1/a b", "100%", "ü·漢字"])
def test_clips_are_found_whatever_their_folder_is_called(tmp_path, report, open_page, name):
    exhibition = exhibit(tmp_path / name, SHOW)
    page = open_page(report(exhibition))
    page.click("[data-key='hero/fox/slow-pan'] .frame")
    expect(page.get_by_role("dialog").locator("video")).to_have_js_property("videoWidth", 128)


def test_takes_have_a_number_sign_in_their_name_and_are_found(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW.replace("    input:", "    repeat: 2\n    input:"))))
    page.click("[data-key='hero/fox/slow-pan#2'] .frame")
    expect(page.get_by_role("dialog").locator("video")).to_have_js_property("videoWidth", 128)
