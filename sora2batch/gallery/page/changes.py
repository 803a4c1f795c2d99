"""Two states of one batch: what was added, replaced, changed and removed between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sora2batch.gallery.page.card import Card, Change, spent_on
from sora2batch.lockfile.entry import Attempt


def compare_cards(now: Sequence[Card], then: Sequence[Card]) -> tuple[Card, ...]:
    """Say of every card of now what became of it since then, and append those that are gone.

    A request is known by its fingerprint. Where a key stands for another request than it did, that one was
    replaced: what it stood for is shown with the new one, and told apart from what was removed.
    """
    past = _past_of(now, then)
    asked = [_told(card, past) for card in now if not card.is_orphan]
    replaced = {
        _mark(card.before)
        for card in asked
        if card.before and (card.change is Change.REPLACED or card.before.fingerprint is None)
    }
    gone = {mark: card for mark, card in past.gone.items() if mark not in replaced}
    orphans = [card for card in now if card.is_orphan]
    kept = (card._replace(change=Change.REMOVED if _mark(card) in gone else None) for card in orphans)
    known = {_mark(card) for card in orphans}
    lost = (card for card in gone.values() if _mark(card) not in known)
    return (
        *asked,
        *kept,
        *(card._replace(is_orphan=True, is_past=True, change=Change.REMOVED) for card in lost),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What was asked for then."""

    asked: Mapping[str, Card]
    gone: Mapping[str, Card]
    """The part of it that is no longer asked for."""
    gone_by_key: Mapping[str, Card]


def _mark(card: Card) -> str:
    """By what a request is known; by its key as long as it waits for what it is made from."""
    return card.fingerprint or card.key


def _past_of(now: Sequence[Card], then: Sequence[Card]) -> _Past:
    wanted = {_mark(card) for card in now if not card.is_orphan}
    asked = {_mark(card): card for card in then if not card.is_orphan}
    gone = {mark: card for mark, card in asked.items() if mark not in wanted}
    return _Past(asked=asked, gone=gone, gone_by_key={card.key: card for card in gone.values()})


def _told(card: Card, past: _Past) -> Card:
    before = past.asked.get(_mark(card))
    if before is None:
        former = past.gone_by_key.get(card.key)
        return card._replace(change=_change_from(former), before=former)
    if _shown(before.result) == _shown(card.result):
        return card._replace(change=Change.SAME)
    return card._replace(change=Change.CHANGED, before=before)


def _change_from(former: Card | None) -> Change:
    if former is None:
        return Change.ADDED
    return Change.REPLACED if former.fingerprint else Change.CHANGED


def _shown(result: Attempt | None) -> tuple[object, ...] | None:
    """What a page shows of a result: that its clip went to the store as well is no change."""
    if result is None:
        return None
    clips = [(one.path, one.sha256 is None, one.bytes, one.look) for one in result.outputs]
    return (
        result.state,
        spent_on(result),
        result.task_id,
        result.submitted_at,
        result.finished_at,
        result.error,
        clips,
    )
