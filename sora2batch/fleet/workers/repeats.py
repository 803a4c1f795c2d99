"""Tasks of a batch that fail in a row for one cause, counted in the database for all workers together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.submission.lane_stop import write_stop
from sora2batch.fleet.tables.batch_row import BatchRow
from sora2batch.fleet.workers.poll_rows import DueTask
from sora2batch.ground.stop_reason import StopReason
from sora2batch.run.repeat_limit import RepeatCount, same_cause_message
from sora2batch.run.stop_signal import StopRequest
from sora2batch.sjinn.answer import Refusal

_END = "failed"
_READ = """
    select failed_cause, failed_times,
        stop_reason is null
        and exists (select from attempt where attempt.batch = batch.id and attempt.state = 'reserved')
    from batch where id = %s for update
"""
"""What was counted, and whether there is anything left to stop."""
_KEEP = "update batch set failed_cause = %s, failed_times = %s where id = %s"


class FailedTask(NamedTuple):
    """A task that was written down as failed."""

    task: DueTask
    key: str
    refusal: Refusal


class BatchStop(NamedTuple):
    """The submitting of a batch was ended."""

    manifest: str
    message: str


async def count_failures(
    connection: AsyncConnection[Any], failures: Iterable[FailedTask]
) -> tuple[BatchStop, ...]:
    """Count failures; where they are too many in a row, end the submitting of their batch."""
    stops: list[BatchStop] = []
    by_batch: dict[int, list[FailedTask]] = {}
    for one in failures:
        by_batch.setdefault(one.task.batch.id, []).append(one)
    for _, found in sorted(by_batch.items()):
        batch = found[0].task.batch
        if message := await _count(connection, batch, found):
            stop = StopRequest(reason=StopReason.FAIL_FAST, message=message)
            await write_stop(connection, batch.account, batch.id, stop)
            stops.append(BatchStop(batch.manifest, message))
    return tuple(stops)


async def _count(connection: AsyncConnection[Any], batch: BatchRow, failures: list[FailedTask]) -> str | None:
    """Count those of one batch; word why it is to stop, or None."""
    row = await (await connection.execute(_READ, (batch.id,))).fetchone()
    assert row, "a batch is never deleted"
    cause, times, is_going_on = row
    repeats = RepeatCount((cause[0], cause[1]) if cause else None, times)
    limit = 1 if batch.fail_fast else batch.run_options.stop_after
    message = f"{failures[0].key} {_END}" if limit == 1 else None
    for one in failures:
        repeats = repeats.after(one.refusal)
        if repeats.times == limit and message is None:
            message = same_cause_message(repeats.times, _END, one.refusal)
    kept = list(repeats.cause) if repeats.cause else None
    await connection.execute(_KEEP, (kept, repeats.times, batch.id))
    return message if is_going_on else None
