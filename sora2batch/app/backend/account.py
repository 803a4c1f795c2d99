"""The account that pays: what it has, whose it is, and what time it is there."""

from __future__ import annotations

import os

from sora2batch.app.backend.api_client import open_client
from sora2batch.app.backend.connection import find_access
from sora2batch.app.backend.payer import Payer
from sora2batch.app.process.loop import run_loop


def ask_account() -> Payer:
    """Read the balance; tell whose account it is, and what time it is there.

    Raises:
        UsageError: there is no key.
        ApiError: the API does not tell.
        KeyRefusedError: it refused the key.
    """
    return run_loop(_read_balance)


async def _read_balance() -> Payer:
    async with open_client(find_access(os.environ)) as client:
        account = await client.account()
        proven = account.identity if client.clock.is_told else None
        return Payer(clock=client.clock, account=proven, identity=account.identity, balance=account.balance)
