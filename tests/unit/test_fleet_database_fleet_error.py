"""What a server refuses is told, and whether it is worth trying again."""

from __future__ import annotations

import pytest

from fakes.fleet_database import opened
from sora2batch.fleet.database.fleet_error import FleetError, PassingError

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("40P01", "was busy: because"),  # a deadlock
        ("40001", "was busy: because"),
        ("53100", "cannot do that now: because"),  # its disk is full
        ("53300", "cannot do that now: because"),
        ("55P03", "cannot do that now: because"),
        ("57014", "cannot do that now: because"),  # statement_timeout
        ("58030", "cannot do that now: because"),
        ("25006", "takes no changes: because"),  # a standby that nobody has promoted yet
        ("25P03", "was lost: because"),  # our machine was asleep within a transaction
        ("57P01", "was lost: because"),
    ],
)
async def test_what_passes_is_told_apart(database_url, code, told):
    async with await opened(database_url) as database:
        with pytest.raises(PassingError, match=told):
            await refuse(database, code)


@pytest.mark.parametrize("code", ["22003", "23505", "42703", "P0001"])
async def test_what_does_not_pass_is_no_passing_error(database_url, code):
    async with await opened(database_url) as database:
        with pytest.raises(FleetError, match="refused: because") as refused:
            await refuse(database, code)
    assert not isinstance(refused.value, PassingError)


async def refuse(database, code):
    async with database.transaction() as connection:
        await connection.execute(f"do $$ begin raise 'because' using errcode = '{code}'; end $$")
