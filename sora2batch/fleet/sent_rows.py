"""Rows that say ``sending`` though their worker makes no call: put right before and after it does."""

from __future__ import annotations

from collections.abc import Collection

from psycopg import AsyncConnection

_NOT_SENT = """
    update attempt set state = 'reserved', line = null, worker = null, sent_at = null,
        changed_at = clock_timestamp()
    where id = any(%s) and state = 'sending' and worker = %s
"""
_DOUBT = """
    update attempt set state = 'in_doubt', changed_at = clock_timestamp()
    where state = 'sending' and worker = %s
"""


async def tidy(connection: AsyncConnection, worker: int, unsure: Collection[int]) -> None:
    """Reserve again what surely was not sent, and make doubts of the rest that was.

    Only while the worker makes no call.

    Args:
        connection: within its transaction.
        worker: whose rows.
        unsure: those that it did not send, as their fence was not answered.
    """
    await connection.execute(_NOT_SENT, (list(unsure), worker))
    await connection.execute(_DOUBT, (worker,))
