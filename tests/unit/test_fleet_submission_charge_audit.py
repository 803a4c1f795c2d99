"""Charges of the whole account, on a real database."""

from __future__ import annotations

import pytest

from fakes.fleet_case import ACCOUNT, QUICK, fleet_case, quick_api
from fakes.rig import jobs_of
from fakes.video_api import ScriptedApi
from sora2batch.fleet.submission.charge_audit import ChargeAudit
from sora2batch.fleet.tables.attempt_row import entry_of
from sora2batch.ground.clock import SystemClock
from sora2batch.sjinn.api_error import LedgerError

pytestmark = pytest.mark.slow


def audit_of(case, api):
    return ChargeAudit(database=case.database, account=ACCOUNT, api=api, say=case.said.append)


async def test_what_a_worker_that_is_gone_did_not_look_at_is_looked_at_by_another(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, api = await case.batch(), quick_api(otherwise=QUICK)
        await case.reserve(batch, *jobs_of(3))
        await case.run_lane(api, await case.worker())
        await case.all("update attempt set charge_checked = false")
        await case.all("update attempt set credits = 400 where id = (select min(id) from attempt)")
        await case.reserve(batch, *jobs_of(5)[3:])
        await audit_of(case, api).run()
        assert await case.all("select distinct charge_checked from attempt where task_id is not null") == [
            (True,)
        ]
        assert await case.one("select stop_reason from batch") == "CREDITS"
        assert await case.sums(batch) == (3 * 420, 0, 0)
        assert case.said[-1].startswith("price drift: hero/000 cost 420 credits, but the catalogue says 400")
        line = await case.one("select line from attempt order by id limit 1")
        assert entry_of(line).primary.credits == 420


async def test_a_ledger_that_cannot_be_read_is_told_and_read_later(fleet_url):
    async with fleet_case(fleet_url) as case:
        batch, api = await case.batch(), quick_api()
        await case.reserve(batch, *jobs_of(1))
        await case.run_lane(api, await case.worker())
        await case.all("update attempt set charge_checked = false")
        broken = ScriptedApi(
            clock=SystemClock(), ledger=[LedgerError("page 2 is missing")], ledger_seconds=0.0
        )
        await audit_of(case, broken).run()
        assert case.said == ["charges cannot be checked now: page 2 is missing"]
        assert await case.one("select charge_checked from attempt") is False


async def test_where_nothing_is_unchecked_nobody_is_asked(fleet_url):
    async with fleet_case(fleet_url) as case:
        api = quick_api()
        await audit_of(case, api).run()
        assert not api.ledger_reads
