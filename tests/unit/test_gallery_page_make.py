"""What stands on the page, before it is a page."""

import pytest

from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import DIGEST, completed, failed, in_doubt, submitted
from fakes.page_data import read_data
from sora2batch.catalog.catalog import load_catalog
from sora2batch.gallery.page.card import Change, Tariff
from sora2batch.gallery.page.link import Links
from sora2batch.gallery.page.make import Base, BatchState, GalleryInputs, make_gallery
from sora2batch.gallery.page.page_json import encode_gallery
from sora2batch.gallery.page.tariff import tariffs_of
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import ErrorNote, Output
from sora2batch.plan.action import Money

FILE = Output(url="https://h.example/a.mp4", path="a.mp4", sha256=DIGEST, bytes=1)
FOX, OWL, HARE = (job_of(name) for name in ("fox", "owl", "hare"))


def state(*jobs, entries=()):
    return BatchState(jobs=jobs, lockfile=lockfile_of(*entries))


def gallery_of(*jobs, entries=(), base=None, **more):
    money = Money(budget=Credits(1000), spent=Credits(0), in_doubt=Credits(0), to_spend=Credits(0))
    return make_gallery(
        GalleryInputs(
            manifest="show.yaml",
            name="show",
            simulated=False,
            now=state(*jobs, entries=entries),
            money=money,
            links=Links(base=("out",)),
            input_links=Links(base=()),
            price_of_former=lambda entry: Credits(77),
            base=base and Base(ref="main", state=base),
            **more,
        )
    )


def told(gallery):
    return {card.key: card.change for card in gallery.cards}


def test_a_clip_says_what_somebody_should_look_at_and_one_without_says_nothing():
    seen = FILE._replace(look=(("black", "black for 9.8 of 10.0 s"), ("silent", "no sound")))
    entries = (entry_of(FOX, completed(outputs=(seen,))), entry_of(OWL, completed("b", outputs=(FILE,))))
    gallery = gallery_of(FOX, OWL, entries=entries)
    fox, owl = (card["result"]["clips"][0] for card in read_data(encode_gallery(gallery))["cards"])
    assert fox["look"] == {"black": "black for 9.8 of 10.0 s", "silent": "no sound"}
    assert "look" not in owl


def test_cards_stand_in_the_order_of_the_manifest_with_what_came_of_them():
    error = ErrorNote(code=7, message="no")
    gallery = gallery_of(
        OWL,
        FOX,
        HARE,
        entries=(entry_of(FOX, completed(outputs=(FILE,))), entry_of(HARE, failed(error=error))),
    )
    assert [card.key for card in gallery.cards] == ["hero/owl", "hero/fox", "hero/hare"]
    owl, fox, hare = gallery.cards
    assert (owl.result, owl.spent, owl.price) == (None, 0, 420)
    assert (fox.result.state, fox.spent) == ("completed", 420)
    assert gallery.links.to(fox.result.outputs[0]) == "out/a.mp4"
    assert (hare.result.error, hare.spent) == (error, 420)


def test_a_job_that_was_paid_twice_tells_of_both():
    entry = entry_of(FOX, completed("task-a"), submitted("task-b"), in_doubt())
    (card,) = gallery_of(FOX, entries=(entry,)).cards
    assert [result.task_id for result in card.also_paid] == ["task-b", None]
    assert card.spent == 3 * 420


def test_orphans_come_last_at_the_place_that_their_key_tells():
    gone = job_of("stag", labels=(("subject", "stag"),))
    entries = (entry_of(gone, completed()), entry_of(job_of("x", group="old"), completed(), key="old/a/b/c"))
    gallery = gallery_of(FOX, entries=entries)
    fox, stag, old = gallery.cards
    assert (fox.price, stag.price) == (420, 77)
    assert [card.is_orphan for card in gallery.cards] == [False, True, True]
    assert dict(stag.labels) == {"group": "hero", "subject": "stag", "take": "#1"}
    assert dict(old.labels) == {"group": "old", "take": "#1"}
    assert dict(fox.labels)["subject"] == "fox"


def test_axes_are_those_that_leave_a_choice_groups_first_and_takes_last():
    jobs = [
        job_of(name, labels=(("subject", name), ("mood", "calm")), take=take)
        for name in ("fox", "owl")
        for take in (1, 2)
    ]
    axes = {axis.name: axis.labels for axis in gallery_of(*jobs).axes}
    assert list(axes.items()) == [("subject", ("fox", "owl")), ("take", ("#1", "#2"))]
    axes = [axis.name for axis in gallery_of(*jobs, job_of("logo", group="end", labels=())).axes]
    assert axes == ["group", "subject", "mood", "take"], "to have a mood, or none, is a choice"


def test_an_axis_that_is_called_group_is_that_axis():
    (card,) = gallery_of(job_of("fox", labels=(("group", "wild"),))).cards
    assert dict(card.labels)["group"] == "wild"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@h.example/a.jpg", "https://…@h.example/a.jpg"),
        ("https://h.example/a.jpg?X-Amz-Signature=abc", "https://h.example/a.jpg?…"),
        ("https://h.example/a.jpg", "https://h.example/a.jpg"),
    ],
)
def test_what_a_url_keeps_secret_is_not_on_a_page_that_is_passed_on(url, shown):
    (card,) = gallery_of(job_of("fox", image=url, image_list=[url])).cards
    assert (card.input["image"], card.input["image_list"]) == (shown, [shown])


class TestSince:
    def test_a_job_is_known_by_what_is_sent(self):
        now = FOX._replace(key="renamed/fox")
        assert told(gallery_of(now, base=state(FOX))) == {"renamed/fox": Change.SAME}

    def test_added_replaced_changed_and_removed(self):
        new_owl = job_of("owl", duration=15)._replace(key=OWL.key)
        base = state(FOX, OWL, HARE, entries=(entry_of(FOX, submitted()), entry_of(HARE, completed())))
        entries = (entry_of(FOX, completed()), entry_of(HARE, completed()), entry_of(OWL, completed()))
        gallery = gallery_of(FOX, new_owl, job_of("stag"), entries=entries, base=base)
        assert [(card.key, card.change, card.is_orphan) for card in gallery.cards] == [
            ("hero/fox", Change.CHANGED, False),
            ("hero/owl", Change.REPLACED, False),
            ("hero/stag", Change.ADDED, False),
            ("hero/hare", Change.REMOVED, True),
            ("hero/owl", None, True),
        ]
        assert gallery.cards[1].before.fingerprint == OWL.fingerprint
        assert sum(card.spent for card in gallery.cards) == 3 * 420, "what is shown adds up to what was spent"

    def test_what_is_gone_from_the_lockfile_too_is_still_told(self):
        gallery = gallery_of(base=state(FOX, entries=(entry_of(FOX, completed()),)))
        (fox,) = gallery.cards
        assert (fox.change, fox.result.state, fox.is_past) == (Change.REMOVED, "completed", True)

    def test_that_a_clip_went_to_the_store_too_changes_nothing_that_is_shown(self):
        then, now = (completed(outputs=(FILE._replace(stored=stored),)) for stored in (False, True))
        base = state(FOX, entries=(entry_of(FOX, then),))
        assert told(gallery_of(FOX, entries=(entry_of(FOX, now),), base=base)) == {"hero/fox": Change.SAME}

    def test_a_job_that_was_an_orphan_then_and_is_asked_for_now_is_added(self):
        entries = (entry_of(FOX, completed()),)
        assert told(gallery_of(FOX, entries=entries, base=state(OWL, entries=entries))) == {
            "hero/fox": Change.ADDED,
            "hero/owl": Change.REMOVED,
        }

    def test_an_orphan_of_both_moments_is_nothing_new(self):
        entries = (entry_of(OWL, completed()),)
        gallery = gallery_of(FOX, entries=entries, base=state(FOX, entries=entries))
        assert told(gallery) == {"hero/fox": Change.SAME, "hero/owl": None}

    def test_where_the_manifest_of_then_cannot_be_read_all_that_was_sent_counts(self):
        base = BatchState(
            jobs=None, lockfile=lockfile_of(entry_of(FOX, completed()), entry_of(OWL, completed()))
        )
        gallery = gallery_of(FOX, HARE, entries=(entry_of(FOX, completed()),), base=base)
        assert told(gallery) == {
            "hero/fox": Change.SAME,
            "hero/hare": Change.ADDED,
            "hero/owl": Change.REMOVED,
        }


def test_tariffs_are_the_prices_that_leave_a_choice():
    tools = load_catalog().tools
    names = (
        "sora2-text-to-video-api",
        "kling3-text-to-video-api",
        "veo3-text-to-video-fast-api",
        "grok-text-to-video-api",
    )
    assert tariffs_of(tools[name] for name in names) == (
        Tariff(tool_type=names[0], field="mode", rates=(("std", Credits(420)), ("pro", Credits(2100)))),
        Tariff(
            tool_type=names[1],
            field="model_mode",
            rates=(("standard", Credits(200)), ("pro", Credits(300))),
            seconds_field="duration",
        ),
    )


def test_kin_are_requests_that_differ_in_the_take_and_in_what_decides_the_price():
    tariff = Tariff(tool_type=FOX.tool_type, field="mode", rates=(("std", Credits(420)),))
    secret = "https://h.example/a.jpg?key="
    jobs = [
        FOX,
        job_of("fox", take=2),
        job_of("fox", mode="pro"),
        OWL,
        job_of("fox", image=f"{secret}1"),
        job_of("fox", image=f"{secret}2"),
    ]
    fox, take, pro, *others = (card.kin for card in gallery_of(*jobs, tariffs=(tariff,)).cards)
    assert fox == take == pro
    assert len({fox, *others}) == 4, "also where the page hides what is different"


def test_a_file_is_shown_by_its_path_and_linked_to_where_its_content_lies_now():
    here, moved, gone = (
        FileInput(file, digit * 64)
        for file, digit in (("images/a #1.jpg", "1"), ("old/b.jpg", "2"), ("c.jpg", "3"))
    )
    now = job_of("now", image_list=[here.to_json(), moved._replace(file="new/b.jpg").to_json()])
    other = job_of("other", image=gone._replace(sha256="4" * 64).to_json())
    then = job_of(
        "then", image=moved.to_json(), more=gone.to_json(), out=FileInput("../d", "5" * 64).to_json()
    )
    gallery = gallery_of(now, other, entries=(entry_of(then, failed()),))
    asked, _, former = gallery.cards
    assert asked.input["image_list"] == ["images/a #1.jpg", "new/b.jpg"]
    assert [(field, sent.href) for field, sent in asked.files] == [
        ("image_list", "images/a%20%231.jpg"),
        ("image_list", "new/b.jpg"),
    ]
    assert [sent.href for _, sent in former.files] == ["new/b.jpg", None, None]
    assert read_data(encode_gallery(gallery))["cards"][0]["files"] == [
        ["image_list", {"file": "images/a #1.jpg", "digest": "1" * 12, "href": "images/a%20%231.jpg"}],
        ["image_list", {"file": "new/b.jpg", "digest": "2" * 12, "href": "new/b.jpg"}],
    ]
