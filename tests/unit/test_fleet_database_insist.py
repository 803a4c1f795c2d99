"""What only one process knows, and a database that does not take it."""

from __future__ import annotations

import asyncio

import pytest

from fakes.fleet_case import until
from fakes.fleet_database import opened
from sora2batch.fleet.database.fleet_error import BusyError, FleetError
from sora2batch.fleet.database.insist import again_where_busy, insist

pytestmark = pytest.mark.slow
FULL = "do $$ begin raise 'no room' using errcode = '53100'; end $$"


async def test_it_is_tried_until_it_is_taken_and_told_once(database_url):
    told, tries = [], []

    async def step(connection):
        tries.append(1)
        await connection.execute(FULL if len(tries) < 3 else "select 1")
        return "written"

    async with await opened(database_url) as database:
        assert await insist(database, step, "fox is task t-1", told.append) == "written"
    assert len(tries) == 3
    assert len(told) == 1
    assert told[0].startswith("fox is task t-1: not written yet, tried again until it is: ")


async def test_what_is_refused_for_good_is_raised(database_url):
    async def step(connection):
        await connection.execute("select zebra")

    async with await opened(database_url) as database:
        with pytest.raises(FleetError, match="zebra"):
            await insist(database, step, "fox is task t-1", print)


async def test_who_is_cut_off_before_an_answer_tells_what_it_knows(database_url):
    told, begun = [], []

    async def step(connection):
        begun.append(1)
        await connection.execute("select pg_sleep(60)")

    async with await opened(database_url) as database:
        insisting = asyncio.create_task(insist(database, step, "fox is task t-1", told.append))
        await until(lambda: begun)
        insisting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await insisting
    assert told == ["fox is task t-1: whether that was written is not known"]


@pytest.mark.parametrize(("times", "is_done"), [(0, True), (4, True), (5, False)])
async def test_what_met_others_is_done_again_but_not_for_ever(database_url, times, is_done):
    tries = []

    async def step(connection):
        tries.append(1)
        if len(tries) <= times:
            await connection.execute("do $$ begin raise 'met' using errcode = '40P01'; end $$")
        return "done"

    async with await opened(database_url) as database:
        if is_done:
            assert await again_where_busy(database, step) == "done"
        else:
            with pytest.raises(BusyError):
                await again_where_busy(database, step)
    assert len(tries) == min(times + 1, 5)
