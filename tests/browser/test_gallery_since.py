"""Two moments side by side: what a commit's lockfile said, and what is so now."""

import pytest
from playwright.sync_api import expect

from fakes.building import entry_of
from fakes.exhibition import done, exhibit, place_clip
from fakes.repository import commit
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.file import read_lockfile, write_lockfile

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000}
jobs:
  hero:
    matrix: {subject: [fox, owl, hare], camera: [slow pan, dolly in]}
    input: {prompt: "{{ camera }} on a {{ subject }} at dusk"}
"""
NEXT = SHOW.replace("[fox, owl, hare]", "[fox, owl, stag]").replace(
    "at dusk", "at {{ 'dawn' if subject == 'owl' else 'dusk' }}"
)


@pytest.fixture
def exhibition(tmp_path):
    """At the first commit fox/slow-pan is open; since then owls changed, stags came and hares went."""
    before = exhibit(tmp_path, SHOW, lambda place, job: done(job) if place else None)
    commit(tmp_path, "show.yaml", "show.lock.jsonl")
    known = read_lockfile(tmp_path / "show.lock.jsonl").entries.values()
    after = exhibit(tmp_path, NEXT, lambda place, job: None)
    place_clip(after, after.jobs[0])
    new = [entry_of(after.jobs[0], done(after.jobs[0]))]
    for job in after.jobs[2:4]:
        place_clip(after, job, name=f"{job.key}.new.mp4")
        new.append(entry_of(job, done(job, path=f"{job.key}.new.mp4")))
    write_lockfile(tmp_path / "show.lock.jsonl", lockfile_of("show.yaml", [*known, *new]))
    assert before.jobs[0].fingerprint == after.jobs[0].fingerprint
    return after


def changes(page):
    cards = page.locator(".card").all()
    return {card.get_attribute("data-key"): card.locator(".badge").all_inner_texts() for card in cards}


def test_what_was_added_replaced_changed_and_removed_is_marked(exhibition, report, open_page):
    page = open_page(report(exhibition, "--compare", "HEAD"), height=1200)
    assert changes(page) == {
        "hero/fox/slow-pan": ["changed"],
        "hero/fox/dolly-in": [],
        "hero/owl/slow-pan": ["replaced"],
        "hero/owl/dolly-in": ["replaced"],
        "hero/stag/slow-pan": ["added"],
        "hero/stag/dolly-in": ["added"],
        "hero/hare/slow-pan": ["removed"],
        "hero/hare/dolly-in": ["removed"],
    }
    page.click("[data-chip=replaced]")
    assert set(changes(page)) == {"hero/owl/slow-pan", "hero/owl/dolly-in"}


def test_both_clips_of_what_was_replaced_stand_side_by_side(exhibition, report, open_page):
    page = open_page(report(exhibition, "--compare", "HEAD"), height=1200)
    card = page.locator("[data-key='hero/owl/slow-pan']")
    expect(card.locator("canvas")).to_have_count(2)
    for canvas in card.locator("canvas").all():
        expect(canvas).not_to_have_attribute("data-blank", "")
    card.locator(".frame").click()
    dialog = page.get_by_role("dialog")
    assert dialog.locator("figcaption").all_inner_texts() == ["before: HEAD", "now"]
    sources = [video.get_attribute("src") for video in dialog.locator("video").all()]
    assert sources == ["out/show/hero/owl/slow-pan.mp4", "out/show/hero/owl/slow-pan.new.mp4"]
    prompt = dialog.locator(".fact.different", has_text="prompt")
    assert prompt.locator("del").inner_text() == "slow pan on a owl at dusk"
    expect(prompt).to_contain_text("slow pan on a owl at dawn")


def test_a_result_that_came_since_is_not_a_new_request(exhibition, report, open_page):
    page = open_page(report(exhibition, "--compare", "HEAD"), height=1200)
    page.click("[data-key='hero/fox/slow-pan'] .frame")
    dialog = page.get_by_role("dialog")
    assert dialog.locator("figcaption").all_inner_texts() == ["then", "now"]
    expect(dialog.locator("figure").first).to_contain_text("not submitted")
