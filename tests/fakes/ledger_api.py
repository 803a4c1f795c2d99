"""The account's ledger: one that lags and takes its time, and tasks that can be asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fakes.building import TOOL, entry_of, job_of
from fakes.lock_entry import completed, in_doubt
from fakes.still_clock import StillClock
from sora2batch.ground.clock import to_timestamp
from sora2batch.lockfile.entry import Attempt
from sora2batch.reconcile.doubt import Doubt
from sora2batch.reconcile.evidence import OwnTask
from sora2batch.reconcile.ledger_task import LedgerTask, tasks_of
from sora2batch.sjinn.answer import Account, LedgerReading, LedgerRecord, StatusAnswer, Unreadable

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
"""Where a ``StillClock`` stands."""
OTHER_TOOL = "sora2-image-to-video-api"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def stamp(seconds: float) -> str:
    return to_timestamp(at(seconds))


def charge(
    task_id: str, seconds: float = 1, *, cost: int = 420, tool_type: str = TOOL, row_id: str | None = None
) -> LedgerRecord:
    """A row of the ledger, some seconds after the start."""
    return LedgerRecord(
        id=f"row of {task_id} at {seconds}" if row_id is None else row_id,
        task_type=f"tool_{tool_type}",
        task_id=task_id,
        cost_credits=cost,
        create_time=at(seconds),
    )


CONTROL = OwnTask(task_id="control", submitted=at(0), account=None, is_of_this_lockfile=True)
"""A task of ours; that the ledger shows it makes its silence about another one a proof."""
CONTROL_ROW = charge(CONTROL.task_id, 1)
CONTROL_ENTRY = entry_of(job_of("control"), completed(CONTROL.task_id, submitted_at=stamp(0)))


def ledger_task(*args, **more) -> LedgerTask:
    """A task of which the ledger has one row: see ``charge``."""
    (task,) = tasks_of([charge(*args, **more)])
    return task


def doubt_of_call(
    name: str = "fox",
    seconds: float = 0,
    *,
    credits: int = 420,
    tool_type: str = TOOL,
    beside: Sequence[Attempt] = (),
    **more,
) -> Doubt:
    """A call in doubt, of the job that is called so, some seconds after the start."""
    attempt = in_doubt(**{"credits": credits, "submitted_at": stamp(seconds), **more})
    return Doubt(entry=entry_of(job_of(name, tool_type=tool_type), attempt, *beside), attempt=attempt)


@dataclass(slots=True, kw_only=True)
class FakeLedgerApi:
    """Shows, as of the moment when it is asked, the rows that have come up by then."""

    clock: StillClock
    rows: Sequence[LedgerRecord] = ()
    lag: Mapping[str, float] = field(default_factory=dict)
    """Seconds between a charge and its row, by task."""
    read_seconds: float = 0.0
    statuses: Mapping[str, StatusAnswer] = field(default_factory=dict)
    error: Exception | None = None
    identity: str | None = None
    unclear: tuple[str, ...] = ()
    is_timed: bool = True
    asked: list[datetime] = field(default_factory=list)
    statuses_asked: list[str] = field(default_factory=list)

    async def ledger(self, *, since: datetime) -> LedgerReading:
        self.asked.append(since)
        shown = [row for row in self.rows if self._is_shown(row, since)]
        self.clock.moment += timedelta(seconds=self.read_seconds)
        if self.error:
            raise self.error
        return LedgerReading(records=tuple(shown), unclear=self.unclear, is_timed=self.is_timed)

    async def account(self) -> Account:
        return Account(balance=1000, tier=None, identity=self.identity)

    async def status(self, task_id: str, /) -> StatusAnswer:
        self.statuses_asked.append(task_id)
        return self.statuses.get(task_id, Unreadable("the API said: task not found"))

    def _is_shown(self, row: LedgerRecord, since: datetime) -> bool:
        up = row.create_time + timedelta(seconds=self.lag.get(row.task_id, 0.0))
        return up <= self.clock.moment and row.create_time >= since.replace(microsecond=0)
