"""What ``fleet status`` shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from sora2batch.app.batch.source import find_source
from sora2batch.app.fleet.batch_name import BatchName, name_of
from sora2batch.app.fleet.connected import connected, find_queue
from sora2batch.app.output.json_document import messages_to_json, print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.fleet.clients.fleet_overview import (
    AccountNow,
    BatchNow,
    FleetOverview,
    WorkerNow,
    look_at_fleet,
)
from sora2batch.fleet.clients.known_batch import find_batch
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.errors import UsageError
from sora2batch.ground.text import counted, one_line
from sora2batch.reconcile.ledger_check import SETTLE

_ROOM = 300


def show_fleet(printer: Printer, *, manifests: Sequence[Path], as_json: bool) -> None:
    """Show a fleet: what waits, who works, what was spent, what somebody has to look at.

    Raises:
        UsageError: nobody has run a manifest in the fleet.
        FleetError: the database cannot be asked.
    """
    names = [name_of(find_source(one).path) for one in manifests]
    overview = run_loop(partial(_look, find_queue(), names))
    if as_json:
        print_json(_to_json(overview), printer)
    else:
        printer.output_lines(_lines(overview))


async def _look(queue: QueueUrl, names: Sequence[BatchName]) -> FleetOverview:
    async with (
        connected(queue, "status", most_connections=1) as database,
        database.transaction() as connection,
    ):
        batches: list[int] = []
        for name in names:
            known = await find_batch(connection, name.aliases, name.manifest)
            if known is None:
                raise UsageError(f"{name.manifest}: nobody has run it in this fleet")
            batches.append(known.id)
        return await look_at_fleet(connection, batches or None)


def _lines(overview: FleetOverview) -> Iterator[str]:
    yield f"queue: {_counted(overview.counts)}"
    if overview.stalled:
        yield f"stalled: {overview.stalled:,} jobs of the engine, which a worker that lives puts right"
    for account in overview.accounts:
        yield from _of_account(account)
    for worker in overview.workers:
        yield _of_worker(worker)
    if not any(one.is_alive for one in overview.workers):
        yield "no worker is alive: start one with `sora2batch worker`"
    for batch in overview.batches:
        yield from _of_batch(batch)


def _of_account(account: AccountNow) -> Iterator[str]:
    lane = "free" if account.lane_worker is None else f"worker {account.lane_worker}"
    limit = "" if account.month_budget is None else f" of {account.month_budget:,}"
    yield (
        f"account {account.name}: create lane: {lane}; this month {account.charged:,} charged, "
        f"{account.reserved:,} reserved, {account.in_doubt:,} in doubt{limit}"
    )
    if account.paused_seconds:
        why = one_line(account.pause_reason or "the API takes no calls", _ROOM)
        yield f"  paused for {account.paused_seconds:.0f} s: {why}"
    if account.failover_seconds is not None:
        after = _after_failover(account.failover_seconds)
        yield f"  the database is another one since the last call: {after}"
    if account.stop_reason:
        yield f"  stopped: {one_line(account.stop_message or account.stop_reason, _ROOM)}"


def _after_failover(seconds: float) -> str:
    left = SETTLE.total_seconds() - seconds
    if left > 0:
        return f"nothing is sent for {left:.0f} s, then the ledger is read"
    return "nothing is sent until a worker has read the ledger"


def _of_worker(worker: WorkerNow) -> str:
    state = "alive" if worker.is_alive else "dead"
    return (
        f"worker {worker.id}: {state}, {', '.join(worker.lanes)}; process {worker.pid} on {worker.host}, "
        f"sora2batch {worker.version}, last sign of life {worker.beat_seconds:.0f} s ago"
    )


def _of_batch(batch: BatchNow) -> Iterator[str]:
    yield (
        f"{batch.manifest} ({batch.repository.partition(':')[2]}): {_counted(batch.counts)}; credits: "
        f"{batch.charged:,} charged, {batch.reserved:,} reserved, {batch.in_doubt:,} in doubt of "
        f"{batch.budget:,}"
    )
    if batch.stop_reason:
        yield f"  stopped: {one_line(batch.stop_message or batch.stop_reason, _ROOM)}"
    for doubt in batch.doubts:
        yield f"  in doubt since {to_timestamp(doubt.since)}: {doubt.key}: {one_line(doubt.message, _ROOM)}"
    if late := batch.late:
        jobs, why = counted(late.jobs, "job"), one_line(late.message, _ROOM)
        yield f"  files of {jobs} are not in the store yet, tried again later: {late.key}: {why}"
    for key, message in batch.not_fetched:
        yield f"  files not fetched: {key}: {one_line(message, _ROOM)}"


def _counted(counts: dict[str, int]) -> str:
    told = [f"{count:,} {kind.replace('_', ' ')}" for kind, count in counts.items() if count]
    return ", ".join(told) or "nothing"


def _to_json(overview: FleetOverview) -> JsonObject:
    return {
        "version": 1,
        "queue": {**overview.counts},
        "stalled": overview.stalled,
        "accounts": [_account_to_json(one) for one in overview.accounts],
        "workers": [_worker_to_json(one) for one in overview.workers],
        "batches": [_batch_to_json(one) for one in overview.batches],
    }


def _account_to_json(account: AccountNow) -> JsonObject:
    return {
        "name": account.name,
        "month": {**_money(account), "budget": account.month_budget},
        "lane_worker": account.lane_worker,
        "paused_seconds": round(account.paused_seconds or 0.0),
        "failover_seconds": None if account.failover_seconds is None else round(account.failover_seconds),
        "stop": _stop(account.stop_reason, account.stop_message),
    }


def _worker_to_json(worker: WorkerNow) -> JsonObject:
    lanes: list[JsonValue] = [*worker.lanes]
    return {
        "id": worker.id,
        "account": worker.account,
        "host": worker.host,
        "pid": worker.pid,
        "lanes": lanes,
        "version": worker.version,
        "is_alive": worker.is_alive,
        "beat_seconds": round(worker.beat_seconds),
    }


def _batch_to_json(batch: BatchNow) -> JsonObject:
    doubts: list[JsonValue] = [
        {"key": one.key, "since": to_timestamp(one.since), "message": one.message} for one in batch.doubts
    ]
    return {
        "manifest": batch.manifest,
        "repository": batch.repository,
        "account": batch.account,
        "credits": {**_money(batch), "budget": batch.budget},
        "counts": {**batch.counts},
        "stop": _stop(batch.stop_reason, batch.stop_message),
        "in_doubt": doubts,
        "not_fetched": messages_to_json(batch.not_fetched),
        "late": batch.late and {**batch.late._asdict()},
    }


def _money(one: AccountNow | BatchNow) -> JsonObject:
    return {"charged": one.charged, "reserved": one.reserved, "in_doubt": one.in_doubt}


def _stop(reason: str | None, message: str | None) -> JsonObject | None:
    return {"reason": reason.lower(), "message": message or ""} if reason else None
