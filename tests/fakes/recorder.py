"""Where results are kept, in memory: with a real lockfile's rules, and a disk that can fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry, State
from sora2batch.lockfile.job_table import JobTable
from sora2batch.lockfile.lockfile_error import JournalError


class MemoryRecorder:
    """Refuses an intent for a job that is paid or may be, as the store does; notes everything in order."""

    def __init__(
        self, *, seconds: float = 0.001, refuses: Callable[[int, Entry], bool] = lambda number, entry: False
    ) -> None:
        self._view = JobTable()
        self._seen: dict[Fingerprint, None] = {}
        self._seconds = seconds
        self._refuses = refuses
        self._number = 0
        self.lines: list[tuple[str, State]] = []
        """(prompt, state) of every line that is kept."""
        self.cancelled = 0

    @property
    def lockfile(self) -> Lockfile:
        return self._view.lockfile("campaign.yaml")

    @property
    def all_known(self) -> tuple[Entry, ...]:
        """Everything, calls that cost nothing included."""
        return tuple(entry for one in self._seen if (entry := self._view.get(one)))

    def entry(self, fingerprint: Fingerprint, /) -> Entry | None:
        return self._view.get(fingerprint)

    def owner_of(self, task_id: str, /) -> Entry | None:
        return self._view.owner_of(task_id)

    def put(self, *entries: Entry) -> None:
        """What earlier runs left."""
        self._seen.update((entry.fingerprint, None) for entry in entries)
        self._view.absorb_all(entries)

    def states(self, name: str) -> list[State]:
        return [state for prompt, state in self.lines if prompt == name]

    async def record(self, entry: Entry, /) -> None:
        self._number += 1
        is_intent = entry.state is State.IN_DOUBT and entry.primary.error is None
        if is_intent and (objection := self._view.objection_to(entry)):
            raise AssertionError(f"a second create call was about to be made: {objection}")
        is_refused = self._refuses(self._number, entry)
        try:
            # Lines are written in their order, also where several are put at the same moment.
            await asyncio.sleep(self._seconds + self._number * 1e-9)
        except asyncio.CancelledError:
            self.cancelled += 1
            self._keep(entry)
            if is_intent:
                self._keep(entry.only(entry.primary._replace(state=State.WITHDRAWN, credits=Credits(0))))
            raise
        if is_refused:
            raise JournalError("cannot write the journal: No space left on device")
        self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        self._seen[entry.fingerprint] = None
        self._view.absorb(entry)
        self.lines.append((str(entry.input["prompt"]), entry.state))
