"""A fleet's database set up and brought up to date, on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sora2batch.app.fleet.connected import find_queue
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.fleet.database import open_database
from sora2batch.fleet.migrations import migrate
from sora2batch.fleet.queue_url import QueueUrl
from sora2batch.fleet.rights import Granted, grant_rights


def init(printer: Printer, *, grants: Sequence[str]) -> None:
    """Make the tables of a fleet, or bring them up to date, and let roles use them.

    Args:
        printer: who is told.
        grants: names of roles.

    Raises:
        UsageError: nobody has said where the database is.
        FleetError: there is no connection, the database refused, or a newer program has set it up.
    """
    run_loop(partial(_init, printer, find_queue(), grants))


async def _init(printer: Printer, queue: QueueUrl, grants: Sequence[str]) -> None:
    async with await open_database(queue, name="fleet init") as database:
        steps = await migrate(database)
        for step in steps:
            printer.debug(f"applied: {step}")
        state = "are set up" if steps else "are up to date already"
        printer.info(f"{queue}: the tables of the fleet {state}")
        for role in grants:
            match await grant_rights(database, role):
                case Granted.USE:
                    printer.info(f"{role} may use them, and neither make, change nor drop any")
                case Granted.OWNER:
                    printer.info(f"{role} owns them, and may do everything")
