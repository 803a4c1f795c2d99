"""The doubts of one batch in the database of a fleet, for those who settle doubts of a lockfile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from sora2batch.fleet.clients.doubted_calls import DoubtedBatch, DoubtedCall, read_doubted_batch
from sora2batch.fleet.database.database import Database
from sora2batch.fleet.submission.database_attempts import DatabaseAttempts
from sora2batch.ground.errors import UsageError
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.lockfile.job_table import JobTable
from sora2batch.reconcile.finding import Finding, NotCharged, TooEarly
from sora2batch.reconcile.ledger_check import SETTLE, ReconcileContext, check_doubts

_NOBODY = 0
"""No worker's row."""


class FleetDoubts:
    """What a fleet knows of a batch, kept up to date with what is settled here."""

    def __init__(self, database: Database, known: DoubtedBatch, warn: Callable[[str], None]) -> None:
        """Get ready; ``warn`` is told what a person should know who releases a call."""
        self._known = known
        self._warn = warn
        self._attempts = DatabaseAttempts(database, known.row, _NOBODY)
        self._table = JobTable()
        self._table.absorb_all(known.own.entries.values())

    @property
    def lockfile(self) -> Lockfile:
        """Everything that is known of the batch now."""
        return self._table.lockfile(self._known.row.manifest)

    def context(self, context: ReconcileContext, own: Lockfile) -> ReconcileContext:
        """Take into account what the fleet knows of the account.

        Args:
            context: with the lockfiles beside the manifest.
            own: the manifest's own lockfile, which may lag behind, or know what nobody else does.
        """
        known = frozenset(
            fingerprint
            for lockfile in (self.lockfile, *self._known.others)
            for fingerprint in lockfile.entries
        )
        beside = [_without_doubts_about(known, lockfile) for lockfile in (own, *context.beside)]
        return replace(context, beside=(*self._known.others, *beside))

    async def look(self, context: ReconcileContext) -> tuple[Finding, ...]:
        """Hold the doubts against the ledger; that nothing was charged counts some time after the call only.

        Raises:
            ApiError: the ledger cannot be read to its end.
            KeyRefusedError: the API refused the key.
        """
        findings = await check_doubts(self.lockfile, context)
        return tuple(self._in_time(finding, context) for finding in findings)

    async def record(self, entry: Entry, /) -> None:
        """Write how a doubt ended.

        Raises:
            UsageError: it is none any more, or its call may be under way still.
            FleetError: the database does not answer, or refused.
        """
        outcome = entry.primary
        doubted = self._doubt(entry.fingerprint, outcome)
        if outcome.state is State.WITHDRAWN:
            self._require_an_end(entry, self._call(entry, outcome))
        await self._attempts.settle(doubted, outcome)
        self._table.absorb(entry)

    def _doubt(self, fingerprint: str, outcome: Attempt) -> Entry:
        entry = next(one for one in self.lockfile.entries.values() if one.fingerprint == fingerprint)
        call = (outcome.number, outcome.trial)
        doubts = (
            one for one in entry.attempts if one.state is State.IN_DOUBT and (one.number, one.trial) == call
        )
        return entry.only(next(doubts))

    def _call(self, entry: Entry, attempt: Attempt) -> DoubtedCall | None:
        wanted = (entry.fingerprint, attempt.number, attempt.trial)
        return next((one for one in self._known.calls if one[:3] == wanted), None)

    def _in_time(self, finding: Finding, context: ReconcileContext) -> Finding:
        """Put off what the database's clock says is too early, whatever clock stamped the intent."""
        if not isinstance(finding, NotCharged):
            return finding
        left = _seconds_left(self._call(finding.doubt.entry, finding.doubt.attempt))
        if left <= 0:
            return finding
        return TooEarly(doubt=finding.doubt, until=context.clock.now() + timedelta(seconds=left))

    def _require_an_end(self, entry: Entry, call: DoubtedCall | None) -> None:
        if call is None or call.has_ended:
            return
        who = f"the worker on {call.host} (process {call.pid})" if call.host else "the worker"
        if (left := _seconds_left(call)) > 0:
            raise UsageError(
                f"{entry.key}: {who} that sent the call may be waiting for its answer still",
                hint=f"release it in {left / 60:.0f} minutes, or adopt its task",
            )
        if call.is_worker_alive:
            self._warn(
                f"warning: {entry.key}: {who} that sent the call is alive; should an answer come, it counts"
            )


async def open_fleet_doubts(database: Database, batch: int, warn: Callable[[str], None]) -> FleetDoubts:
    """Read the doubts of a batch.

    Raises:
        FleetError: the database does not answer, or refused.
    """
    async with database.transaction() as connection:
        known = await read_doubted_batch(connection, batch)
    return FleetDoubts(database, known, warn)


def _seconds_left(call: DoubtedCall | None) -> float:
    """Tell how long it is until the absence of a charge counts."""
    if call is None or call.seconds is None:
        return 0.0
    return SETTLE.total_seconds() - call.seconds


def _without_doubts_about(known: frozenset[str], lockfile: Lockfile) -> Lockfile:
    """Leave out the doubts about jobs that the fleet knows: it knows better what became of them."""
    kept = []
    for fingerprint, entry in lockfile.entries.items():
        attempts: Sequence[Attempt] = entry.attempts
        if fingerprint in known:
            attempts = [one for one in attempts if one.state is not State.IN_DOUBT]
        if attempts:
            kept.append(entry._replace(attempts=tuple(attempts)))
    return lockfile_of(lockfile.manifest, kept)
