"""URLs that the API cannot fetch, or that others can read on the way; nothing is looked up or fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from sora2batch.catalog.media_field import is_url, media_fields
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault
from sora2batch.ground.public_host import may_be_public, plain_host
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import shortened, visible, without_secrets
from sora2batch.lint.subject import Finding, LintSubject

_SHOWN = 80


def unfetchable_urls(subject: LintSubject) -> Iterator[Finding]:
    """Look at each distinct URL of a field once; whoever shares it is counted."""
    for tool, jobs in subject.by_tool():
        fields = media_fields(tool.input_schema)
        known: dict[tuple[str, str], Finding | None] = {}
        for job in jobs:
            for field, url in urls_of(job, fields):
                # One written on an axis has its place there, so that the first job tells of all.
                if (field, url) not in known:
                    known[field, url] = _look_at(subject, job, field, url)
                if found := known[field, url]:
                    yield Finding(problem=found.problem, key=job.key)


def urls_of(job: AskedJob, fields: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Go through the URLs in some fields of a job, each with its field."""
    for field in fields:
        for text in _texts(job.input.get(field)):
            yield field, text


def _texts(value: JsonValue) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and is_url(item):
            yield item


def _look_at(subject: LintSubject, job: AskedJob, field: str, url: str) -> Finding | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    shown = shortened(visible(without_secrets(f"{parts.scheme}://{parts.netloc}")), _SHOWN)
    if plain_host(host) is None:
        message = f"{field} is at {shown}, which is neither the name nor the address of a host"
        fault = Fault(rule=Rule.PRIVATE_URL, message=message, hint="look for a slip in it")
    elif not may_be_public(host):
        message = f"{field} is at {shown}, which only this machine or network knows: SJinn cannot fetch it"
        hint = "put it where everybody can reach it, or write the path of the file"
        fault = Fault(rule=Rule.PRIVATE_URL, message=message, hint=hint)
    elif parts.scheme == "http":
        message = f"{field} is at {shown}, without encryption: it can be read, and changed, on the way"
        fault = Fault(rule=Rule.PLAIN_HTTP, message=message, hint="write https:// if the host answers there")
    else:
        return None
    return Finding(problem=subject.place.at_field(fault, job, field, origin_of(url)))


def origin_of(url: str) -> str:
    """Take the beginning of a URL, up to its host, as it is written."""
    return url[: url.index("//") + 2 + len(urlsplit(url).netloc)]
