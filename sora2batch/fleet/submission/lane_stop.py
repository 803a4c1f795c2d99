"""What ended the submitting of a batch, written where everybody sees it; its reservations are given back."""

from __future__ import annotations

from psycopg import AsyncConnection

from sora2batch.ground.stop_reason import StopReason
from sora2batch.run.price_watch import PriceDriftError
from sora2batch.run.stop_signal import StopRequest

_STOP_BATCH = """
    update batch set stop_reason = %(reason)s, stop_message = %(message)s
    where id = %(batch)s and stop_reason is null
"""
_STOP_ACCOUNT = """
    update account set stop_reason = %(reason)s, stop_message = %(message)s
    where name = %(account)s and stop_reason is null
"""
_WITHDRAW = """
    update attempt set state = 'withdrawn', changed_at = clock_timestamp()
    where state = 'reserved' and batch = %(batch)s
"""
_WITHDRAW_ALL = """
    update attempt set state = 'withdrawn', changed_at = clock_timestamp()
    where state = 'reserved' and account = %(account)s
"""
_UNPROVE = """
    delete from proven_price
    where account = %(account)s and tool_type in (select tool_type from job where batch = %(batch)s)
"""


async def write_stop(connection: AsyncConnection, account: str, batch: int, stop: StopRequest) -> bool:
    """Write a reason that a person has to do something about; False for one that passes by itself.

    A refused key, calls without answers, and an account that cannot pay stop all batches of the account;
    anything else its own.
    """
    message = stop.error.message if stop.error else stop.message
    given = {"account": account, "batch": batch, "reason": stop.reason.name, "message": message}
    is_drift = isinstance(stop.error, PriceDriftError)
    match stop.reason:
        case StopReason.KEY | StopReason.NO_ANSWER:
            await _stop_account(connection, given)
        case StopReason.CREDITS if not is_drift:
            await _stop_account(connection, given)
        case StopReason.CREDITS:
            await stop_batch(connection, account, batch, message)
        case StopReason.FAIL_FAST:
            await connection.execute(_STOP_BATCH, given)
            await connection.execute(_WITHDRAW, given)
        case _:
            return False
    return True


async def stop_batch(connection: AsyncConnection, account: str, batch: int, message: str) -> None:
    """Write that a price of a batch is not what it should be; others with its tools go carefully, too."""
    given = {"account": account, "batch": batch, "reason": StopReason.CREDITS.name, "message": message}
    await connection.execute(_UNPROVE, given)
    await connection.execute(_STOP_BATCH, given)
    await connection.execute(_WITHDRAW, given)


async def _stop_account(connection: AsyncConnection, given: dict[str, object]) -> None:
    await connection.execute(_STOP_ACCOUNT, given)
    await connection.execute(_WITHDRAW_ALL, given)
