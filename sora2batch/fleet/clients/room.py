"""Money of a batch and of an account's month, set aside by one conditional update each."""

from __future__ import annotations

from psycopg import AsyncConnection

from sora2batch.fleet.clients.known_batch import read_reservations, reservations_in_words
from sora2batch.ground.text import counted
from sora2batch.plan.budget import BudgetError

_SET_ASIDE = """
    update batch set reserved = reserved + %(credits)s
    where id = %(batch)s and charged + reserved + in_doubt + %(credits)s <= budget
    returning account
"""
_SET_ASIDE_OF_MONTH = """
    with known as (
        insert into month_spending as spending (account, month, reserved)
        values (%(account)s, date_trunc('month', now() at time zone 'UTC')::date, %(credits)s)
        on conflict (account, month) do update set reserved = spending.reserved + excluded.reserved
        returning charged, reserved, in_doubt
    )
    select month_budget, charged, reserved - %(credits)s, in_doubt,
        coalesce(charged + reserved + in_doubt > month_budget, false)
    from known, account where account.name = %(account)s
"""
_SUMS = "select manifest, budget, charged, reserved, in_doubt from batch where id = %s"


async def set_aside(connection: AsyncConnection, batch: int, credits: int, jobs: int) -> None:
    """Count the price of reservations that are about to be written.

    Raises:
        BudgetError: there is no room; the transaction is to be rolled back.
    """
    given = {"batch": batch, "credits": credits}
    row = await (await connection.execute(_SET_ASIDE, given)).fetchone()
    if row is None:
        raise await _no_room(connection, batch, credits, jobs)
    given_month = {"account": row[0], "credits": credits}
    month = await (await connection.execute(_SET_ASIDE_OF_MONTH, given_month)).fetchone()
    assert month is not None
    limit, charged, reserved, in_doubt, is_over = month
    if is_over:
        raise BudgetError(
            f"the account {row[0]} may spend {limit:,} credits a month, and {credits:,} more are too many: "
            f"{_sums(charged, reserved, in_doubt)}",
            hint="ask for less, wait for the next month, or raise it: `sora2batch fleet init --month-credits "
            f"{charged + reserved + in_doubt + credits}`",
        )


async def _no_room(connection: AsyncConnection, batch: int, credits: int, jobs: int) -> BudgetError:
    row = await (await connection.execute(_SUMS, [batch])).fetchone()
    assert row is not None
    manifest, budget, charged, reserved, in_doubt = row
    who = await read_reservations(connection, batch)
    by = f" (by {reservations_in_words(who)})" if who else ""
    left = max(0, budget - charged - reserved - in_doubt)
    return BudgetError(
        f"{manifest}: {counted(jobs, 'job')} for {credits:,} credits do not fit: {budget:,} allowed, "
        f"{_sums(charged, reserved, in_doubt, by)}, {left:,} left",
        hint="ask for less, or raise budget.max_credits; `sora2batch fleet cancel` gives reservations back",
    )


def _sums(charged: int, reserved: int, in_doubt: int, by: str = "") -> str:
    return f"{charged:,} charged, {reserved:,} reserved{by}, {in_doubt:,} in doubt"
