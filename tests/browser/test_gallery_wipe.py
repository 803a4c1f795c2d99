"""Two results under one slider: where the line is, what is left and right of it, and what plays."""

import pytest
from playwright.sync_api import expect

from fakes.exhibition import clip, done, exhibit
from fakes.lock_entry import failed
from fakes.pictures import picture
from fakes.repository import commit
from sora2batch.lockfile.entry import ErrorNote, Output

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000}
jobs:
  hero:
    matrix: {subject: [fox, owl, hare], camera: [slow pan, dolly in]}
    input: {prompt: "{{ camera }} on a {{ subject }}", aspect_ratio: "16:9"}
"""
FOX, OWL, HARE = "hero/fox/slow-pan", "hero/owl/slow-pan", "hero/hare/dolly-in"
SEEN = "dialog .layer:not([hidden])"


def picked(page, *keys):
    for key in keys:
        page.locator(f"[data-key='{key}']").focus()
        page.keyboard.press("c")
    page.keyboard.press("w")
    return page.get_by_role("dialog", name="Two under one slider")


def line(dialog):
    return dialog.get_by_role("slider", name="Line between A and B")


def at(page):
    """Where the line is drawn, and from where on B is seen, in percent of the picture."""
    return page.evaluate(
        """() => {
          const stage = document.querySelector('.wipe-stage');
          const [frame, line] = [stage, stage.querySelector('.line')].map((one) => one.getBoundingClientRect());
          const clipped = getComputedStyle(stage.querySelector('[data-side=b]')).clipPath.match(/[\\d.]+%/)[0];
          return [100 * (line.x + 1 - frame.x) / frame.width, parseFloat(clipped)].map(Math.round);
        }"""
    )


def sides(dialog):
    return dialog.locator(".wipe-about h3").all_inner_texts()


def test_the_line_is_moved_by_keys_wherever_one_is(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    dialog = picked(page, FOX, OWL)
    expect(line(dialog)).to_be_focused()
    assert at(page) == [50, 50]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    assert at(page) == [38, 38]
    assert line(dialog).get_attribute("aria-valuetext") == "A 38 percent, B 62 percent"
    dialog.get_by_role("button", name="Swap").focus()
    page.keyboard.press("ArrowRight")
    assert at(page) == [40, 40]
    line(dialog).focus()
    page.keyboard.press("End")
    assert at(page) == [100, 100]


def test_the_line_follows_the_pointer(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    picked(page, FOX, OWL)
    box = page.locator(".wipe-stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 90, steps=4)
    page.mouse.up()
    assert at(page) == [20, 20]


def test_sides_change_and_what_is_different_is_told(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    dialog = picked(page, FOX, OWL)
    assert sides(dialog) == [f"A{FOX}", f"B{OWL}"]
    assert dialog.locator(".side-a, .side-b").all_inner_texts() == ["A\nfox", "B\nowl"]
    cells = dialog.locator(".differences tbody td").all_inner_texts()
    assert cells == ["slow pan on a fox", "slow pan on a owl"]
    assert dialog.locator("mark").all_inner_texts() == ["fox", "owl"]
    page.keyboard.press("x")
    assert sides(dialog) == [f"A{OWL}", f"B{FOX}"]
    assert dialog.locator("[data-side=a] video").get_attribute("aria-label") == f"{OWL}.mp4"
    page.keyboard.press("w")
    expect(page.get_by_role("dialog", name="Compare 2")).to_be_visible()
    page.get_by_role("button", name="Under one slider").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(f"[data-key='{OWL}']")).to_be_focused()


def test_of_more_than_two_one_chooses(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    dialog = picked(page, FOX, OWL, HARE)
    dialog.get_by_label("B, right").select_option(HARE)
    assert sides(dialog) == [f"A{FOX}", f"B{HARE}"]
    dialog.get_by_label("A, left").select_option(HARE)
    assert sides(dialog) == [f"A{HARE}", f"B{FOX}"], "the one that stood there changes places"
    assert page.locator(SEEN).count() == 2


def test_both_play_in_step_and_one_at_most_is_heard(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    dialog = picked(page, FOX, OWL)
    page.wait_for_function(
        f"() => [...document.querySelectorAll('{SEEN} video')].every((one) => one.currentTime > 0.2)"
    )
    page.keyboard.press(" ")
    page.wait_for_function(f"() => [...document.querySelectorAll('{SEEN} video')].every((one) => one.paused)")
    dialog.get_by_label("Place in all clips").fill("2")
    page.wait_for_function(
        f"() => [...document.querySelectorAll('{SEEN} video')].every((one) => Math.abs(one.currentTime - 2) < 0.06)"
    )
    heard = f"[...document.querySelectorAll('{SEEN} video')].map((one) => !one.muted)"
    assert page.evaluate(heard) == [False, False]
    dialog.get_by_role("button", name=f"Sound of {OWL}").click()
    assert page.evaluate(heard) == [False, True]
    page.keyboard.press("m")
    assert page.evaluate(heard) == [False, False]
    page.keyboard.press("m")
    assert page.evaluate(heard) == [True, False]


def test_stills_and_other_shapes_share_a_frame_and_what_is_missing_says_so(
    tmp_path, report, open_page, watch
):
    """A wide clip, a tall one, a still, one that failed, and one whose file is gone."""
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)

    def told(place, job):
        if place == 2:
            return failed(error=ErrorNote(message="no such luck"))
        if place == 3:
            file = Output(url="https://h.example/a.jpg", path="still.jpg", sha256="0" * 64, bytes=9)
            return done(job, outputs=(file,))
        return done(job)

    exhibition = exhibit(tmp_path, SHOW, told)
    keys = [job.key for job in exhibition.jobs]
    picture(tmp_path / "out/show", "still.jpg")
    tall = exhibition.clip_of(exhibition.jobs[1])
    tall.unlink()
    tall.write_bytes(clip(1, 72, 128))
    exhibition.clip_of(exhibition.jobs[5]).unlink()
    page = open_page(report(exhibition), reduced_motion="reduce")
    dialog = picked(page, keys[0], keys[1], keys[2], keys[3])
    dialog.get_by_label("B, right").select_option(keys[1])
    page.wait_for_function(
        f"() => [...document.querySelectorAll('{SEEN} video')].every((one) => one.readyState > 0)"
    )
    stage = page.locator(".wipe-stage").bounding_box()
    assert abs(stage["width"] / stage["height"] - 16 / 9) < 0.02
    assert (
        page.locator(f"{SEEN} video").nth(1).bounding_box()
        == page.locator(f"{SEEN} video").nth(0).bounding_box()
    )
    dialog.get_by_label("B, right").select_option(keys[2])
    expect(dialog.locator("[data-side=b] .notice")).to_contain_text("no such luck")
    assert dialog.locator("[data-side=b] .notice").bounding_box()["x"] >= stage["x"] + stage["width"] / 2 - 1
    dialog.get_by_label("A, left").select_option(keys[3])
    expect(dialog.locator("[data-side=a] img")).to_have_js_property("complete", True)
    page.keyboard.press("Escape")
    for key in keys[:3]:
        page.locator(f"[data-key='{key}']").focus()
        page.keyboard.press("c")
    dialog = picked(page, keys[5])
    expect(dialog.locator("[data-side=b] .notice")).to_contain_text("missing or damaged")


def test_what_was_there_before_can_be_held_against_what_is(tmp_path, report, open_page):
    exhibition = exhibit(tmp_path, SHOW)
    commit(tmp_path, "show.yaml", "show.lock.jsonl")
    exhibit(tmp_path, SHOW.replace("on a", "on the"), with_clips=False)
    page = open_page(report(exhibition, "--compare", "HEAD"))
    page.click(f"[data-key='{FOX}'] .frame")
    page.get_by_role("button", name="Under one slider").click()
    dialog = page.get_by_role("dialog", name="Two under one slider")
    assert sides(dialog) == ["Athen", "Bnow"]
    assert dialog.locator("mark").all_inner_texts() == ["a", "the"]


@pytest.mark.parametrize("keys", [(), (FOX,)])
def test_two_are_needed(tmp_path, report, open_page, keys):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    expect(picked(page, *keys)).to_have_count(0)
    expect(page.locator("#news")).to_have_text("Pick two to four clips with c first")


def test_what_a_check_saw_and_further_files_are_told(tmp_path, report, open_page, watch):
    watch.forgiven = ("ERR_FILE_NOT_FOUND",)

    def told(place, job):
        files = (
            Output(
                url="https://h.example/a.mp4",
                path=f"{job.key}-{number}.mp4",
                sha256="0" * 64,
                bytes=9,
                look=(("black", "black for 9.8 of 10.0 s"),) if number else (),
            )
            for number in range(2)
        )
        return done(job, outputs=tuple(files)) if place == 0 else done(job)

    page = open_page(report(exhibit(tmp_path, SHOW, told)))
    dialog = picked(page, FOX, OWL)
    expect(dialog.get_by_role("region", name=f"A: {FOX}")).to_contain_text("black for 9.8 of 10.0 s")
    expect(dialog.locator(".further")).to_have_text(f"{FOX}-0.mp4; 1 more file in the full view")
    page.keyboard.press("w")
    expect(page.locator("dialog .further").last).to_contain_text("1 more file")  # the other one goes
    page.keyboard.press("Escape")
    page.locator(f"[data-key='{FOX}']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog .explanation.look li")).to_have_text("black for 9.8 of 10.0 s")
