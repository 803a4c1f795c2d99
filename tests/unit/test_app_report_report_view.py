"""A batch in stages as its page shows it: what waits, what is made from what, what is left for picks."""

import pytest

from fakes.staged_batch import GATED, LOOSE, StagedBatch
from sora2batch.app.report.report_picks import ReportPicks
from sora2batch.app.report.report_view import PageLinks, ReportView
from sora2batch.gallery.page.card import StageAxis, Wait
from sora2batch.gallery.page.gate import Gate
from sora2batch.gallery.page.link import Links
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.file import write_lockfile
from sora2batch.picks.picks_file import PicksFile

LINKS = PageLinks(results=Links(base=("out", "show")), inputs=Links(base=()))


def gallery_of(staged, *, picks=None):
    batch = staged.batch
    view = ReportView(batch=batch, lockfile=batch.read_lockfile())
    return view.gallery(LINKS, (picks or ReportPicks(batch, None)).read())


def picked(folder, *keys):
    lines = "".join(f"  - {{key: {key}, favourite: true}}\n" for key in keys)
    (folder / "picks.yaml").write_text(f"picks:\n{lines}" if keys else "picks: []\n")


def test_what_waits_stands_where_the_manifest_has_it_with_what_it_waits_for(tmp_path):
    staged = StagedBatch(tmp_path, LOOSE)
    clips, stills = LOOSE.partition("  clips:")[2], LOOSE.partition("jobs:\n")[2].partition("  clips:")[0]
    staged.manifest.write_text(f"{LOOSE.partition('jobs:')[0]}jobs:\n  clips:{clips}{stills}")
    cards = gallery_of(staged.make("stills")).cards
    assert [card.key.split("/")[0] for card in cards] == ["clips"] * 8 + ["stills"] * 4
    assert not any(card.wait for card in cards)
    staged = StagedBatch(tmp_path / "new", LOOSE)
    cards = gallery_of(staged).cards
    assert cards[4][:2] == ("clips/fox/noir/slow-pan", None)
    assert cards[4].wait == Wait("needs stills/fox/noir", is_blocked=False)
    assert cards[4].input["image"] == "output of stills/fox/noir"
    assert cards[4].identity == "clips/fox/noir/slow-pan"


def test_a_job_keeps_its_identity_when_it_becomes_possible(tmp_path):
    staged = StagedBatch(tmp_path, LOOSE)
    before = {card.key: card.identity for card in gallery_of(staged).cards}
    assert {card.key: card.identity for card in gallery_of(staged.make("stills")).cards} == before


def test_the_sums_are_those_of_the_plan(tmp_path):
    gallery = gallery_of(StagedBatch(tmp_path, LOOSE))
    assert (gallery.money.to_spend, gallery.money.later) == (200, 8 * 420)
    assert gallery.stage_axes == (StageAxis("clips", "still", "stills"),)
    assert gallery.gates is None
    assert {tariff.tool_type for tariff in gallery.tariffs} == {"sora2-image-to-video-api"}


def test_a_gate_tells_what_each_pick_brings_and_what_is_left_for_picks(tmp_path):
    staged = StagedBatch(tmp_path, GATED)
    gates = gallery_of(staged).gates
    assert gates.gates == (Gate("picks.yaml", "stills", None),)
    assert [(offer.jobs, offer.credits) for offer in gates.offers] == [(2, 840)] * 4
    assert gates.free == 2000 - 200
    picked(tmp_path, "stills/fox/noir")
    gates = gallery_of(staged.make("stills")).gates
    assert (len(gates.offers), gates.free) == (4, 2000 - 200), "what was picked is not taken off twice"


@pytest.mark.parametrize("keys", [["stills/fox/noir"], []])
def test_what_was_paid_is_not_offered_again_though_it_is_picked_no_more(tmp_path, keys):
    staged = StagedBatch(tmp_path, GATED).make("stills")
    picked(tmp_path, "stills/fox/noir")
    staged.make("clips")
    picked(tmp_path, *keys)
    gates = gallery_of(staged).gates
    assert [offer.clauses[0].keys for offer in gates.offers] == [
        (f"stills/{name}",) for name in ("fox/pastel", "owl/noir", "owl/pastel")
    ]
    assert gates.free == 2000 - 200 - 840


def test_clips_of_a_still_that_was_made_anew_belong_to_the_old_one(tmp_path):
    staged = StagedBatch(tmp_path, LOOSE).make("stills").make("clips")
    old = staged.jobs[0].fingerprint
    staged.manifest.write_text(LOOSE.replace("A {{ subject }}", "One {{ subject }}"))
    batch = staged.batch
    entries = [*batch.read_lockfile().entries.values()]
    made = StagedBatch(tmp_path / "other", staged.manifest.read_text()).make("stills")
    write_lockfile(
        tmp_path / "show.lock.jsonl",
        lockfile_of("show.yaml", [*entries, *made.batch.read_lockfile().entries.values()]),
    )
    cards = {(card.key, card.is_orphan): card for card in gallery_of(staged).cards}
    assert cards["clips/fox/noir/slow-pan", True].needs == (old,)
    assert cards["clips/fox/noir/slow-pan", False].needs == ("stills/fox/noir",)


def test_marks_come_from_the_file_of_the_gate_and_others_from_the_other_file(tmp_path):
    staged = StagedBatch(tmp_path, GATED).make("stills")
    picked(tmp_path, "stills/fox/noir")
    staged.make("clips")
    (tmp_path / "show.picks.yaml").write_text(
        "picks:\n  - {key: stills/owl/noir, favourite: true}\n  - {key: clips/fox/noir/slow-pan, rating: 5}\n"
    )
    rest = PicksFile(path=tmp_path / "show.picks.yaml", manifest="show.yaml")
    gallery = gallery_of(staged, picks=ReportPicks(staged.batch, rest))
    keys = {card.fingerprint: card.key for card in gallery.cards}
    marked = {keys[mark.fingerprint]: mark.rating for mark in gallery.marks}
    assert marked == {"stills/fox/noir": None, "clips/fox/noir/slow-pan": 5}
    gallery = gallery_of(staged, picks=ReportPicks(staged.batch, rest, is_only=True))
    assert {keys[mark.fingerprint] for mark in gallery.marks} == {
        "stills/owl/noir",
        "clips/fox/noir/slow-pan",
    }
