"""A fleet's database set up and brought up to date, on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from sora2batch.app.fleet.account_name import own_account
from sora2batch.app.fleet.connected import find_queue
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.fleet.clients.month_budget import write_month_budget
from sora2batch.fleet.database.database import open_database
from sora2batch.fleet.database.migrations import migrate
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.fleet.database.rights import Granted, grant_rights


def init(printer: Printer, *, grants: Sequence[str], month_credits: int | Literal["none"] | None) -> None:
    """Make the tables of a fleet, or bring them up to date, and let roles use them.

    Args:
        printer: who is told.
        grants: names of roles.
        month_credits: what the account of this machine's key may spend in a month, if that is to be changed.

    Raises:
        UsageError: nobody has said where the database is; or an account is to be limited without a key.
        FleetError: there is no connection, the database refused, or a newer program has set it up.
    """
    queue = find_queue()
    account = None if month_credits is None else own_account()
    run_loop(partial(_init, printer, queue, grants))
    if account is not None:
        limit = None if month_credits == "none" else month_credits
        run_loop(partial(_limit, queue, account, limit))
        told = "without limit" if limit is None else f"{limit:,} credits"
        printer.info(f"{account} may spend a month: {told}")


async def _limit(queue: QueueUrl, account: str, credits: int | None) -> None:
    async with (
        await open_database(queue, name="fleet init") as database,
        database.transaction() as connection,
    ):
        await write_month_budget(connection, account, credits)


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
