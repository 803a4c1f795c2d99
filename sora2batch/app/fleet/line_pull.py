"""What the fleet knows of a batch, folded into its lockfile, which is held for that moment only."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.renaming import follow_keys
from sora2batch.app.execution.settling import held
from sora2batch.app.fleet.batch_name import BatchName
from sora2batch.app.process.loop import run_loop
from sora2batch.fleet.clients.known_batch import (
    KnownBatch,
    Reservation,
    find_batch,
    read_lines,
    read_reservations,
    read_reserved_jobs,
)
from sora2batch.fleet.database.database import Database
from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.entry import Entry, State
from sora2batch.lockfile.hold import LockHeldError, lock_holder
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.plan.action import ReservedJob

_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.1


class FleetKnowledge(NamedTuple):
    """What the fleet knows of a batch."""

    batch: KnownBatch | None
    """None where nobody has run it there."""
    entries: list[Entry]
    reserved: Mapping[Fingerprint, ReservedJob]
    """The jobs that are reserved, or being sent."""
    reservations: tuple[Reservation, ...] = ()
    """By whom, and for how much; of the whole batch."""

    @property
    def has_doubts(self) -> bool:
        """Whether nobody knows of some call what came of it."""
        return any(attempt.state is State.IN_DOUBT for one in self.entries for attempt in one.attempts)


async def ask_fleet(database: Database, batch: Batch, name: BatchName) -> FleetKnowledge:
    """Ask what the fleet knows of a batch, all of it at one moment."""
    async with database.snapshot() as connection:
        known = await find_batch(connection, name.aliases, name.manifest)
        if known is None:
            return FleetKnowledge(None, [], {})
        entries = await read_lines(connection, known.id, stores_outputs=batch.stores_outputs)
        reserved = await read_reserved_jobs(connection, known.id)
        return FleetKnowledge(known, entries, reserved, await read_reservations(connection, known.id))


def fold_in(batch: Batch, entries: Sequence[Entry]) -> int:
    """Fold lines into a batch's lockfile; tell for how many jobs it says something else now.

    Raises:
        LockHeldError: somebody holds it for long.
        Sora2BatchError: it could not be read or written.
    """
    if not entries:
        return 0
    with held_in_turn(batch) as store:
        before = store.lockfile.entries
        store.unite(entries)
        follow_keys(batch.at(store.lockfile).expansion.jobs, store)
        run_loop(partial(_write, store))
        after = store.lockfile.entries
    return sum(before.get(fingerprint) != entry for fingerprint, entry in after.items())


def wait_for_local_run(batch: Batch) -> None:
    """Wait until nobody holds a batch's lockfile: what a run here is about to send the fleet does not know.

    Raises:
        LockHeldError: somebody holds it for long.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    while holder := lock_holder(batch.lock_path):
        if time.monotonic() > end:
            raise LockHeldError(batch.lock_path, holder)
        time.sleep(_PAUSE_SECONDS)


@contextmanager
def held_in_turn(batch: Batch) -> Iterator[LockfileStore]:
    """Hold a lockfile as soon as it is free: others who follow the batch hold it for a moment only.

    Raises:
        LockHeldError: it is not free for long, as while somebody runs it here.
        LockfileError: it cannot be read.
    """
    with ExitStack() as stack:
        yield _enter(batch, stack)


def _enter(batch: Batch, stack: ExitStack) -> LockfileStore:
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return stack.enter_context(held(batch))
        except LockHeldError:
            if time.monotonic() > end:
                raise
        time.sleep(_PAUSE_SECONDS)


async def _write(store: LockfileStore) -> None:
    async with store.session():
        await store.checkpoint()
