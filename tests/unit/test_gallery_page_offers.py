"""What each pick makes possible, as a plan would say it."""

import itertools

import pytest

from fakes.staged_batch import StagedBatch
from sora2batch.gallery.page.gate import Clause, Gate, Offer
from sora2batch.gallery.page.offers import PickedJobs, gates_in

HEAD = """\
version: 1
budget: {max_credits: 50000}
jobs:
  stills:
    tool: nano-banana-image-api
    matrix: {subject: [fox, owl, cat]}
    input: {prompt: "A {{ subject }}", aspect_ratio: "16:9"}
"""
CLIPS = """\
  clips:
    tool: sora2-image-to-video-api
    matrix:
      still: {from_jobs: stills, picks: picks.yaml}
      camera: [slow pan, dolly in]
    input: {prompt: "{{ camera }} on the {{ still.subject }}", image: "{{ still.output }}"}
"""
PAIRS = """\
  clips:
    tool: kling3-image-to-video-api
    matrix:
      first: {from_jobs: stills, picks: picks.yaml}
      last: {from_jobs: stills, picks: ends.yaml, min_rating: 4}
    input: {prompt: "From one to the other", image: "{{ first.output }}", tail_image_url: "{{ last.output }}", multi_shot: false, duration: 3}
"""
AGAIN = """\
  again:
    tool: nano-banana-image-api
    matrix: {from_still: {from_jobs: stills, picks: picks.yaml}}
    input: {prompt: "Again, brighter", image_list: ["{{ from_still.output }}"]}
  clips:
    tool: sora2-image-to-video-api
    matrix: {still: {from_jobs: again}, camera: [slow pan, dolly in]}
    input: {prompt: "{{ camera }}", image: "{{ still.output }}"}
"""
SETS = """\
  all:
    tool: nano-banana-image-api
    matrix: {pair: {from_jobs: stills, picks: picks.yaml, by: [subject]}}
    input: {prompt: "Together", image_list: "{{ pair.outputs }}"}
"""
PICKS = Gate("picks.yaml", "stills", None)


@pytest.fixture
def picked_of(tmp_path):
    def picked_of(text):
        batch = StagedBatch(tmp_path, text if text.startswith("version") else HEAD + text).batch
        groups = batch.manifest.groups
        return gates_in(groups), PickedJobs(groups, batch.expansion.stages.asked)

    return picked_of


@pytest.fixture
def offers_of(picked_of):
    def offers_of(text):
        gates, picked = picked_of(text)
        return gates, picked.offers(picked.clauses)

    return offers_of


def one(*keys, gate=0):
    return Clause(gate, tuple(f"stills/{key}" for key in keys))


def test_each_still_brings_its_clips(offers_of):
    gates, offers = offers_of(CLIPS)
    assert gates == (PICKS,)
    assert offers == tuple(Offer((one(name),), 2, 840) for name in ("fox", "owl", "cat"))


def test_a_job_that_starts_and_ends_with_a_still_needs_both(offers_of):
    gates, offers = offers_of(PAIRS)
    assert gates == (PICKS, Gate("ends.yaml", "stills", 4))
    pairs = itertools.product(("fox", "owl", "cat"), repeat=2)
    assert [offer.clauses for offer in offers] == [(one(first), one(last, gate=1)) for first, last in pairs]
    assert {offer.jobs for offer in offers} == {1}


def test_what_is_made_of_what_is_made_of_a_pick_counts_too(offers_of):
    _, offers = offers_of(AGAIN)
    assert offers == tuple(Offer((one(name),), 3, 50 + 840) for name in ("fox", "owl", "cat"))


def test_a_set_is_there_as_soon_as_one_of_it_is_picked(offers_of):
    _, offers = offers_of(
        HEAD.replace("[fox, owl, cat]}", "[fox, owl], look: [noir, pastel]}").replace(
            '}"', '}, {{ look }}"', 1
        )
        + SETS
    )
    assert offers == tuple(Offer((one(f"{name}/noir", f"{name}/pastel"),), 1, 50) for name in ("fox", "owl"))


def test_only_the_jobs_that_are_asked_for_are_added_up(picked_of):
    _, picked = picked_of(CLIPS)
    assert picked.offers(["clips/fox/slow-pan"]) == (Offer((one("fox"),), 1, 420),)


def test_without_a_gate_nothing_waits_for_people(offers_of):
    assert offers_of(CLIPS.replace(", picks: picks.yaml", "")) == ((), ())
