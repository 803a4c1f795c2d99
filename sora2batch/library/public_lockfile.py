"""A lockfile, as scripts read it."""

from __future__ import annotations

from dataclasses import dataclass

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.text import counted
from sora2batch.library.html_table import block, heading, shown, table
from sora2batch.library.rows import entry_rows
from sora2batch.lockfile import content


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Lockfile(content.Lockfile):
    """Every job that was ever paid for under a manifest, also those that it no longer asks for."""

    def to_dicts(self) -> list[JsonObject]:
        """Write a flat row for every attempt; the credits of those with ``is_paid`` sum up to ``spent``."""
        return list(entry_rows(self.entries.values()))

    def __repr__(self) -> str:
        return shown(f"Lockfile of {self.manifest}: {self._line}")

    def _repr_html_(self) -> str:
        entries = self.entries.values()
        rows = ((one.key, one.state.value, one.spent, one.primary.task_id or "") for one in entries)
        columns = ("key", "state", "credits", "task")
        return block(heading(f"{self.manifest}: {self._line}"), table(columns, rows, len(entries)))

    @property
    def _line(self) -> str:
        return f"{counted(len(self.entries), 'job')}, {self.spent:,} credits spent"
