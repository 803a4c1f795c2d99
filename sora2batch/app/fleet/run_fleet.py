"""What ``run --fleet`` does: as ``run``, but that workers carry the batches out."""

from __future__ import annotations

from functools import partial

from sora2batch.app.fleet.connected import connected, find_queue
from sora2batch.app.fleet.shared_plan import plan_shared
from sora2batch.app.fleet.shared_run import SIMULATE_HINT, carry_out_shared
from sora2batch.app.output.output import Display
from sora2batch.app.process.loop import run_loop
from sora2batch.app.run import run_by
from sora2batch.app.run_args import RunArgs
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.errors import ExitCode, UsageError


def run_fleet(args: RunArgs, printer: Display) -> ExitCode:
    """Reserve the jobs of every batch, follow them, and bring home what workers made of them.

    Raises:
        Sora2BatchError: nothing was reserved for any of them.
    """
    if args.simulated:
        raise UsageError("workers do not simulate", hint=SIMULATE_HINT)
    queue = find_queue()
    run_loop(partial(_check, queue))
    return run_by(partial(carry_out_shared, queue), args, printer, partial(plan_shared, queue))


async def _check(queue: QueueUrl) -> None:
    """Make sure that the database is there, before anything else is done."""
    async with connected(queue, "run", most_connections=1):
        pass
