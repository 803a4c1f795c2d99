"""A gallery that goes on changing: what is new for a page that was made a while ago."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from sora2batch.gallery.page.card import Card, Gallery


class Changes(NamedTuple):
    """What is new since some version."""

    version: int
    """What the page knows once it has taken them in."""
    gallery: Gallery | None
    """As it is now, with those cards only that have changed; None if nothing has."""
    has_marks: bool
    """Whether what is thought of the results has changed: then all marks are in the gallery, else none."""
    is_outdated: bool
    """Whether the page was made of other jobs: it must be loaded anew to show those of now."""
    is_whole: bool
    """Whether the page was made of other jobs and all those of now are in the gallery, to be taken in."""


class LiveGallery:
    """The latest gallery, and of each card since when it is as it is.

    Versions count up with whatever changes; an edition is a set of jobs in their order.
    """

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        self.version = 0
        self._edition = 1
        self._marks_since = 0
        self._since: dict[str, int] = {}
        """Of the cards that are not as they were to begin with."""

    @property
    def edition(self) -> str:
        """Name the set of jobs of now."""
        return str(self._edition)

    def put(self, gallery: Gallery) -> bool:
        """Take the gallery of now; tell whether anything is new."""
        before, self.gallery = self.gallery, gallery
        is_same_set = _is_same_set(before, gallery)
        changed = _changed(before, gallery)
        has_marks = frozenset(before.marks) != frozenset(gallery.marks)
        has_frame = (before.money, before.gates) != (gallery.money, gallery.gates) or not is_same_set
        if not (changed or has_marks or has_frame):
            return False
        self.version += 1
        self._since.update(dict.fromkeys(changed, self.version))
        self._marks_since = self.version if has_marks else self._marks_since
        self._edition += not is_same_set
        return True

    def since(self, version: int, edition: str) -> Changes:
        """Collect what is new for a page of that version and edition."""
        is_other = edition != self.edition
        if is_other and self.gallery.stage_axes:  # jobs come and go while people pick and a run goes on
            return Changes(self.version, self.gallery, has_marks=True, is_outdated=False, is_whole=True)
        if version >= self.version:
            return Changes(self.version, None, has_marks=False, is_outdated=is_other, is_whole=False)
        new = {mark for mark, since in self._since.items() if since > version}
        cards = tuple(card for card in self.gallery.cards if card.identity in new) if new else ()
        has_marks = self._marks_since > version
        marks = self.gallery.marks if has_marks else ()
        partial = replace(self.gallery, cards=cards, marks=marks)
        return Changes(self.version, partial, has_marks=has_marks, is_outdated=is_other, is_whole=False)


def _changed(before: Gallery, now: Gallery) -> list[str]:
    known = {card.identity: card for card in before.cards}
    return [card.identity for card in now.cards if known.get(card.identity) != card]


def _is_same_set(before: Gallery, now: Gallery) -> bool:
    """Tell whether the same jobs stand in the same order under the same names: no page need be built anew."""
    is_same_frame = (before.name, before.axes, before.tariffs) == (now.name, now.axes, now.tariffs)
    return is_same_frame and list(map(_place, before.cards)) == list(map(_place, now.cards))


def _place(card: Card) -> tuple[object, ...]:
    return card.identity, card.key, card.labels, card.is_orphan
