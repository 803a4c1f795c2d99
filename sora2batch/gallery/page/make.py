"""Jobs and what the lockfile knows of them become cards, and these a gallery."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, count
from typing import NamedTuple

import orjson

from sora2batch.gallery.page.axes import FormerPlaces, axes_of, labels_of
from sora2batch.gallery.page.card import Card, Gallery, Mark, SentFile, StageAxis, Tariff, Wait
from sora2batch.gallery.page.changes import compare_cards
from sora2batch.gallery.page.gate import Gates
from sora2batch.gallery.page.lineage import ParentFinder
from sora2batch.gallery.page.link import Links
from sora2batch.gallery.page.sent_files import SentFiles
from sora2batch.ground.canonical import JsonObject, JsonValue, is_flat
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.file_input import canonical_content, read_file_input
from sora2batch.ground.garbage import collector_paused
from sora2batch.ground.job import Credits, Job
from sora2batch.ground.text import without_secrets
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry
from sora2batch.matrix.output_mark import with_names_in
from sora2batch.plan.action import Action, Money, WaitingJob

_SCHEMES = ("http://", "https://")
_LONGEST_SCHEME = len("https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchState:
    """A batch at some time: what was asked for, and what was known of it."""

    jobs: Sequence[Job] | None
    """In the manifest's order; None where it cannot be read: then all that was sent counts as asked for."""
    lockfile: Lockfile
    waiting: Sequence[WaitingJob] = ()
    """Those that rest on what is not made yet."""
    order: Sequence[str] = ()
    """Where some wait: the keys of all in the manifest's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Another state to compare with."""

    ref: str
    """The git revision, as it was given."""
    state: BatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryInputs:
    """All that a gallery is made from."""

    manifest: str
    name: str
    simulated: bool
    now: BatchState
    money: Money
    links: Links
    """To the output folder."""
    input_links: Links
    """To the manifest's folder."""
    price_of_former: Callable[[Entry], Credits]
    """Tells what a request that is no longer asked for would cost now; 0 where nobody knows."""
    tariffs: tuple[Tariff, ...] = ()
    credit_price: CreditPrice | None = None
    base: Base | None = None
    marks: tuple[Mark, ...] = ()
    stage_axes: tuple[StageAxis, ...] = ()
    gates: Gates | None = None


def make_gallery(inputs: GalleryInputs) -> Gallery:
    """Make the page's content; the same manifest and lockfile give the same."""
    maker = _CardMaker(inputs)
    with collector_paused():
        cards = maker.cards(inputs.now)
        if inputs.base:
            cards = compare_cards(cards, maker.cards(_with_files_of(inputs.base.state, inputs.now.lockfile)))
    return Gallery(
        manifest=inputs.manifest,
        name=inputs.name,
        simulated=inputs.simulated,
        links=inputs.links,
        folder="/".join(inputs.input_links.base),
        axes=axes_of(cards),
        cards=cards,
        money=inputs.money,
        base=inputs.base.ref if inputs.base else None,
        tariffs=inputs.tariffs,
        credit_price=inputs.credit_price,
        marks=inputs.marks,
        stage_axes=inputs.stage_axes,
        gates=inputs.gates,
    )


def _with_files_of(then: BatchState, now: Lockfile) -> BatchState:
    """Find the files of another state where they lie now: one may have given its name to another's."""
    entries = then.lockfile.entries.items()
    found = {mark: entry.with_paths_of(now.entries.get(mark, entry)) for mark, entry in entries}
    return replace(then, lockfile=replace(then.lockfile, entries=found))


class _CardMaker:
    """Makes the cards of one state or two."""

    def __init__(self, inputs: GalleryInputs) -> None:
        self._inputs = _InputReader(inputs)
        self._price_of_former = inputs.price_of_former

    def cards(self, state: BatchState) -> tuple[Card, ...]:
        """Make a card of every job, then of every orphan."""
        jobs = state.jobs or ()
        places = FormerPlaces(chain(jobs, (one.job for one in state.waiting)))
        entry_of = state.lockfile.entries.get
        asked = [self._asked(job, entry_of(job.fingerprint)) for job in jobs]
        if state.waiting:
            asked = _in_order([*asked, *map(self._waiting, state.waiting)], state.order)
        unasked = _unasked(jobs, state.lockfile)
        parents = ParentFinder(asked, unasked)
        others = (self._former(entry, places, parents) for entry in unasked)
        is_orphan = state.jobs is not None
        return (*asked, *(card._replace(is_orphan=is_orphan) for card in others))

    def _asked(self, job: Job, entry: Entry | None) -> Card:
        shown, files, kin = self._inputs.read(job.tool_type, job.input)
        return Card(
            key=job.key,
            fingerprint=job.fingerprint,
            labels=labels_of(job),
            tool_type=job.tool_type,
            take=job.take,
            input=shown,
            files=files,
            kin=kin,
            price=job.credits,
            result=entry.attempts[0] if entry else None,
            also_paid=_also_paid(entry) if entry else (),
            needs=job.needs,
        )

    def _waiting(self, one: WaitingJob) -> Card:
        job = one.job
        shown, files, kin = self._inputs.read(job.tool_type, job.input)
        return Card(
            key=job.key,
            fingerprint=None,
            labels=labels_of(job),
            tool_type=job.tool_type,
            take=job.take,
            input=with_names_in(shown),
            files=files,
            kin=kin,
            price=job.credits,
            needs=job.needs,
            wait=Wait(one.reason, is_blocked=one.action is Action.BLOCKED),
        )

    def _former(self, entry: Entry, places: FormerPlaces, parents: ParentFinder) -> Card:
        shown, files, kin = self._inputs.read(entry.tool_type, entry.input)
        return Card(
            key=entry.key,
            fingerprint=entry.fingerprint,
            labels=places.labels_of(entry),
            tool_type=entry.tool_type,
            take=entry.take,
            input=shown,
            files=files,
            kin=kin,
            price=self._price_of_former(entry),
            result=entry.primary,
            also_paid=_also_paid(entry),
            needs=parents.of(entry) if entry.needs else (),
        )


class _ReadInput(NamedTuple):
    """What a card tells of a job's input."""

    shown: JsonObject
    files: tuple[tuple[str, SentFile], ...]
    kin: int


class _InputReader:
    """Takes apart what is sent: what may be shown of it, its files, and which requests are of a kind."""

    def __init__(self, inputs: GalleryInputs) -> None:
        self._inputs = inputs
        self._deciding = {tariff.tool_type: tariff.field for tariff in inputs.tariffs}
        number = count().__next__
        self._kin: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(number))
        """By tool and content, each numbered when it is first asked for."""

    def read(self, tool_type: str, input: JsonObject) -> _ReadInput:
        """Read one; those that differ only in the take, or in what decides the price, are of one kind."""
        rest, field = input, self._deciding.get(tool_type)
        if field in rest:
            rest = rest.copy()
            del rest[field]
        if not is_flat(input):
            kin = self._kin[tool_type][_spelled(rest)]
            return _ReadInput(_shown_object(input), self._files.of(input), kin)
        content = _spelled_flat(rest)
        hides = "://" in content or (field is not None and "://" in str(input.get(field)))
        return _ReadInput(_shown_object(input) if hides else input, (), self._kin[tool_type][content])

    @cached_property
    def _files(self) -> SentFiles:
        """Of all jobs; in many a batch none sends a file."""
        return SentFiles(self._inputs.now.jobs or (), self._inputs.input_links)


def _spelled(input: JsonObject) -> str:
    return _spelled_flat(input) if is_flat(input) else canonical_content(input).decode()


def _spelled_flat(input: JsonObject) -> str:
    # Any spelling will do, as long as it is always the same. It is kept, and bytes of orjson's would hold on
    # to the kilobytes that they were cut from.
    return orjson.dumps(input, option=orjson.OPT_SORT_KEYS).decode()


def _in_order(cards: Iterable[Card], keys: Iterable[str]) -> list[Card]:
    places = {key: place for place, key in enumerate(keys)}
    return sorted(cards, key=lambda card: places[card.key])


def _unasked(jobs: Iterable[Job], lockfile: Lockfile) -> Sequence[Entry]:
    asked = {job.fingerprint for job in jobs}
    left = [entry for mark, entry in lockfile.entries.items() if mark not in asked]
    return sorted(left, key=lambda entry: (entry.key, entry.fingerprint))


def _also_paid(entry: Entry) -> tuple[Attempt, ...]:
    if len(entry.attempts) == 1:  # as in nearly every entry
        return ()
    return tuple(attempt for attempt in entry.attempts[1:] if attempt.is_paid)


def _shown_object(input: JsonObject) -> JsonObject:
    return {name: _shown(value) for name, value in input.items()}


def _shown(value: JsonValue) -> JsonValue:
    """Name files by their paths; leave out of URLs what a page that is passed on must not tell."""
    match value:
        case str():
            return without_secrets(value) if _is_url(value) else value
        case list():
            return [_shown(item) for item in value]
        case dict():
            found = read_file_input(value)
            return _shown(found.file) if found else _shown_object(value)
        case _:
            return value


def _is_url(text: str) -> bool:
    return text[:_LONGEST_SCHEME].lower().startswith(_SCHEMES)
