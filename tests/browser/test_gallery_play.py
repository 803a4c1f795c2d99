"""Clips move: under the pointer, under the keyboard, all in step; and only those that are seen are loaded."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from fakes.exhibition import exhibit

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 900000}
jobs:
  hero:
    matrix: {subject: [fox, owl, hare], camera: [slow pan, dolly in]}
    input: {prompt: "{{ camera }} on a {{ subject }}"}
"""
MANY = SHOW.replace("[fox, owl, hare]", str([f"animal {number}" for number in range(120)]))
TIMES = "() => [...document.querySelectorAll('.card video')].map((video) => video.currentTime)"


def colours(shot):
    """How many colours a screenshot has; a canvas that shows a file from disk cannot be read from inside."""
    return len(Image.open(BytesIO(shot)).convert("RGB").getcolors(1 << 24))


def drawn(page, key):
    """Wait for a poster."""
    canvas = page.locator(f"[data-key='{key}'] canvas")
    expect(canvas).not_to_have_attribute("data-blank", "")
    return canvas


def test_posters_are_drawn_and_no_clip_stays_open(tmp_path, report, open_page, watch):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    for key in ("fox/slow-pan", "fox/dolly-in", "owl/slow-pan", "owl/dolly-in", "hare/slow-pan"):
        drawn(page, f"hero/{key}")
    canvas = drawn(page, "hero/hare/dolly-in")
    assert len(watch.clips) == 6
    assert colours(canvas.screenshot()) > 20
    assert page.locator("video").count() == 0


def test_only_clips_that_are_seen_are_loaded(tmp_path, report, open_page, watch):
    page = open_page(report(exhibit(tmp_path, MANY)))
    drawn(page, "hero/animal-1/dolly-in")
    assert 0 < len(watch.clips) < 60
    seen = set(watch.clips)
    page.locator("#board").evaluate("one => one.scrollTo(0, one.scrollHeight)")
    drawn(page, "hero/animal-119/dolly-in")
    assert any("animal-119" in url for url in watch.clips - seen)
    assert not any("animal-60/" in url for url in watch.clips)


def test_the_pointer_scrubs_and_playing_ends_when_it_leaves(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)), reduced_motion="reduce")
    box = page.locator("[data-key='hero/fox/slow-pan'] .frame").bounding_box()
    for share in (0.25, 0.75):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        page.wait_for_function(
            f"() => Math.abs((document.querySelector('.card video')?.currentTime ?? -9) - {3 * share}) < 0.15"
        )
    assert page.evaluate("document.querySelector('.card video').paused"), "less motion was asked for"
    page.mouse.move(2, 2)
    expect(page.locator(".card video")).to_have_count(0)


def test_a_pointer_that_rests_lets_the_clip_play(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    page.hover("[data-key='hero/fox/slow-pan'] .frame")
    page.wait_for_function("() => document.querySelector('.card video')?.paused === false")


def test_space_plays_and_stops_one_clip(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    page.locator("[data-key='hero/owl/slow-pan']").focus()
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('.card video')?.currentTime > 0.1")
    page.keyboard.press("Space")
    expect(page.locator(".card video")).to_have_count(0)


def test_all_that_are_seen_play_in_step(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    page.get_by_role("button", name="Play all").click()
    page.wait_for_function(
        f"() => {{ const times = ({TIMES})(); return times.length === 6 && Math.min(...times) > 0.3; }}"
    )
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function(
        f"() => {{ const times = ({TIMES})(); return Math.max(...times) - Math.min(...times) < 0.05; }}"
    )
    page.get_by_label("Place in all clips").first.fill("1.5")
    page.wait_for_function(f"() => ({TIMES})().every((time) => Math.abs(time - 1.5) < 0.06)")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".card video")).to_have_count(0)


def test_those_that_scroll_away_stop_and_those_that_come_join(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, MANY)), height=700)
    page.keyboard.press("p")
    page.wait_for_function("() => document.querySelectorAll('.card video').length >= 4")
    page.locator("#board").evaluate("one => one.scrollTo(0, 4000)")
    page.wait_for_function(
        """() => {
          const frame = document.getElementById('board').getBoundingClientRect();
          const videos = [...document.querySelectorAll('.card video')];
          const isSeen = (card) => card.getBoundingClientRect().bottom > frame.top && card.getBoundingClientRect().top < frame.bottom;
          return videos.length >= 4 && videos.map((video) => video.closest('.card')).every(isSeen) && videos.every((video) => video.currentTime > 0);
        }"""
    )
    assert page.locator(".card video").count() < 48


def test_two_to_four_are_compared_side_by_side_on_one_clock(tmp_path, report, open_page):
    page = open_page(report(exhibit(tmp_path, SHOW)))
    expect(page.locator(".compare-all")).to_be_disabled()
    for key in ("hero/fox/slow-pan", "hero/fox/dolly-in", "hero/owl/slow-pan"):
        page.locator(f"[data-key='{key}']").focus()
        page.keyboard.press("c")
    page.keyboard.press("Shift+C")
    dialog = page.get_by_role("dialog", name="Compare 3")
    assert dialog.locator("h3").all_inner_texts() == [
        "hero/fox/slow-pan",
        "hero/fox/dolly-in",
        "hero/owl/slow-pan",
    ]
    different = {one.split("\n")[0] for one in dialog.locator(".fact.different").all_inner_texts()}
    assert different == {"prompt"}
    page.wait_for_function(
        "() => [...document.querySelectorAll('dialog video')].every((video) => video.currentTime > 0.2)"
    )
    dialog.get_by_label("Place in all clips").fill("2")
    page.wait_for_function(
        "() => [...document.querySelectorAll('dialog video')].every((video) => Math.abs(video.currentTime - 2) < 0.06)"
    )
    page.keyboard.press("Escape")
    expect(page.locator(".card[data-compared]")).to_have_count(3)
