"""Who may create tasks for an account: one worker at a time, for a minute from each renewal on.

A lease of which much is left is looked at and not written: the lane looks several times a second.

Whoever has slept past the end of its lease finds that its next fence is refused.
"""

from __future__ import annotations

from psycopg import AsyncConnection

LEASE_SECONDS = 60.0
_KEPT_PART = 5 / 6
"""With more than that left it is not written anew."""

_KEPT = """
    select from account where name = %(account)s and lane_worker = %(worker)s
        and lane_until > clock_timestamp() + %(below)s * interval '1 second'
"""
_TAKE = """
    update account set lane_worker = %(worker)s,
        lane_until = clock_timestamp() + %(seconds)s * interval '1 second'
    where name = %(account)s and (
        lane_worker = %(worker)s or lane_until < clock_timestamp()
        or not exists (
            select from worker where worker.id = account.lane_worker and worker.ended_at is null
        )
    )
    returning name
"""
_DROP = """
    update account set lane_until = '-infinity', lane_worker = null
    where name = %(account)s and lane_worker = %(worker)s
"""


async def take_lease(connection: AsyncConnection, account: str, worker: int) -> bool:
    """Take the lane of an account, or keep it; False while somebody else has it."""
    given = {
        "account": account,
        "worker": worker,
        "seconds": LEASE_SECONDS,
        "below": _KEPT_PART * LEASE_SECONDS,
    }
    if await (await connection.execute(_KEPT, given)).fetchone() is not None:
        return True
    return await (await connection.execute(_TAKE, given)).fetchone() is not None


async def drop_lease(connection: AsyncConnection, account: str, worker: int) -> None:
    """Let the next one have it."""
    await connection.execute(_DROP, {"account": account, "worker": worker})
