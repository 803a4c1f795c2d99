"""All that is known of one job, as a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.errors import UsageError
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.slug import composed
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry
from sora2batch.matrix.provenance.job_origin import JobOrigin, WrittenAt
from sora2batch.plan.action import PlannedJob, WaitingJob
from sora2batch.plan.change import field_changes
from sora2batch.plan.compare import shown_input

_LIST_KEYS = "`sora2batch plan MANIFEST` lists every job's key"
_MOST_FIELDS = 2
"""How many fields of two requests may differ that are nearly the same."""
_SHORTEST = 6
"""Hex digits by which a fingerprint may be asked for."""


class Need(NamedTuple):
    """A job whose result another sends."""

    key: str
    planned: PlannedJob | WaitingJob | None
    """What a run would do about it; None of one that the manifest no longer asks for."""
    file: FileInput | None
    """Its result, where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """One job of a manifest, or what its lockfile knows of one that it no longer asks for."""

    manifest: str
    """As the user gave it."""
    lockfile: str
    """Of its record, whether or not there is one."""
    key: str
    tool_type: str
    take: int
    input: JsonObject
    fingerprint: Fingerprint | None
    """None as long as a result is not there that it sends."""
    planned: PlannedJob | WaitingJob | None = None
    """None of an orphan."""
    origin: JobOrigin | None = None
    """None of an orphan."""
    tool_defaults: Mapping[str, WrittenAt] = field(default_factory=dict)
    """Where the defaults are written that the tool brings, by field."""
    entry: Entry | None
    """What was sent and charged for it."""
    former: tuple[Entry, ...] = ()
    """What else was paid for under its key: requests that the manifest no longer asks for."""
    nearest: Entry | None = None
    """Where nothing was paid for its key yet: nearly the same request, paid and not asked for any more."""
    price_text: str | None
    """The tool's price; None where the tool is not known."""
    credit_price: CreditPrice | None
    result: str | None = None
    """Where its file goes, or lies, without an ending if the manifest names none; None of an orphan."""
    filename: str | None = None
    """The template of file names, where the manifest has one."""
    needs: tuple[Need, ...] = ()
    """The results that it sends, or has sent."""


def nearest_record(job: AskedJob, orphans: Iterable[Entry]) -> Entry | None:
    """Find the record that differs least from a job: what that was before an edit, it may be."""
    least, nearest = _MOST_FIELDS + 1, None
    for entry in orphans:
        fields = len(field_changes(entry.tool_type, entry.input, job.tool_type, shown_input(job)))
        if fields < least or (fields == least and nearest and _is_nearer(entry.key, nearest.key, job.key)):
            least, nearest = fields, entry
    return nearest


def _is_nearer(one: str, other: str, key: str) -> bool:
    return _shared(one, key) > _shared(other, key)


def _shared(one: str, other: str) -> int:
    """Count the labels that two keys share, place by place."""
    return sum(left == right for left, right in zip(one.split("/"), other.split("/"), strict=False))


def find_job(asked: str, jobs: Sequence[AskedJob], lockfile: Lockfile) -> AskedJob | Entry:
    """Find a job by its key of now or before, its fingerprint, or a task's id; else the record of an orphan.

    Raises:
        UsageError: there is none, or more than one.
    """
    by_key = {job.key: job for job in jobs}
    if found := by_key.get(asked) or by_key.get(composed(asked)):
        return found
    by_fingerprint = {job.fingerprint: job for job in jobs if isinstance(job, Job)}
    entries = [entry for entry in lockfile.entries.values() if _is_meant(asked, entry)]
    marks = {entry.fingerprint for entry in entries} | {mark for mark in by_fingerprint if _fits(asked, mark)}
    if len(marks) > 1:
        told = ", ".join(sorted(marks)[:3])
        raise UsageError(f'"{asked}" is {len(marks):,} jobs', hint=f"give the fingerprint of one: {told}")
    for mark in marks:
        return by_fingerprint.get(mark) or lockfile.entries[mark]
    raise UsageError(f'there is no job "{asked}"', hint=_near(asked, by_key, lockfile))


def _is_meant(asked: str, entry: Entry) -> bool:
    is_task = any(attempt.task_id == asked for attempt in entry.attempts)
    return entry.key == asked or is_task or _fits(asked, entry.fingerprint)


def _fits(asked: str, mark: Fingerprint) -> bool:
    digits = asked.removeprefix("sha256:")
    return len(digits) >= _SHORTEST and mark.removeprefix("sha256:").startswith(digits)


def _near(asked: str, by_key: Mapping[str, AskedJob], lockfile: Lockfile) -> str:
    inside = [key for key in by_key if key.startswith(f"{asked.rstrip('/')}/")]
    if inside:
        return f"{asked} begins {counted(len(inside), 'key')}, such as {inside[0]}"
    known = [*by_key, *(entry.key for entry in lockfile.entries.values())]
    return did_you_mean(asked, known) or _LIST_KEYS
