"""Jobs that were picked -> the jobs of the next manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sora2batch.catalog.catalog import Catalog
from sora2batch.catalog.tool import Kind
from sora2batch.gallery.promotion.group_name import group_name
from sora2batch.gallery.promotion.origin import Origin
from sora2batch.gallery.promotion.output_setting import output_fields
from sora2batch.gallery.promotion.promoted_request import PromotedRequest, PromotedRequests
from sora2batch.gallery.promotion.setting import Setting
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Credits, Fingerprint, fingerprint_of
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile
from sora2batch.matrix.label import labels_of, unique_names

_GROUPS = {Kind.VIDEO: "clips", Kind.IMAGE: "stills"}
"""What a matrix is called, by what its tool makes."""


class Cell(NamedTuple):
    """A place in a matrix of the next manifest."""

    group: str
    axis: str
    id: str
    """Of the axis value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotedJob:
    """One job of the next manifest."""

    name: str
    """Its key there; without a matrix that is the name of its group. Unique."""
    tool_type: str
    input: JsonObject
    """What will be sent, defaults filled in, in the order of the tool's fields; no templates."""
    fingerprint: Fingerprint
    credits: Credits
    origins: tuple[Origin, ...]
    """The jobs that it comes from; never empty, several where they would send the same now."""
    is_paid: bool
    """Whether the same was asked for before, and paid."""
    cell: Cell | None = None
    """Only of one that starts from a result: these are values of an axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The jobs of the next manifest and their price."""

    jobs: tuple[PromotedJob, ...]
    """In the order of the picks; fingerprints and names are unique."""
    output_fields: frozenset[str] = frozenset()
    """The fields that results go to."""
    dropped: tuple[str, ...] = ()
    """Fields that were sent and that the next tool does not have."""

    @property
    def credits(self) -> Credits:
        """What all of them cost together."""
        return Credits(sum(job.credits for job in self.jobs))

    @property
    def arithmetic(self) -> str:
        """How the price comes about: ``3 jobs: 2 x 2,100 + 1 x 420``."""
        prices = sorted(Counter(job.credits for job in self.jobs).items(), reverse=True)
        terms = " + ".join(f"{count:,} x {price:,}" for price, count in prices)
        return f"{counted(len(self.jobs), 'job')}: {terms}"


def promote(
    origins: Sequence[Origin],
    settings: Sequence[Setting],
    catalog: Catalog,
    lockfile: Lockfile,
    *,
    tool_type: str | None = None,
) -> Promotion:
    """Change what was sent for each job as the settings say, and price it; equal requests become one job.

    Args:
        origins: the jobs that were picked.
        settings: fields of every job.
        catalog: the tools.
        lockfile: what was paid for.
        tool_type: the tool of every job; None leaves each its own.

    Raises:
        PromotionError: a tool is gone, a setting is no good, or a price is not known.
    """
    maker = PromotedRequests(settings, catalog, tool_type)
    alike: dict[Fingerprint, list[PromotedRequest]] = {}
    for request in maker.of_all(origins):
        alike.setdefault(request.fingerprint, []).append(request)
    firsts = [requests[0] for requests in alike.values()]
    names = unique_names(group_name(one.origin.key, one.origin.input, one.input) for one in firsts)
    paid = _paid_requests(lockfile)
    promotion = Promotion(
        output_fields=output_fields(settings),
        dropped=tuple(maker.dropped),
        jobs=tuple(
            PromotedJob(
                name=name,
                tool_type=requests[0].tool.tool_type,
                input=requests[0].input,
                fingerprint=fingerprint,
                credits=requests[0].credits,
                origins=tuple(request.origin for request in requests),
                is_paid=fingerprint in paid,
            )
            for name, (fingerprint, requests) in zip(names, alike.items(), strict=True)
        ),
    )
    return _in_matrices(promotion, firsts) if promotion.output_fields else promotion


def _in_matrices(promotion: Promotion, requests: Sequence[PromotedRequest]) -> Promotion:
    """Make jobs that start from results the cells of a matrix: one for all that send the same fields."""
    kinds: dict[tuple[str, ...], list[tuple[PromotedJob, PromotedRequest]]] = {}
    for job, request in zip(promotion.jobs, requests, strict=True):
        kinds.setdefault(request.kind, []).append((job, request))
    groups = unique_names(_GROUPS[pairs[0][1].tool.kind] for pairs in kinds.values())
    jobs: list[PromotedJob] = []
    for group, pairs in zip(groups, kinds.values(), strict=True):
        ids = unique_names(_id_of(request) for _, request in pairs)
        labels = labels_of([{"id": name} for name in ids])
        for name, label, (job, request) in zip(ids, labels, pairs, strict=True):
            axis = "clip" if request.made_by and request.made_by.kind is Kind.VIDEO else "still"
            jobs.append(replace(job, name=f"{group}/{label}", cell=Cell(group, axis, name)))
    return replace(promotion, jobs=tuple(jobs))


def _id_of(request: PromotedRequest) -> str:
    """Name a result by the labels of its job; by all of the key where it has none."""
    group, _, labels = request.origin.key.partition("/")
    return group_name(labels or group, request.origin.input, request.input)


def _paid_requests(lockfile: Lockfile) -> frozenset[Fingerprint]:
    """Find what was paid, whichever take it was, as the fingerprint of its first take."""
    return frozenset(
        entry.fingerprint if entry.take == 1 else fingerprint_of(entry.tool_type, entry.input, 1)
        for entry in lockfile.entries.values()
        if any(attempt.is_paid for attempt in entry.attempts)
    )
