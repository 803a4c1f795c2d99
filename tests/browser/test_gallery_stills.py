"""Pictures that tools make, beside clips, also of one job: seen, walked through, compared, and passed over by the clock."""

from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from fakes.exhibition import clip, done, exhibit
from sora2batch.lockfile.entry import Output

SHOW = """\
version: 1
budget: {max_credits: 90000}
jobs:
  stills:
    tool: seedream-v4-5-api
    matrix: {animal: [fox, owl]}
    input: {prompt: "a {{ animal }}"}
  clips:
    tool: sora2-text-to-video-api
    matrix: {animal: [fox, owl]}
    input: {prompt: "a {{ animal }} moves"}
"""


def still():
    target = BytesIO()
    Image.new("RGB", (96, 54), (190, 90, 40)).save(target, "PNG")
    return target.getvalue()


def outputs_of(job):
    """A still, a clip, or, of the last job, both."""
    names = [f"{job.key}.png"] if job.group == "stills" else [f"{job.key}.mp4"]
    if job.key == "clips/owl":
        names.insert(0, f"{job.key}-cover.png")
    data = {name: still() if name.endswith("png") else clip() for name in names}
    return {
        name: Output(
            url="https://h.example/x", path=name, sha256=sha256(data[name]).hexdigest(), bytes=len(data[name])
        )
        for name in names
    }, data


@pytest.fixture
def page(tmp_path, report, open_page):
    shown = exhibit(
        tmp_path,
        SHOW,
        lambda _, job: done(job, outputs=tuple(outputs_of(job)[0].values())),
        with_clips=False,
    )
    for job in shown.jobs:
        for name, data in outputs_of(job)[1].items():
            target = tmp_path / "out/show" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return open_page(report(shown))


def test_stills_and_clips_stand_in_the_same_frames(page):
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator(".card .frame canvas[data-blank]")).to_have_count(0)
    sizes = {
        (box["width"], box["height"]) for box in (one.bounding_box() for one in page.locator(".frame").all())
    }
    assert len(sizes) == 1
    expect(page.locator("[data-key='clips/owl'] .badge")).to_have_text("2 files")


def test_play_all_plays_what_moves_and_leaves_the_stills(page):
    page.keyboard.press("p")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.card video')].filter((one) => one.currentTime > 0.1).length === 2"
    )
    expect(page.locator("[data-key='clips/owl'] video")).to_have_count(1)
    expect(page.locator("[data-key^='stills/'] video")).to_have_count(0)
    page.keyboard.press("p")
    page.get_by_label("Search").fill("stills")
    expect(page.locator(".card")).to_have_count(2)
    page.get_by_role("button", name="Play all").click()
    expect(page.locator("#news")).to_have_text("There is no clip on the screen to play")
    expect(page.get_by_role("button", name="Play all")).to_be_visible()


def test_a_still_has_a_full_view_and_keys_of_clips_do_nothing_to_it(page):
    page.locator("[data-key='stills/fox']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="stills/fox")
    expect(dialog.locator(".stage img")).to_have_js_property("naturalWidth", 96)
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    both = page.get_by_role("dialog", name="clips/owl")
    expect(both.locator(".stage img")).to_have_js_property("naturalWidth", 96)
    expect(both.locator(".stage video")).to_have_js_property("videoWidth", 128)


def test_a_still_is_compared_with_a_clip(page):
    for key in ("stills/owl", "clips/owl"):
        page.locator(f"[data-key='{key}']").focus()
        page.keyboard.press("c")
    page.keyboard.press("Shift+C")
    dialog = page.get_by_role("dialog", name="Compare 2")
    expect(dialog.locator("section").nth(0).locator("img")).to_have_js_property("naturalWidth", 96)
    page.wait_for_function("() => document.querySelector('dialog video')?.currentTime > 0.1")
