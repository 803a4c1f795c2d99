"""Two states of one lockfile: what was sent, charged, fetched and lost between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.job import Credits
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry

_FIELDS: tuple[tuple[str, Callable[[Entry], JsonValue]], ...] = (
    ("key", lambda entry: entry.key),
    ("state", lambda entry: entry.state.value),
    ("credits", lambda entry: entry.spent),
    ("tasks", lambda entry: [one.task_id for one in entry.attempts if one.task_id]),
    ("files", lambda entry: [out.path or "" for one in entry.attempts for out in one.outputs]),
    ("sha256", lambda entry: [out.sha256 or "" for one in entry.attempts for out in one.outputs]),
    ("stored", lambda entry: [out.path or "" for one in entry.attempts for out in one.outputs if out.stored]),
    ("error", lambda entry: entry.primary.error.message if entry.primary.error else None),
)
"""What two records of one request are compared by; times and URLs are not: they follow the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """One request of which something else is known than before."""

    before: Entry
    after: Entry

    @property
    def changes(self) -> tuple[tuple[str, JsonValue, JsonValue], ...]:
        """What is different: a field, its old value, its new one."""
        pairs = ((name, of(self.before), of(self.after)) for name, of in _FIELDS)
        return tuple((name, old, new) for name, old, new in pairs if old != new)

    @property
    def difference(self) -> Credits:
        """How much more was charged, or may have been."""
        return Credits(self.after.spent - self.before.spent)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockfileComparison:
    """What became of the lines of a lockfile; each is told by its fingerprint, in the order of keys."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    changed: tuple[EntryChange, ...]
    unchanged: int
    spent_before: Credits
    spent_after: Credits

    @property
    def changes(self) -> int:
        """How many lines are not what they were."""
        return len(self.added) + len(self.removed) + len(self.changed)


def compare_lockfiles(before: Lockfile, after: Lockfile) -> LockfileComparison:
    """Hold a lockfile against an earlier state of it."""
    old, new = before.entries, after.entries
    both = (EntryChange(before=old[mark], after=entry) for mark, entry in new.items() if mark in old)
    changed = tuple(sorted((one for one in both if one.changes), key=lambda one: _order(one.after)))
    added = tuple(_sorted(entry for mark, entry in new.items() if mark not in old))
    return LockfileComparison(
        added=added,
        removed=tuple(_sorted(entry for mark, entry in old.items() if mark not in new)),
        changed=changed,
        unchanged=len(new) - len(added) - len(changed),
        spent_before=before.spent,
        spent_after=after.spent,
    )


def _sorted(entries: Iterator[Entry]) -> list[Entry]:
    return sorted(entries, key=_order)


def _order(entry: Entry) -> tuple[str, str]:
    return entry.key, entry.fingerprint
