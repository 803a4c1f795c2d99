"""A batch as its followers see it: all of it at first, then what is new."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.fleet_rows import FleetRows
from sora2batch.fleet.clients.batch_moment import look_at_batch

pytestmark = pytest.mark.slow


@pytest.fixture
def rows(fleet_url):
    found = FleetRows(fleet_url)
    yield found
    found.close()


async def seen(database, batch, since=None):
    async with database.transaction() as connection:
        return await look_at_batch(connection, batch, since)


async def test_first_all_is_seen_and_then_what_has_changed_or_has_become_overdue(fleet_database, rows):
    batch = rows.batch()
    old, changed = rows.attempt(batch, "fox"), rows.attempt(batch, "owl")
    overdue, long_overdue = rows.attempt(batch, "elk"), rows.attempt(batch, "cat")
    rows.attempt(rows.batch(), "dog")
    rows.sql("update attempt set changed_at = now() - interval '1 hour' where id <> %s", changed)
    rows.sql("update attempt set poll_deadline = now() - interval '1 second' where id = %s", overdue)
    rows.sql("update attempt set poll_deadline = now() - interval '1 hour' where id = %s", long_overdue)
    moment = await seen(fleet_database, batch)
    assert [(one.id, one.is_overdue) for one in moment.attempts] == [
        (old, False), (changed, False), (overdue, True), (long_overdue, True),
    ]  # fmt: skip
    news = await seen(fleet_database, batch, moment.at)
    assert [one.id for one in news.attempts] == [changed, overdue]
    assert (await seen(fleet_database, batch, moment.at + timedelta(minutes=1))).attempts == ()


async def test_lanes_are_those_of_workers_that_live(fleet_database, rows):
    batch = rows.batch()
    assert (await seen(fleet_database, batch)).lanes == frozenset()
    worker = rows.worker(silent_seconds=59)
    rows.sql("update worker set lanes = '{poll,media}' where id = %s", worker)
    assert (await seen(fleet_database, batch)).lanes == {"poll", "media"}
    rows.sql("update worker set beat_at = now() - interval '61 seconds'")
    assert (await seen(fleet_database, batch)).lanes == frozenset()
