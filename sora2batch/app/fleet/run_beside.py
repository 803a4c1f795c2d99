"""What ``run`` does on one machine where a fleet is configured: nothing that workers may be at, too."""

from __future__ import annotations

from functools import partial

from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.execution import carry_out
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.fleet.batch_name import name_of
from sora2batch.app.fleet.connected import connected, find_queue
from sora2batch.app.output.output import Display
from sora2batch.app.process.loop import run_loop
from sora2batch.app.run import run_by
from sora2batch.app.run_args import RunArgs
from sora2batch.fleet.clients.known_batch import find_batch, has_calls
from sora2batch.fleet.database.queue_url import QUEUE_VARIABLE, QueueUrl
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.run.outcome import Outcome


def run_beside(args: RunArgs, printer: Display) -> ExitCode:
    """Carry every batch out here, unless the fleet has it: a lockfile does not know what workers do.

    Raises:
        Sora2BatchError: nothing was sent for any of them.
    """
    return run_by(partial(_carry_out, find_queue()), args, printer)


def _carry_out(queue: QueueUrl, batch: Batch, request: RunRequest) -> Outcome:
    run_loop(partial(_refuse_shared, queue, batch))
    return carry_out(batch, request)


async def _refuse_shared(queue: QueueUrl, batch: Batch) -> None:
    name = name_of(batch.manifest.path)
    async with connected(queue, "run", most_connections=1) as database, database.transaction() as connection:
        known = await find_batch(connection, name.aliases, name.manifest)
        if known and await has_calls(connection, known.id):
            message = f"{batch.manifest.file} is the fleet's: what is run beside it could be paid twice"
            way_out = f"`sora2batch run {batch.arguments} --fleet`"
            raise UsageError(message, hint=f"{way_out}; or unset {QUEUE_VARIABLE} once nobody runs it there")
