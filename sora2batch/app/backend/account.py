"""The account that pays: whether it can, whose it is, and what time it is there."""

from __future__ import annotations

import os

from sora2batch.app.backend.api_client import open_client
from sora2batch.app.backend.connection import find_access
from sora2batch.app.backend.payer import Payer
from sora2batch.app.process.loop import run_loop
from sora2batch.plan.action import Plan
from sora2batch.plan.budget import check_balance


def check_account(plan: Plan) -> Payer:
    """Refuse a plan that the account cannot pay; tell whose it is, and what time it is there.

    Raises:
        BudgetError: the balance is too small.
        UsageError: there is no key.
        ApiError: the API does not tell.
        KeyRefusedError: it refused the key.
    """
    balance, payer = run_loop(_read_balance)
    check_balance(plan, balance)
    return payer


async def _read_balance() -> tuple[float, Payer]:
    async with open_client(find_access(os.environ)) as client:
        account = await client.account()
        identity = account.identity if client.clock.is_told else None
        return account.balance, Payer(clock=client.clock, account=identity)
