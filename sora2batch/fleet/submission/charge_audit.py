"""Charges compared with prices for the whole account, whichever worker made the task and may be gone since.

A worker's own watch looks sooner; this one forgets nothing. What was charged more stops its batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sora2batch.fleet.database.database import Database
from sora2batch.fleet.submission.lane_stop import stop_batch
from sora2batch.fleet.tables.settle_row import charge_more
from sora2batch.ground.job import Credits
from sora2batch.lockfile.task_id import plain_task_id
from sora2batch.reconcile.ledger_task import tasks_of
from sora2batch.run.port import VideoApi
from sora2batch.sjinn.api_error import ApiError, KeyRefusedError

_UNCHECKED = """
    select attempt.id, attempt.batch, job.key, attempt.task_id, attempt.credits, attempt.sent_at
    from attempt join job on job.id = attempt.job
    where attempt.account = %s and attempt.task_id is not null and not attempt.charge_checked
        and not attempt.imported and attempt.sent_at > clock_timestamp() - interval '1 day'
    order by attempt.sent_at limit 2000
"""
_CHECKED = "update attempt set charge_checked = true where id = any(%s)"
_CLOCK_SKEW = timedelta(minutes=10)


class _Unchecked(NamedTuple):
    """A task whose row of the ledger nobody has seen."""

    id: int
    batch: int
    key: str
    task_id: str
    credits: Credits
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeAudit:
    """Looks through the account's ledger now and then."""

    database: Database
    account: str
    api: VideoApi
    say: Callable[[str], None]

    async def run(self) -> None:
        """Look at every task of the last day that was not looked at yet; trouble with the ledger is told.

        Raises:
            FleetError: the database is lost.
        """
        async with self.database.transaction() as connection:
            rows = await (await connection.execute(_UNCHECKED, (self.account,))).fetchall()
        unchecked = [_Unchecked(*row) for row in rows]
        if not unchecked:
            return
        charged = await self._charged(unchecked)
        for one in unchecked:
            if charged.get(plain_task_id(one.task_id), 0) > one.credits:
                await self._note_drift(one, Credits(charged[plain_task_id(one.task_id)]))
        seen = [one.id for one in unchecked if plain_task_id(one.task_id) in charged]
        async with self.database.transaction() as connection:
            await connection.execute(_CHECKED, (seen,))

    async def _charged(self, unchecked: Sequence[_Unchecked]) -> Mapping[str, int]:
        """Read what each task was charged; those that the ledger does not show are missing."""
        since = unchecked[0].sent_at - _CLOCK_SKEW
        try:
            reading = await self.api.ledger(since=since, looking_for={one.task_id for one in unchecked})
        except (ApiError, KeyRefusedError) as error:
            self.say(f"charges cannot be checked now: {error.message}")
            return {}
        return {plain_task_id(one.task_id): one.charged for one in tasks_of(reading.records) if one.charged}

    async def _note_drift(self, one: _Unchecked, actual: Credits) -> None:
        message = f"price drift: {one.key} cost {actual:,} credits, but the catalogue says {one.credits:,}"
        async with self.database.transaction() as connection:
            await charge_more(connection, one.batch, one.task_id, actual)
            await stop_batch(connection, self.account, one.batch, message)
        self.say(f"{message}; no more jobs of its batch are submitted")
