"""Jobs and what the lockfile knows of them become cards, and these a gallery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sora2batch.canonical import JsonObject, JsonValue
from sora2batch.catalog.url import without_secrets
from sora2batch.gallery.page.history import compare_cards
from sora2batch.gallery.page.label import FormerPlaces, axes_of, labels_of
from sora2batch.gallery.page.link import Links
from sora2batch.gallery.page.model import Card, Clip, Gallery, Mark, Result, Tariff
from sora2batch.job import Job
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, Output
from sora2batch.plan.model import Money

_URL = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A batch at some time: what was asked for, and what was known of it."""

    jobs: Sequence[Job] | None
    """In the manifest's order; None where it cannot be read: then all that was sent counts as asked for."""
    lockfile: Lockfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Another moment to compare with."""

    ref: str
    """The git revision, as it was given."""
    moment: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """All that a gallery is made from."""

    manifest: str
    name: str
    simulated: bool
    now: Moment
    money: Money
    links: Links
    tariffs: tuple[Tariff, ...] = ()
    base: Base | None = None
    marks: tuple[Mark, ...] = ()


def make_gallery(basis: Basis) -> Gallery:
    """Make the page's content; the same manifest and lockfile give the same."""
    cards = _cards(basis.now, basis.links)
    if basis.base:
        cards = compare_cards(cards, _cards(basis.base.moment, basis.links))
    return Gallery(
        manifest=basis.manifest,
        name=basis.name,
        simulated=basis.simulated,
        axes=axes_of(cards),
        cards=cards,
        money=basis.money,
        base=basis.base.ref if basis.base else None,
        tariffs=basis.tariffs,
        marks=basis.marks,
    )


def _cards(moment: Moment, links: Links) -> tuple[Card, ...]:
    """Make a card of every job, then of every orphan."""
    jobs = moment.jobs or ()
    places = FormerPlaces(jobs)
    asked = (_card(job, moment.lockfile.get(job.fingerprint), links) for job in jobs)
    others = (_former(entry, places, links) for entry in _unasked(jobs, moment.lockfile))
    is_orphan = moment.jobs is not None
    return (*asked, *(replace(card, is_orphan=is_orphan) for card in others))


def _unasked(jobs: Iterable[Job], lockfile: Lockfile) -> Iterable[Entry]:
    asked = {job.fingerprint for job in jobs}
    left = (entry for entry in lockfile.entries.values() if entry.fingerprint not in asked)
    return sorted(left, key=lambda entry: (entry.key, entry.fingerprint))


def _card(job: Job, entry: Entry | None, links: Links) -> Card:
    return Card(
        key=job.key,
        fingerprint=job.fingerprint,
        labels=labels_of(job),
        tool_type=job.tool_type,
        take=job.take,
        input=_shown_object(job.input),
        price=job.credits,
        result=_result(entry.primary, links) if entry else None,
        also_paid=_also_paid(entry, links) if entry else (),
    )


def _former(entry: Entry, places: FormerPlaces, links: Links) -> Card:
    return Card(
        key=entry.key,
        fingerprint=entry.fingerprint,
        labels=places.labels_of(entry),
        tool_type=entry.tool_type,
        take=entry.take,
        input=_shown_object(entry.input),
        price=entry.spent,
        result=_result(entry.primary, links),
        also_paid=_also_paid(entry, links),
    )


def _also_paid(entry: Entry, links: Links) -> tuple[Result, ...]:
    return tuple(_result(attempt, links) for attempt in entry.attempts[1:] if attempt.is_paid)


def _result(attempt: Attempt, links: Links) -> Result:
    return Result(
        state=attempt.state.value,
        credits=attempt.credits,
        task_id=attempt.task_id,
        submitted_at=attempt.submitted_at,
        finished_at=attempt.finished_at,
        error=attempt.error,
        clips=tuple(_clip(output, links) for output in attempt.outputs),
    )


def _clip(output: Output, links: Links) -> Clip:
    return Clip(path=output.path or "", href=links.to(output), bytes=output.bytes)


def _shown_object(request: JsonObject) -> JsonObject:
    return {name: _shown(value) for name, value in request.items()}


def _shown(value: JsonValue) -> JsonValue:
    """Leave out of URLs what a page that is passed on must not tell: passwords and signatures."""
    match value:
        case str():
            return without_secrets(value) if value.lower().startswith(_URL) else value
        case list():
            return [_shown(item) for item in value]
        case dict():
            return _shown_object(value)
        case _:
            return value
