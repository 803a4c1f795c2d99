"""What a page that was made a while ago is told, and what it is not told again."""

from dataclasses import replace

from fakes.page_case import gallery_of
from sora2batch.gallery.page.card import Gallery, Mark, StageAxis
from sora2batch.gallery.page.live_gallery import LiveGallery
from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.lockfile.entry import Attempt, State
from sora2batch.plan.action import Money

NAMES = ("fox", "owl", "hare")
DONE = Attempt(State.COMPLETED, Credits(420), task_id="t")


def gallery(results=(), *, marks=(), names=NAMES, spent=0) -> Gallery:
    plain = gallery_of()
    cards = tuple(
        plain.cards[0]._replace(
            key=name, fingerprint=Fingerprint(name), result=DONE if name in results else None
        )
        for name in names
    )
    money = Money(budget=Credits(1000), spent=Credits(spent), in_doubt=Credits(0), to_spend=Credits(0))
    return replace(plain, cards=cards, marks=marks, money=money)


def keys(changes):
    return changes.gallery and [card.key for card in changes.gallery.cards]


def test_only_what_has_changed_is_told_and_only_once():
    live = LiveGallery(gallery())
    assert not live.put(gallery())
    assert live.since(0, live.edition) == (0, None, False, False, False)
    assert live.put(gallery(["owl"], spent=420))
    first = live.since(0, live.edition)
    assert (keys(first), first.gallery.money.spent, first.version) == (["owl"], 420, 1)
    live.put(gallery(["owl", "hare"]))
    assert keys(live.since(1, live.edition)) == ["hare"]
    assert keys(live.since(0, live.edition)) == ["owl", "hare"]
    assert keys(live.since(2, live.edition)) is None


def test_marks_are_told_all_together_and_only_if_they_changed():
    live = LiveGallery(gallery())
    mark = Mark(fingerprint=Fingerprint("fox"), favourite=True)
    live.put(gallery(marks=(mark,)))
    told = live.since(0, live.edition)
    assert (told.gallery.marks, told.gallery.cards, told.has_marks) == ((mark,), (), True)
    live.put(gallery(["fox"], marks=(mark,)))
    told = live.since(1, live.edition)
    assert (told.gallery.marks, keys(told), told.has_marks) == ((), ["fox"], False)


def test_a_page_of_other_jobs_is_outdated_and_still_told_how_they_fare():
    live = LiveGallery(gallery())
    edition = live.edition
    live.put(gallery(names=("fox", "owl", "wolf")))
    assert live.since(0, edition).is_outdated
    assert not live.since(0, live.edition).is_outdated
    live.put(gallery(["owl"], names=("fox", "owl", "wolf")))
    assert keys(live.since(1, edition)) == ["owl"]
    live.put(gallery(["owl"], names=("owl", "fox", "wolf")))
    assert live.since(2, edition).is_outdated


def test_a_page_of_a_later_version_than_there_is_learns_nothing():
    assert keys(LiveGallery(gallery()).since(99, "1")) is None


def test_in_stages_jobs_that_come_and_go_are_told_all_together():
    staged = {"stage_axes": (StageAxis("clips", "still", "stills"),)}
    live = LiveGallery(replace(gallery(), **staged))
    edition = live.edition
    live.put(replace(gallery(names=("fox", "owl")), **staged))
    told = live.since(0, edition)
    assert (keys(told), told.is_whole, told.is_outdated, told.has_marks) == (
        ["fox", "owl"],
        True,
        False,
        True,
    )
    assert live.since(told.version, live.edition).gallery is None


def test_a_job_that_becomes_possible_is_the_same_job():
    waiting, known = gallery(), gallery()
    cards = [card._replace(needs=("still",)) for card in known.cards]
    live = LiveGallery(replace(waiting, cards=tuple(card._replace(fingerprint=None) for card in cards)))
    edition = live.edition
    live.put(replace(known, cards=(cards[0], *(card._replace(fingerprint=None) for card in cards[1:]))))
    assert live.edition == edition
    assert keys(live.since(0, edition)) == ["fox"]
