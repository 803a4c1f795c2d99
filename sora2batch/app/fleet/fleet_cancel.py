"""What ``fleet cancel`` does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sora2batch.app.batch.source import find_source
from sora2batch.app.fleet.batch_name import BatchName, name_of
from sora2batch.app.fleet.connected import connected, find_queue
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.fleet.clients.cancel import Cancelled, cancel, reserved_jobs
from sora2batch.fleet.clients.known_batch import find_batch
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.errors import UsageError
from sora2batch.ground.text import counted
from sora2batch.plan.selection import Selection


def cancel_batch(printer: Printer, *, manifest: Path, select: Sequence[str], as_json: bool) -> None:
    """Take back what is reserved of a batch; what was sent goes on.

    Raises:
        UsageError: nobody has run it in the fleet, or nothing that is reserved fits.
        FleetError: the database cannot be asked.
    """
    name = name_of(find_source(manifest).path)
    done = run_loop(partial(_cancel, find_queue(), name, Selection(select=tuple(select), only=True)))
    if as_json:
        told = {"withdrawn": done.jobs, "credits": done.credits, "going_on": done.going_on}
        print_json({"version": 1, "manifest": name.manifest, **told}, printer)
    reservations = counted(done.jobs, "reservation")
    going_on = "1 that is sent, or about to be, goes on"
    if done.going_on > 1:
        going_on = f"{done.going_on:,} that are sent, or about to be, go on"
    rest = f"; {going_on}" if done.going_on else ""
    printer.info(f"{name.manifest}: {reservations} withdrawn, {done.credits:,} credits free again{rest}")


async def _cancel(queue: QueueUrl, name: BatchName, selection: Selection) -> Cancelled:
    async with (
        connected(queue, "cancel", most_connections=1) as database,
        database.transaction() as connection,
    ):
        known = await find_batch(connection, name.aliases, name.manifest)
        if known is None:
            raise UsageError(f"{name.manifest}: nobody has run it in this fleet")
        jobs = await reserved_jobs(connection, known.id)
        if not jobs:
            return await cancel(connection, known.id, ())
        return await cancel(connection, known.id, selection.pick(jobs))
