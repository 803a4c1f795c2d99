"""What was at the URLs of jobs when they were paid for, and whether it is there still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sora2batch.catalog.media_field import is_url, media_fields
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import one_line, shortened, visible, without_secrets
from sora2batch.lint.fetchable import origin_of
from sora2batch.lint.subject import Finding, LintSubject
from sora2batch.lint.visited import Address
from sora2batch.lockfile.entry import Seen
from sora2batch.media.kind import MediaKind
from sora2batch.media.visit import Fetched, Visit

_SHOWN = 120
_ROOM_FOR_KEY = 80
_MOST_NAMED = 3


class _Paid(NamedTuple):
    """One look at a URL, just before a call that was paid for."""

    submitted_at: str
    sha256: str
    name: str
    """Of the job; with the lockfile's where that is another."""


class _Url(NamedTuple):
    """Where an input has a URL: ``image``, ``images[0]``."""

    name: str
    field: str
    url: str


def seen_inputs(subject: LintSubject, visits: Mapping[Address, Visit]) -> Mapping[Fingerprint, Seen]:
    """Tell of each job which bytes its URLs gave, as far as they came whole."""
    seen: dict[Fingerprint, Seen] = {}
    for job, kinds in _jobs(subject):
        digests = {one.name: _digest(one, kinds, visits) for one in _urls_in(job.input, kinds)}
        found = tuple(sorted((name, digest) for name, digest in digests.items() if digest))
        if found and isinstance(job, Job):
            seen[job.fingerprint] = found
    return seen


def changed_pictures(subject: LintSubject, visits: Mapping[Address, Visit]) -> Iterator[Finding]:
    """Compare with the last look at the same URL before a job was paid for, here or beside."""
    wanted = {address.url for address, visit in visits.items() if isinstance(visit, Fetched)}
    paid = _paid_with(subject, wanted) if wanted else {}
    for job, kinds in _jobs(subject) if paid else ():
        for one in _urls_in(job.input, kinds):
            digest, looks = _digest(one, kinds, visits), paid.get(one.url)
            if digest and looks and digest not in _last_seen(looks):
                fault = _fault(one, [look.name for look in looks if look.sha256 != digest])
                problem = subject.place.at_field(fault, job, one.field, origin_of(one.url))
                yield Finding(problem=problem, key=job.key)


def _last_seen(looks: Sequence[_Paid]) -> set[str]:
    """Tell what was there the last time; within one second, all of it."""
    last = max(look.submitted_at for look in looks)
    return {look.sha256 for look in looks if look.submitted_at == last}


def _jobs(subject: LintSubject) -> Iterator[tuple[AskedJob, Mapping[str, str]]]:
    for tool, jobs in subject.by_tool():
        kinds = media_fields(tool.input_schema)
        for job in jobs if kinds else ():
            yield job, kinds


def _urls_in(input: JsonObject, fields: Mapping[str, str] | None = None) -> Iterator[_Url]:
    """Go through the URLs of an input, of some fields or of all."""
    for field, value in input.items():
        if fields is not None and field not in fields:
            continue
        if isinstance(value, list):
            named = [(f"{field}[{at}]", item) for at, item in enumerate(value)]
        else:
            named = [(field, value)]
        for name, text in named:
            if isinstance(text, str) and is_url(text):
                yield _Url(name, field, text)


def _digest(one: _Url, kinds: Mapping[str, str], visits: Mapping[Address, Visit]) -> str | None:
    visit = visits.get(Address(one.url, MediaKind(kinds[one.field])))
    return visit.facts.sha256 if isinstance(visit, Fetched) else None


def _paid_with(subject: LintSubject, wanted: set[str]) -> Mapping[str, Sequence[_Paid]]:
    """List what is known of some URLs, in the order of the lockfiles."""
    found: dict[str, list[_Paid]] = {}
    for number, (file, lockfile) in enumerate(subject.lockfiles().items()):
        of = f" of {file}" if number else ""
        for entry in lockfile.entries.values():
            attempts = [one for one in entry.attempts if one.seen and one.is_paid]
            urls = {one.name: one.url for one in _urls_in(entry.input)} if attempts else {}
            for attempt in attempts:
                for name, digest in attempt.seen:
                    if (url := urls.get(name)) in wanted:
                        look = _Paid(attempt.submitted_at or "", digest, f"{entry.key}{of}")
                        found.setdefault(url, []).append(look)
    return found


def _fault(one: _Url, names: Sequence[str]) -> Fault:
    shown = shortened(visible(without_secrets(one.url)), _SHOWN)
    jobs = list(dict.fromkeys(one_line(name, _ROOM_FOR_KEY) for name in sorted(names)))
    more = f" and {len(jobs) - _MOST_NAMED:,} more" if len(jobs) > _MOST_NAMED else ""
    told = f"{', '.join(jobs[:_MOST_NAMED])}{more}"
    return Fault(
        rule=Rule.CHANGED_PICTURE,
        message=f"{one.name}: {shown} gives other bytes than the ones that were paid for with {told}",
        hint="give another picture a URL of its own: the plan then shows which jobs it makes new",
    )
