"""What was found at the URLs of jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from posixpath import basename
from typing import NamedTuple, assert_never
from urllib.parse import unquote, urlsplit

from sora2batch.catalog.media_field import media_fields
from sora2batch.catalog.tool import Kind, Tool
from sora2batch.ground.loopback import is_loopback
from sora2batch.ground.option_words import option
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault
from sora2batch.ground.public_host import may_be_public
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import shortened, visible, without_secrets
from sora2batch.lint.fetchable import origin_of, urls_of
from sora2batch.lint.picture_fit import fit_faults
from sora2batch.lint.signature_end import signature_end
from sora2batch.lint.subject import Finding, LintSubject
from sora2batch.media.kind import MediaKind
from sora2batch.media.visit import Fetched, NotReached, NotThere, Visit

_SHOWN = 120


class Address(NamedTuple):
    """A URL, and what is to be found there."""

    url: str
    kind: MediaKind


def addresses_in(subject: LintSubject) -> Sequence[Address]:
    """List the URLs to look at, each one once; those in private networks are told without that."""
    found: dict[Address, None] = {}
    for tool, jobs in subject.by_tool():
        kinds = media_fields(tool.input_schema)
        for job in jobs:
            for field, url in urls_of(job, kinds):
                found[Address(url, MediaKind(kinds[field]))] = None
    return [one for one in found if _may_be_asked(one.url)]


def _may_be_asked(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # brackets around what is no address
        return False
    return may_be_public(host) or is_loopback(host)


def visited_urls(
    subject: LintSubject, visits: Mapping[Address, Visit], *, now: datetime, until: datetime
) -> Iterator[Finding]:
    """Judge what was found.

    Args:
        subject: whose jobs are looked at.
        visits: what came of each URL.
        now: the present.
        until: when the last picture may be fetched.
    """
    for tool, jobs in subject.by_tool():
        kinds = media_fields(tool.input_schema)
        for job in jobs:
            for field, url in urls_of(job, kinds):
                visit = visits.get(Address(url, MediaKind(kinds[field])))
                faults = [] if visit is None else _faults(tool, job, field, url, visit)
                for fault in (*faults, *_end_faults(field, url, now, until)):
                    problem = subject.place.at_field(fault, job, field, origin_of(url))
                    yield Finding(problem=problem, key=job.key)


def _faults(tool: Tool, job: AskedJob, field: str, url: str, visit: Visit) -> Iterator[Fault]:
    shown = _shown(url)
    match visit:
        case NotThere(reason=reason):
            hint = f"mend it, or leave the job out; {option('images', False)} does not look"
            yield Fault(rule=Rule.NO_PICTURE, message=f"{field}: {shown} {reason}", hint=hint)
        case NotReached(reason=reason):
            hint = "SJinn may have more luck, or less"
            yield Fault(rule=Rule.UNREACHABLE_URL, message=f"{field}: {shown} {reason}", hint=hint)
        case Fetched(facts=facts, redirected_to=host):
            if host is not None:
                message = f"{field}: {shown} leads on to another URL, at {host}"
                hint = "write the URL that it leads to: SJinn may not follow"
                yield Fault(rule=Rule.REDIRECTED_URL, message=message, hint=hint)
            if tool.kind is Kind.VIDEO:
                name = unquote(basename(urlsplit(url).path)) or "the picture"
                yield from fit_faults(tool, job, f"{field} is", name, facts)
        case _:
            assert_never(visit)


def _end_faults(field: str, url: str, now: datetime, until: datetime) -> Iterator[Fault]:
    end = signature_end(url)
    if end is not None and end < until:
        told = "has ended" if end < now else "ends before this run may be over"
        message = f"{field}: the signature of {_shown(url)} {told}"
        yield Fault(rule=Rule.EXPIRING_URL, message=message, hint="sign it for longer, just before the run")


def _shown(url: str) -> str:
    return shortened(visible(without_secrets(url)), _SHOWN)
