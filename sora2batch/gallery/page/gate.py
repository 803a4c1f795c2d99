"""Gates: where people choose which results others are made from, and what that will cost."""

from __future__ import annotations

from typing import NamedTuple

from sora2batch.ground.job import Credits


class Gate(NamedTuple):
    """Where results of one group are chosen."""

    file: str
    """The picks file, as the manifest names it."""
    group: str
    """Whose results they are."""
    min_rating: int | None
    """Picks that are rated so well or better; None takes favourites."""


class Clause(NamedTuple):
    """One of several results has to be picked."""

    gate: int
    """The place among the gates."""
    keys: tuple[str, ...]


class Offer(NamedTuple):
    """Jobs that picks make possible, and that were not submitted yet."""

    clauses: tuple[Clause, ...]
    """All of them must hold."""
    jobs: int
    credits: Credits
    """What these jobs cost together."""


class Gates(NamedTuple):
    """All gates of a manifest."""

    gates: tuple[Gate, ...]
    """In the order of the manifest."""
    offers: tuple[Offer, ...]
    """For every result that can be picked; empty where nobody can tell."""
    free: Credits
    """What is left of the budget once everything is paid that no pick decides; may be negative."""
