"""Is a task charged what the catalogue says? The ledger is asked after the first task of each price."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sora2batch.errors import ExitCode, Sora2BatchError
from sora2batch.job import Credits, Job
from sora2batch.lockfile.entry import Attempt
from sora2batch.run.brake import Halt, Stop
from sora2batch.run.event import Warned
from sora2batch.run.interruption import Interruption
from sora2batch.run.note import one_attempt
from sora2batch.run.port import Site
from sora2batch.sjinn.answer import LedgerRecord
from sora2batch.sjinn.error import ApiError, KeyRefusedError

_CLOCK_SKEW = timedelta(minutes=10)
_ROW_DISORDER = timedelta(minutes=1)
_LEDGER_LAG_SECONDS = 0.5
_CHECK_EVERY_SECONDS = 30.0
_BLIND_SECONDS = 300.0
"""How long a ledger that could not be read is left alone."""


class PriceDriftError(Sora2BatchError):
    """A task cost more than the catalogue says."""

    exit_code = ExitCode.BUDGET


@dataclass(frozen=True, slots=True, kw_only=True)
class _Charge:
    job: Job
    attempt: Attempt


class PriceWatch:
    """Compares what was charged with what was planned, and pulls the brake where it was more."""

    def __init__(self, site: Site, waits: Interruption) -> None:
        self._site = site
        self._waits = waits
        self._reads = Interruption()
        self._since = site.clock.now() - _CLOCK_SKEW
        self._unchecked: dict[str, _Charge] = {}
        self._known: set[tuple[str, Credits]] = set()
        self._next_look = site.clock.monotonic() + _CHECK_EVERY_SECONDS
        self._blind_until = site.clock.monotonic()
        site.brake.on_pull(self._on_pull)

    def is_known(self, job: Job) -> bool:
        """Tell whether the ledger was asked about a task of this price: until then a job must go alone."""
        return (job.tool_type, job.credits) in self._known

    def charged(self, job: Job, attempt: Attempt) -> None:
        """Remember a task whose charge is to be looked at."""
        if attempt.task_id:
            self._unchecked[attempt.task_id] = _Charge(job=job, attempt=attempt)

    async def look(self, job: Job, task_id: str) -> None:
        """Check the charge of the first task of its price, and all charges now and then."""
        if not self.is_known(job):
            await self._look_at_first(task_id)
            self._known.add((job.tool_type, job.credits))
        elif self._site.clock.monotonic() >= self._next_look:
            await self.check()

    async def check(self) -> None:
        """Read what the ledger has about tasks not checked yet; trouble with it is told, not raised.

        Raises:
            asyncio.CancelledError: the run is to end, and does not wait for the ledger.
        """
        if self._unchecked and not self._is_blind:
            self._next_look = self._site.clock.monotonic() + _CHECK_EVERY_SECONDS
            for record in await self._read():
                await self._compare(record)

    @property
    def _is_blind(self) -> bool:
        return self._site.clock.monotonic() < self._blind_until

    def _on_pull(self, stop: Stop) -> None:
        if stop.halt.ends_waiting:
            self._reads.end()

    async def _look_at_first(self, task_id: str) -> None:
        """Look twice where the ledger lags, but hold the others up no longer than that."""
        await self.check()
        if task_id in self._unchecked and not self._is_blind:
            with self._waits.wait():
                await asyncio.sleep(_LEDGER_LAG_SECONDS)
            await self.check()

    async def _read(self) -> Sequence[LedgerRecord]:
        try:
            with self._reads.wait():
                records = await self._site.api.ledger(tool_type=None, since=self._since)
        except KeyRefusedError as error:
            self._site.brake.pull(Halt.KEY, error.message, error=error)
            return ()
        except ApiError as error:
            self._blind_until = self._site.clock.monotonic() + _BLIND_SECONDS
            self._site.listener(Warned(message=f"charges cannot be checked now: {error.message}"))
            return ()
        # Rows may appear out of order: look a little further back than the newest one.
        self._since = max([self._since, *(record.create_time - _ROW_DISORDER for record in records)])
        return records

    async def _compare(self, record: LedgerRecord) -> None:
        charge = self._unchecked.pop(record.task_id, None)
        if charge is None or record.cost_credits <= charge.attempt.credits:
            return
        actual, price = Credits(record.cost_credits), charge.attempt.credits
        self._site.purse.surcharge(Credits(actual - price))
        message = f"{charge.job.key} cost {actual:,} credits, but the catalogue says {price:,}"
        error = PriceDriftError(
            f"price drift: {message}; no more jobs were submitted",
            hint=f"check the price of {charge.job.tool_type}, then override it with --tools-dir",
        )
        # First of all nothing more is sent; then what is known now is written down.
        self._site.brake.pull(Halt.CREDITS, message, error=error)
        await self._record(charge.job, replace(charge.attempt, credits=actual))

    async def _record(self, job: Job, attempt: Attempt) -> None:
        try:
            await self._site.recorder.record(one_attempt(job, attempt))
        except Sora2BatchError as error:
            self._site.brake.pull(Halt.DISK, error.message, error=error)
