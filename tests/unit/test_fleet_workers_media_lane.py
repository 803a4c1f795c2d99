from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.fleet_rows import FleetRows, job_named, line_of, open_attempt
from fakes.service import RESULT, TOOL, TOOL_FILE, Service
from fakes.worker_case import QUICK, StatusApi, Told, context_of, finish, real_means
from sora2batch.fleet.workers.media_lane import MediaLane
from sora2batch.fleet.workers.temporary_folders import sweep
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.lockfile.entry import State
from sora2batch.run.event import Looked, NotDownloaded, NotStored, Stored
from sora2batch.sjinn import answer as api


@pytest.fixture
def rows(fleet_url):
    found = FleetRows(fleet_url)
    yield found
    found.close()


@pytest.fixture
def service(tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / f"{TOOL}.json").write_text(TOOL_FILE)
    with Service(tools) as found:
        yield found


class Case:
    """A batch with a store in a folder, and a lane that brings its files there."""

    def __init__(self, rows, context, told, store):
        self.rows, self.context, self.told, self.store = rows, context, told, store
        self.batch = rows.batch(store=f"file://{store}")
        self.lane = MediaLane(context)

    async def finished_task(self, name="fox"):
        """A task that the API made and finished; its row says so."""
        answer = await self.context.api.create(TOOL, {"prompt": name})
        await finish(self.context.api, answer.task_id)
        attempt = open_attempt(name, State.COMPLETED, task_id=answer.task_id)
        attempt = attempt._replace(outputs=(), finished_at="2026-11-22T09:01:00Z")
        return self.rows.attempt(self.batch, name, "completed", attempt=attempt, media="todo")

    def media(self):
        return self.rows.sql("select media, media_error from attempt order by id")

    def objects(self):
        return [one for one in self.store.rglob("*") if one.is_file()]


@pytest.fixture
async def case(fleet_database, rows, service, tmp_path):
    told = Told()
    async with real_means(service.url, tmp_path) as means:
        context = context_of(fleet_database, listener=told, **means)
        yield Case(rows, context, told, tmp_path / "store")


async def test_a_file_goes_to_the_store_and_is_written_down(case, service):
    await case.lane.fetch(await case.finished_task(), 1)
    (output,) = case.rows.entry(case.batch).primary.outputs
    (found,) = case.objects()
    content = found.read_bytes()
    assert found.name == f"{hashlib.sha256(content).hexdigest()}.jpg"
    assert (output.sha256, output.bytes, output.stored) == (found.stem, len(content), True)
    assert output.path is None
    assert "?" not in output.url
    assert case.media() == [("done", None)]
    assert [type(happened) for _, happened in case.told.events] == [Looked, Stored]
    assert list(case.context.folder.iterdir()) == []


async def test_what_is_in_the_store_already_is_not_fetched_again(case, service):
    attempt = await case.finished_task()
    await case.lane.fetch(attempt, 1)
    await case.lane.fetch(attempt, 1)
    assert service.calls[RESULT] == 1
    assert len(case.told.of(Stored)) == 1


async def test_two_that_fetch_the_same_file_at_once_do_no_harm(case):
    attempt = await case.finished_task()
    await asyncio.gather(case.lane.fetch(attempt, 1), case.lane.fetch(attempt, 1))
    assert case.media() == [("done", None)]
    assert len(case.objects()) == 1


async def test_a_host_that_fails_is_told_tried_again_and_given_up_at_last(case, service):
    attempt = await case.finished_task()
    service.refuse(RESULT)
    with pytest.raises(Sora2BatchError):
        await case.lane.fetch(attempt, 1)
    ((media, error),) = case.media()
    assert media == "todo"
    assert "127.0.0.1 failed 1 times" in error
    await case.lane.fetch(attempt, QUICK.fetch_tries)
    assert case.media()[0][0] == "failed"
    assert case.rows.states(case.batch) == ["completed"]
    assert [one.message.rpartition("; ")[2] for one in case.told.of(NotDownloaded)] == [
        "tried again later",
        "given up",
    ]
    service.recover()
    await case.lane.fetch(attempt, 1)  # as a later `run --fleet` has it done
    assert case.media() == [("done", None)]


async def test_a_store_that_cannot_be_written_is_told(case, tmp_path):
    attempt = await case.finished_task()
    case.store.write_text("in the way")
    with pytest.raises(Sora2BatchError):
        await case.lane.fetch(attempt, 1)
    assert len(case.told.of(NotStored)) == 1
    assert case.media()[0][0] == "todo"


async def test_a_task_of_which_the_api_names_no_file_is_told(fleet_database, rows, tmp_path):
    told = Told()
    video_api = StatusApi({"fox": [api.Finished(())]})
    context = context_of(fleet_database, api=video_api, listener=told, folder=tmp_path / "worker")
    batch = rows.batch(store=f"file://{tmp_path}/store")
    attempt = rows.attempt(batch, "fox", "completed", media="todo")
    with pytest.raises(Sora2BatchError):
        await MediaLane(context).fetch(attempt, 1)
    assert rows.one("select media_error from attempt") == "the task is done, but the API named no file"


async def test_what_was_changed_meanwhile_stays(case):
    """As by the ledger, which found that the task cost more."""
    attempt = await case.finished_task()
    rows = case.rows

    class Changing:
        async def look(self, *_):
            line = rows.one("select line from attempt").replace('"credits":100', '"credits":150')
            rows.sql("update attempt set credits = 150, line = %s", line)
            return (("black", "black for 2 of 2 s"),)

    await MediaLane(replace(case.context, looking=Changing())).fetch(attempt, 1)
    found = rows.entry(case.batch).primary
    assert found.credits == 150
    assert found.outputs[0].look == (("black", "black for 2 of 2 s"),)


async def test_a_batch_that_wants_no_look_gets_none(case):
    case.rows.sql("update batch set options = options || '{\"check\": false}'")
    await case.lane.fetch(await case.finished_task(), 1)
    assert case.told.of(Looked) == []


async def test_a_line_with_stored_files_is_what_a_local_run_would_write(case):
    await case.lane.fetch(await case.finished_task(), 1)
    entry = case.rows.entry(case.batch)
    assert case.rows.one("select line from attempt") == line_of(job_named("fox"), entry.primary)


async def test_folders_of_workers_that_are_gone_are_swept(fleet_database, rows, tmp_path):

    living, dead = rows.worker(), rows.worker(silent_seconds=100)
    for name in (living, dead, 999, "notes"):
        (tmp_path / f"{name}").mkdir()
        (tmp_path / f"{name}" / "0.part").write_bytes(b"x")
    assert await sweep(fleet_database, tmp_path, timedelta(seconds=60)) == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([f"{living}", "notes"])
