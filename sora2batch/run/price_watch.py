"""Is a task charged what the catalogue says? The ledger is asked after the first task of each price.

Until a row of the ledger has proven a price, its jobs go one by one.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.job import Credits, Job
from sora2batch.ground.option_words import said
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt
from sora2batch.run.cancel_scope import CancelScope
from sora2batch.run.create_lane import Price, price_of
from sora2batch.run.event import Warned
from sora2batch.run.port import SubmitContext
from sora2batch.run.stop_signal import StopRequest
from sora2batch.sjinn.answer import LedgerRecord
from sora2batch.sjinn.api_error import ApiError, KeyRefusedError

_CLOCK_SKEW = timedelta(minutes=10)
_ROW_DISORDER = timedelta(seconds=15)
_WAITS_SECONDS = (0.25, 0.5, 1.0, 1.5, 2.0)
"""Waits between the looks for a row that the ledger does not have yet."""
_CHECK_EVERY_SECONDS = 2.0
_MOST_ALONE = 24
"""Tasks of one price that go one by one where the ledger shows none of them."""
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
    """Compares what was charged with what was planned, and stops the submitting where it was more."""

    def __init__(self, context: SubmitContext, waits: CancelScope) -> None:
        self._context = context
        self._waits = waits
        self._reads = CancelScope()
        self._since = context.clock.now() - _CLOCK_SKEW
        self._unchecked: dict[str, _Charge] = {}
        self._proven = context.lane.prices
        self._looks_in_vain: Counter[Price] = Counter()
        """Tasks of a price whose row did not come; after the first, one look after each task must do."""
        self._next_look = context.clock.monotonic() + _CHECK_EVERY_SECONDS
        self._blind_until = context.clock.monotonic()
        context.stop_signal.on_request(self._on_stop)

    def is_known(self, job: Job) -> bool:
        """Tell whether jobs of this price need not go alone: a row has proven it, or no row can be read."""
        return price_of(job) in self._proven or self._is_blind

    @asynccontextmanager
    async def turn(self, job: Job) -> AsyncIterator[None]:
        """Be the only one of a price that is not proven, while the block lasts.

        Raises:
            asyncio.CancelledError: no more jobs are to be submitted.
        """
        if self.is_known(job):
            yield
            return
        with self._waits.wait():
            await self._proven.turn(price_of(job)).acquire()
        try:
            yield
        finally:
            self._proven.turn(price_of(job)).release()

    def charged(self, job: Job, attempt: Attempt) -> None:
        """Remember a task whose charge is to be looked at."""
        if attempt.task_id:
            self._unchecked[attempt.task_id] = _Charge(job=job, attempt=attempt)

    async def look(self, job: Job, task_id: str) -> None:
        """Check the charge of a task whose price is not proven, and all charges now and then.

        Raises:
            asyncio.CancelledError: no more jobs are to be submitted, or the run is to end.
        """
        if not self.is_known(job):
            await self._look_for_proof(price_of(job), task_id)
        elif self._context.clock.monotonic() >= self._next_look:
            await self._check()

    async def look_at_last(self) -> None:
        """Check all charges that are left, and wait a little for a ledger that lags.

        Raises:
            asyncio.CancelledError: the run is to end, and does not wait for the ledger.
        """
        await self._check()
        for seconds in _WAITS_SECONDS:
            if not self._unchecked or self._is_blind:
                return
            with self._reads.wait():
                await asyncio.sleep(seconds)
            await self._check()

    async def _check(self) -> None:
        """Read what the ledger has about tasks not checked yet; trouble with it is told, not raised."""
        if not self._unchecked or self._is_blind:
            return
        # Workers need not look as well while this one does.
        self._next_look = math.inf
        try:
            for task_id, cost in _costs(await self._read()).items():
                await self._compare(task_id, cost)
        finally:
            self._next_look = self._context.clock.monotonic() + _CHECK_EVERY_SECONDS

    @property
    def _is_blind(self) -> bool:
        return self._context.clock.monotonic() < self._blind_until

    def _on_stop(self, stop: StopRequest) -> None:
        if stop.reason.ends_waiting:
            self._reads.end()

    async def _look_for_proof(self, price: Price, task_id: str) -> None:
        """Look once; after the first task of a price, as long as a row may reasonably take to appear."""
        await self._check()
        for seconds in () if self._looks_in_vain[price] else _WAITS_SECONDS:
            if task_id not in self._unchecked or self._is_blind:
                return
            with self._waits.wait():
                await asyncio.sleep(seconds)
            await self._check()
        if task_id in self._unchecked:
            self._bear_with_silence(price)

    def _bear_with_silence(self, price: Price) -> None:
        """Let a ledger that shows nothing hold the jobs up only so long; it is still looked at later."""
        self._looks_in_vain[price] += 1
        if self._looks_in_vain[price] == _MOST_ALONE:
            self._proven.assume(price)
            message = f"the ledger shows none of the last {_MOST_ALONE} tasks: their price is not proven"
            self._context.listener(Warned(message=message))

    async def _read(self) -> Sequence[LedgerRecord]:
        try:
            with self._reads.wait():
                tasks = frozenset(self._unchecked)
                reading = await self._context.api.ledger(since=self._since, looking_for=tasks)
        except KeyRefusedError as error:
            self._blind_until = math.inf
            self._context.stop_signal.request_stop(StopReason.KEY, error.message, error=error)
            return ()
        except ApiError as error:
            self._blind_until = self._context.clock.monotonic() + _BLIND_SECONDS
            self._context.listener(Warned(message=f"charges cannot be checked now: {error.message}"))
            return ()
        # Rows may appear out of order: look a little further back than the newest one.
        # A row of the future must not hide those to come.
        newest = max((record.create_time for record in reading.records), default=self._since)
        self._since = max(self._since, min(newest, self._context.clock.now()) - _ROW_DISORDER)
        return reading.records

    async def _compare(self, task_id: str, actual: Credits) -> None:
        charge = self._unchecked.pop(task_id, None)
        if charge is None:
            return
        self._proven.prove(price_of(charge.job))
        price = charge.attempt.credits
        if actual <= price:
            return
        message = f"{charge.job.key} cost {actual:,} credits, but the catalogue says {price:,}"
        folder = said("--tools-dir", "tools_dirs=")
        error = PriceDriftError(
            f"price drift: {message}; no more jobs were submitted",
            hint=f"check the price of {charge.job.tool_type}, then override it with {folder}",
        )
        # First of all nothing more is sent; then what is known now is written down.
        self._context.stop_signal.request_stop(StopReason.CREDITS, message, error=error)
        await self._surcharge(charge.job, charge.attempt._replace(credits=actual), Credits(actual - price))

    async def _surcharge(self, job: Job, attempt: Attempt, difference: Credits) -> None:
        try:
            await self._context.attempts.surcharge(job, attempt, difference)
        except Sora2BatchError as error:
            self._context.stop_signal.request_stop(StopReason.DISK, error.message, error=error)


def _costs(records: Iterable[LedgerRecord]) -> dict[str, Credits]:
    """Add up what each task was charged. A row of nothing, or of credits given back, is no price."""
    costs: dict[str, Credits] = {}
    for record in records:
        if record.cost_credits > 0:
            costs[record.task_id] = Credits(costs.get(record.task_id, 0) + record.cost_credits)
    return costs
