"""What is different, for a person: in the manner of a diff, job by job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import orjson

from sora2batch.app.difference.manifest_difference import ManifestDifference
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.credit_price import CreditPrice, credits_in_words, money_beside
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.terminal_width import isolated, padded, width_of
from sora2batch.ground.text import counted, one_line, shortened, visible, without_secrets
from sora2batch.lockfile.entry import Entry
from sora2batch.plan.change import FieldChange
from sora2batch.plan.compare import Replacement
from sora2batch.plan.lockfile_comparison import EntryChange, LockfileComparison

_WIDEST_KEY = 60
_SHORT = 28
"""Texts that fit beside each other are told in one line."""
_ROOM = 1000


def manifest_lines(
    told: ManifestDifference, price: CreditPrice | None, *, by_group: bool = False
) -> Iterator[str]:
    """Write which jobs two manifests do not share, each on a line or summed up by group."""
    found = told.comparison
    if not found.changes:
        yield f"no job changed: {counted(len(told.new.jobs), 'job')} in {_name(told.new.name)}"
        yield from _budget_line(told)
        return
    yield f"{_name(told.old.name)} → {_name(told.new.name)}"
    yield ""
    yield from _listed(_group_lines(told) if by_group else _job_lines(told))
    yield ""
    yield from _manifest_summary(told, price)


def _listed(lines: Iterable[str]) -> Iterator[str]:
    """Write lines as a plan does, so that their signs have the same colours."""
    yield from (f"  {line}" for line in lines)


def _job_lines(told: ManifestDifference) -> Iterator[str]:
    found = told.comparison
    rows = [*(one.after for one in found.replaced), *found.added, *found.removed]
    width = _width(job.key for job in rows)
    for lines, same in _alike(told).items():
        for job in same:
            yield f"~ {_key(job.key, width)}  {job.credits:>6,}{_paid(told, job)}"
        yield from lines
    yield from _following_lines(told)
    yield from (f"+ {_key(job.key, width)}  {job.credits:>6,}{_paid(told, job)}" for job in found.added)
    for job in found.removed:
        spent = told.spent_on(job)
        kept = f"  {spent:,} spent on it; its result is kept" if spent else ""
        yield f"- {_key(job.key, width)}  {-job.credits:>6,}{kept}"
    yield from (f"> {isolated(old)} is now {isolated(new)}, not paid again" for old, new in found.renamed)


def _group_lines(told: ManifestDifference) -> Iterator[str]:
    """Write a line for each group and kind of change; below a change what it is in the first of its jobs."""
    found = told.comparison
    same: dict[tuple[str, tuple[str, ...]], list[Replacement]] = {}
    for one in found.replaced:
        fields = tuple(change.path for change in told.changes_of(one)) or ("take",)
        same.setdefault((one.after.group, fields), []).append(one)
    for (group, fields), replaced in same.items():
        yield f"~ {_sum(group, [one.after for one in replaced])}: {', '.join(map(isolated, fields))}"
        yield f"    such as {isolated(replaced[0].after.key)}"
        yield from _change_lines(told, replaced[0])
    yield from _following_lines(told)
    for sign, jobs in (("+", found.added), ("-", found.removed)):
        groups: dict[str, list[AskedJob]] = {}
        for job in jobs:
            groups.setdefault(job.group, []).append(job)
        yield from (f"{sign} {_sum(group, members)}" for group, members in groups.items())
    if found.renamed:
        yield f"> {counted(len(found.renamed), 'job')} under another key, not paid again"
    yield "(every job on a line: pipe this into a file or a pager)"


def _sum(group: str, jobs: Sequence[AskedJob]) -> str:
    cost = sum(job.credits for job in jobs)
    return f"{isolated(group)}: {counted(len(jobs), 'job')}, {cost:,} credits"


def _alike(told: ManifestDifference) -> dict[tuple[str, ...], list[AskedJob]]:
    """Gather the jobs in which the same has changed: it is told once, below all of them."""
    found: dict[tuple[str, ...], list[AskedJob]] = {}
    for one in told.comparison.replaced:
        found.setdefault(_change_lines(told, one), []).append(one.after)
    return found


def _change_lines(told: ManifestDifference, one: Replacement) -> tuple[str, ...]:
    lines = [line for change in told.changes_of(one) for line in _field_lines(change)]
    return tuple(lines or [f"    {one.change}"])


def _field_lines(change: FieldChange) -> Iterator[str]:
    """Write long texts below each other, where the eye finds the difference."""
    match change.before, change.after:
        case (str(old),), (str(new),) if max(len(old), len(new)) > _SHORT and _text(old) != _text(new):
            yield f"    {change.path}"
            yield f"      - {_text(old)}"
            yield f"      + {_text(new)}"
        case _:
            yield f"    {one_line(change.told, _ROOM)}"


def _text(text: str) -> str:
    return isolated(visible(shortened(without_secrets(orjson.dumps(text).decode()), _ROOM)))


def _paid(told: ManifestDifference, job: AskedJob) -> str:
    return "  already in the lockfile" if told.is_paid(job) else ""


def _following_lines(told: ManifestDifference) -> Iterator[str]:
    """Say how many jobs ask for the same and are made anew, as what they rest on is another."""
    groups: dict[str, list[AskedJob]] = {}
    for one in told.comparison.following:
        groups.setdefault(one.after.group, []).append(one.after)
    for group, jobs in groups.items():
        yield f"~ {_sum(group, jobs)}: made anew, of results that will be others"


def _manifest_summary(told: ManifestDifference, price: CreditPrice | None) -> Iterator[str]:
    found = told.comparison
    yield _counts(
        len(found.replaced) + len(found.following),
        len(found.added),
        len(found.removed),
        len(found.renamed),
        told.unchanged,
    )
    paid = " (the others are in the lockfile)" if told.to_pay < found.price_of_new else ""
    yield f"a run sends what is new for {credits_in_words(told.to_pay, price)}{paid}"
    yield (
        f"the whole batch: {found.price_before:,} → {credits_in_words(found.price_after, price)}"
        f" ({found.difference:+,})"
    )
    yield from _budget_line(told)


def _budget_line(told: ManifestDifference) -> Iterator[str]:
    old, new = told.old.budget, told.new.budget
    if old != new and old is not None and new is not None:
        yield f"the budget: {old:,} → {new:,} credits"


def _counts(changed: int, added: int, removed: int, renamed: int, same: int) -> str:
    told = {"changed": changed, "added": added, "removed": removed, "renamed": renamed}
    parts = [f"{count:,} {word}" for word, count in told.items() if count]
    return ", ".join([*parts, f"{same:,} as {'it was' if same == 1 else 'they were'}"])


def lockfile_lines(old: str, new: str, found: LockfileComparison, price: CreditPrice | None) -> Iterator[str]:
    """Write which lines of a lockfile are not what they were."""
    if not found.changes:
        yield f"nothing changed: {counted(found.unchanged, 'job')} in {_name(new)}"
        return
    yield f"{_name(old)} → {_name(new)}"
    yield ""
    yield from _listed(_record_lines(found))
    yield ""
    yield _counts(len(found.changed), len(found.added), len(found.removed), 0, found.unchanged)
    spent = f"{found.spent_after:,} credits{money_beside(found.spent_after, price)}"
    yield f"spent: {found.spent_before:,} → {spent}"


def _record_lines(found: LockfileComparison) -> Iterator[str]:
    width = _width(
        entry.key for entry in (*(one.after for one in found.changed), *found.added, *found.removed)
    )
    for one in found.changed:
        yield f"~ {_key(one.after.key, width)}  {one.difference:>+6,}"
        yield from _entry_lines(one)
    yield from (f"+ {_key(entry.key, width)}  {entry.spent:>+6,}  {_state(entry)}" for entry in found.added)
    yield from (
        f"- {_key(entry.key, width)}  {-entry.spent:>+6,}  {_state(entry)}: no longer known"
        for entry in found.removed
    )


def _entry_lines(one: EntryChange) -> Iterator[str]:
    for name, old, new in one.changes:
        yield f"    {name}: {_brief(old)} → {_brief(new)}"


def _state(entry: Entry) -> str:
    tasks = ", ".join(one.task_id for one in entry.attempts if one.task_id)
    state = entry.state.value.replace("_", " ")
    return f"{state}, {one_line(tasks, _ROOM)}" if tasks else state


def _brief(value: JsonValue) -> str:
    match value:
        case None | []:
            return "nothing"
        case [item]:
            return _brief(item)
        case list():
            return ", ".join(map(_brief, value))
        case str():
            return one_line(value, _ROOM) or "nothing"
        case _:
            return orjson.dumps(value).decode()


def _width(keys: Iterable[str]) -> int:
    return min(_WIDEST_KEY, max(map(width_of, keys), default=0))


def _key(key: str, width: int) -> str:
    return padded(isolated(one_line(key, _ROOM)), width)


def _name(text: str) -> str:
    return isolated(one_line(text, _ROOM))
