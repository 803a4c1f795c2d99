"""Two moments of one batch: what was added, replaced, changed and removed between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sora2batch.gallery.page.model import Card, Change
from sora2batch.job import Fingerprint


def compare_cards(now: Sequence[Card], then: Sequence[Card]) -> tuple[Card, ...]:
    """Say of every card of now what became of it since then, and append those that are gone.

    A request is known by its fingerprint. Where a key stands for another request than it did, that one was
    replaced: it is shown with the new one and not by itself.
    """
    past = _past_of(now, then)
    told = [_told(card, past) for card in now]
    replaced = {card.before.fingerprint for card in told if card.change is Change.REPLACED and card.before}
    kept = [card for card in told if card.fingerprint not in replaced]
    shown = {card.fingerprint for card in kept} | replaced
    gone = (card for card in past.gone.values() if card.fingerprint not in shown)
    return (*kept, *(replace(card, is_orphan=True, change=Change.REMOVED) for card in gone))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What was asked for then."""

    asked: Mapping[Fingerprint, Card]
    gone: Mapping[str, Card]
    """By key, what is no longer asked for."""


def _past_of(now: Sequence[Card], then: Sequence[Card]) -> _Past:
    wanted = {card.fingerprint for card in now if not card.is_orphan}
    asked = {card.fingerprint: card for card in then if not card.is_orphan}
    gone = {card.key: card for card in asked.values() if card.fingerprint not in wanted}
    return _Past(asked=asked, gone=gone)


def _told(card: Card, past: _Past) -> Card:
    before = past.asked.get(card.fingerprint)
    if card.is_orphan:
        return replace(card, change=Change.REMOVED) if before else card
    if before is None:
        former = past.gone.get(card.key)
        return replace(card, change=Change.REPLACED if former else Change.ADDED, before=former)
    if before.result == card.result:
        return replace(card, change=Change.SAME)
    return replace(card, change=Change.CHANGED, before=before)
