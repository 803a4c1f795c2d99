"""How much an account may spend in a calendar month, over all batches of a fleet."""

from __future__ import annotations

from psycopg import AsyncConnection

_WRITE = """
    insert into account (name, month_budget) values (%s, %s)
    on conflict (name) do update set month_budget = excluded.month_budget
"""


async def write_month_budget(connection: AsyncConnection, account: str, credits: int | None) -> None:
    """Set the limit, or take it away."""
    await connection.execute(_WRITE, [account, credits])
