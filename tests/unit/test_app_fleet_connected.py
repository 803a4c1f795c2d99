from __future__ import annotations

import pytest

from sora2batch.app.fleet.connected import connected, find_queue
from sora2batch.fleet.database.fleet_error import FleetSchemaError
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.errors import UsageError


def test_a_queue_is_named_by_the_environment_or_the_users_own_file(tmp_path):
    (tmp_path / "sora2batch").mkdir()
    file = tmp_path / "sora2batch/config.toml"
    file.write_text('queue = "postgresql://ada:pw@own/work"\n')
    own = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert find_queue(own).place == "own:5432"
    assert find_queue(own).origin == f"{file}:1:1: queue"
    assert find_queue({**own, "SORA2BATCH_QUEUE": "postgres://db"}).place == "db:5432"


def test_without_one_it_says_how_it_is_named(tmp_path):
    with pytest.raises(UsageError, match="no queue") as ended:
        find_queue({"XDG_CONFIG_HOME": str(tmp_path)})
    assert ended.value.hint.startswith("set SORA2BATCH_QUEUE to postgresql://")


async def test_a_database_that_is_set_up_can_be_asked(fleet_url):
    async with connected(QueueUrl.parse(fleet_url), "worker") as database, database.transaction() as one:
        found = await one.execute("SELECT current_setting('application_name')")
        assert await found.fetchone() == ("sora2batch worker",)


async def test_one_that_is_not_set_up_cannot(database_url):
    with pytest.raises(FleetSchemaError, match="has no tables of sora2batch yet"):
        async with connected(QueueUrl.parse(database_url), "worker"):
            pass
