"""The lockfile as a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.lockfile.entry import Entry, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockfile:
    """Every job that was ever paid for under a manifest, orphans included."""

    manifest: str
    """The manifest's file name; empty where no lockfile exists yet."""
    entries: Mapping[Fingerprint, Entry] = field(default_factory=dict)
    """*Shape*: any order. No entry whose calls were all withdrawn."""

    @property
    def spent(self) -> Credits:
        """Credits of all tasks, and of those in doubt."""
        return Credits(sum(entry.spent for entry in self.entries.values()))

    @property
    def in_doubt_credits(self) -> Credits:
        """The part of ``spent`` of which nobody knows whether it was charged."""
        return Credits(sum(entry.in_doubt_credits for entry in self.entries.values()))

    def get(self, fingerprint: Fingerprint) -> Entry | None:
        """Find what is known of a job; None if it was never submitted."""
        return self.entries.get(fingerprint)

    def task_ids(self) -> frozenset[str]:
        """Name every task that an entry knows."""
        return frozenset(
            attempt.task_id
            for entry in self.entries.values()
            for attempt in entry.attempts
            if attempt.task_id is not None
        )


def lockfile_of(manifest: str, entries: Iterable[Entry]) -> Lockfile:
    """Make a lockfile of folded entries, leaving out those of which nothing but withdrawn calls is left."""
    kept = {entry.fingerprint: entry for entry in entries if entry.attempts[0].state is not State.WITHDRAWN}
    return Lockfile(manifest=manifest, entries=kept)
