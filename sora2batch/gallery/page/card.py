"""A gallery as a value: everything the page shows, and nothing about how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sora2batch.gallery.page.gate import Gates
from sora2batch.gallery.page.link import Links
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.lockfile.entry import Attempt
from sora2batch.plan.action import Money

_NOTHING = Credits(0)


class Change(StrEnum):
    """What became of a job since another state of the batch."""

    SAME = "same"
    ADDED = "added"
    """It was asked for since."""
    REPLACED = "replaced"
    """Its key stood for another request."""
    CHANGED = "changed"
    """The same request, further on or made again."""
    REMOVED = "removed"
    """It is no longer asked for."""


class SentFile(NamedTuple):
    """A picture, clip or sound of the user's own that a job sends."""

    file: str
    """As the job names it: relative to the manifest's folder."""
    sha256: str
    href: str | None
    """Where it lies, seen from the page; None if other content is there now, or its path leads elsewhere."""


class Wait(NamedTuple):
    """Why a job cannot be asked for yet."""

    reason: str
    """One line: what it needs."""
    is_blocked: bool
    """Whether that will never be there, as things are."""


class Card(NamedTuple):
    """One job on the page."""

    key: str
    fingerprint: Fingerprint | None
    """None while it rests on what is not made yet."""
    labels: tuple[tuple[str, str], ...]
    """(axis, label), ``group`` and ``take`` included; each axis once."""
    tool_type: str
    take: int
    input: JsonObject
    """What is sent, without passwords and signed queries in URLs; a file is its path."""
    kin: int
    """The same number for requests that differ only in the take and in the field that decides the price."""
    price: Credits
    """What a submission costs by the catalogue; 0 where the catalogue no longer knows."""
    files: tuple[tuple[str, SentFile], ...] = ()
    """(field, file) for each file in the input, in its order."""
    result: Attempt | None = None
    """What came of the call that counts; None for a job that was not submitted yet."""
    also_paid: tuple[Attempt, ...] = ()
    """Further calls that were paid, or may have been."""
    is_orphan: bool = False
    """Whether it is no longer asked for."""
    is_past: bool = False
    """Whether only the other state knows it: today's lockfile does not hold its credits."""
    change: Change | None = None
    """Only where two states are compared."""
    before: Card | None = None
    """What the key stood for, or how far the request was, in the other state."""
    needs: tuple[str, ...] = ()
    """What it is made from: the keys of jobs that are asked for, the fingerprints of those that are not."""
    wait: Wait | None = None
    """Only of a job that rests on what is not made yet."""

    @property
    def identity(self) -> str:
        """By what it is known again: one that rests on others by its key, for its fingerprint comes later."""
        if self.fingerprint is None or (self.needs and not self.is_orphan):
            return self.key
        return self.fingerprint

    @property
    def spent(self) -> Credits:
        """Credits that are gone for it, or may be."""
        if self.result is None:
            return _NOTHING
        if not self.also_paid:  # asked of every card, and nearly all are so
            return spent_on(self.result)
        return Credits(sum(map(spent_on, self.also_paid), start=spent_on(self.result)))


def spent_on(attempt: Attempt) -> Credits:
    """Credits that are gone for a call, or may be; an old lockfile may name a price where there are none."""
    return attempt.credits if attempt.is_paid else _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Something to lay the cards out by."""

    name: str
    labels: tuple[str, ...]
    """In the order of the manifest; at least two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What one tool costs, by the value of a field."""

    tool_type: str
    field: str
    rates: tuple[tuple[str, Credits], ...]
    """(value, credits), or credits per second."""
    seconds_field: str | None = None
    """The field that holds the seconds, where the price is per second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What somebody thought of a clip."""

    fingerprint: Fingerprint
    favourite: bool = False
    rating: int | None = None
    """1 to 5."""
    note: str = ""


class StageAxis(NamedTuple):
    """An axis whose values are the results of another group."""

    group: str
    axis: str
    upstream: str
    """The group whose results they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """A whole batch on one page."""

    manifest: str
    """The manifest's bare file name."""
    name: str
    simulated: bool
    links: Links
    """From the page to the files of results."""
    folder: str = ""
    """The way from the page's folder to the manifest's; empty where they are the same."""
    axes: tuple[Axis, ...]
    """In the order of the manifest, ``group`` first and ``take`` last; only those with a choice."""
    cards: tuple[Card, ...]
    """In the order of the manifest, then orphans and what was removed."""
    money: Money
    base: str | None = None
    """The git revision that the batch is compared with."""
    tariffs: tuple[Tariff, ...] = ()
    credit_price: CreditPrice | None = None
    """Of the tools in use."""
    marks: tuple[Mark, ...] = ()
    """Earlier picks."""
    stage_axes: tuple[StageAxis, ...] = ()
    """In the order of the manifest; empty where no job is made from others."""
    gates: Gates | None = None
    """Where people choose what is made next."""
