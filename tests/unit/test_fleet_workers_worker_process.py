from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager, closing
from dataclasses import replace

import pytest

from fakes.fleet_database import opened, set_up
from fakes.fleet_rows import ACCOUNT, FleetRows, PatientRows
from fakes.service import RESULT, TOOL, TOOL_FILE, Service
from fakes.worker_case import QUICK, Press, Told, context_of, real_means, until
from sora2batch.fleet.workers.worker_process import Lane, WorkerProcess
from sora2batch.fleet.workers.worker_row import LostRowError, register
from sora2batch.run.event import Warned
from sora2batch.simulator.calls import Call


@pytest.fixture
def service(tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / f"{TOOL}.json").write_text(TOOL_FILE)
    with Service(tools) as found:
        yield found


@pytest.fixture
def rows(fleet_url):
    found = FleetRows(fleet_url)
    yield found
    found.close()


class Fleet:
    """Workers in this event loop, each with connections of its own."""

    def __init__(self, url, service, tmp_path, press):
        self.url, self.service, self.tmp_path, self.press = url, service, tmp_path, press
        self.told = Told()

    @asynccontextmanager
    async def worker(self, lanes=tuple(Lane), settings=QUICK):
        async with await opened(self.url) as database, real_means(self.service.url, self.tmp_path) as means:
            number = await register(database, ACCOUNT, lanes)
            context = context_of(database, worker=number, listener=self.told, settings=settings, **means)
            process = WorkerProcess(context, lanes, self.press)
            running = asyncio.create_task(process.run())
            try:
                yield process
            finally:
                process.stop()
                await running


@pytest.fixture
def patient(fleet_url):
    found = PatientRows(fleet_url)
    yield found
    found.close()


@pytest.fixture
def fleet(fleet_url, service, tmp_path, patient):
    return Fleet(fleet_url, service, tmp_path, Press(patient))


async def test_a_job_goes_all_the_way(fleet, rows, tmp_path):
    batch = rows.batch(store=f"file://{tmp_path}/store")
    for name in ("fox", "owl", "cat"):
        rows.attempt(batch, name, "reserved")
    rows.enqueue("submit", account=ACCOUNT)
    async with fleet.worker():
        await until(lambda: rows.sql("select distinct media from attempt") == [("done",)])
        await until(lambda: rows.queue() == [])
    assert rows.states(batch) == ["completed"] * 3
    assert len([one for one in (tmp_path / "store").rglob("*") if one.is_file()]) == 3
    assert fleet.service.calls[Call.CREATE] == 3
    assert rows.sql("select ended_at is not null, lanes from worker") == [(True, ["submit", "poll", "media"])]


async def test_two_workers_never_create_at_once(fleet, rows, patient):
    batch = rows.batch()
    async with fleet.worker(), fleet.worker():
        for number in range(20):
            await patient.attempt(batch, f"{number}", "reserved")
            await patient.enqueue_once("submit", account=ACCOUNT)
        await until(lambda: rows.states(batch) == ["completed"] * 20)
    assert fleet.press.turns >= 2
    assert fleet.press.most_under_way == 1


async def test_whoever_ends_in_the_middle_leaves_the_lane_to_the_next(fleet, rows):
    batch = rows.batch()
    fleet.press.hold = True
    rows.attempt(batch, "fox", "reserved")
    async with fleet.worker():
        await until(lambda: rows.states(batch) == ["completed"])
    assert rows.queue() == [(f"submit:{ACCOUNT}", "todo")]


async def test_a_lane_that_breaks_is_told_and_comes_again(fleet, rows):
    batch = rows.batch()
    fleet.press.break_once = True
    rows.attempt(batch, "fox", "reserved")
    async with fleet.worker():
        await until(lambda: rows.states(batch) == ["completed"])
    assert fleet.press.turns == 2
    assert "no tasks can be created now: broken" in [one.message for one in fleet.told.of(Warned)]


async def test_a_worker_does_what_its_lanes_are_and_no_more(fleet, rows):
    batch = rows.batch()
    rows.attempt(batch, "fox", "reserved")
    async with fleet.worker(lanes=(Lane.POLL,)):
        await until(rows.queue)
    assert rows.queue() == [(f"submit:{ACCOUNT}", "todo")]
    assert fleet.press.turns == 0


async def test_files_under_way_are_handed_back_at_the_end(fleet, rows, tmp_path):
    batch = rows.batch(store=f"file://{tmp_path}/store")
    rows.attempt(batch, "fox", "reserved")
    fleet.service.stall(RESULT)
    async with fleet.worker(settings=replace(QUICK, media_grace_seconds=0.1)):
        await until(lambda: fleet.service.calls[RESULT])
    ((name, status),) = rows.queue()
    assert name.startswith("fetch:")
    assert status == "todo"
    assert list((tmp_path / "worker").iterdir()) == []
    fleet.service.recover()
    async with fleet.worker():
        await until(lambda: rows.sql("select media from attempt") == [("done",)])


async def test_a_file_that_cannot_be_had_now_is_had_later(fleet, rows, tmp_path):
    batch = rows.batch(store=f"file://{tmp_path}/store")
    rows.attempt(batch, "fox", "reserved")
    fleet.service.refuse(RESULT)
    async with fleet.worker():
        await until(lambda: fleet.service.calls[RESULT] >= 3)
        fleet.service.recover()
        await until(lambda: rows.sql("select media, media_error from attempt") == [("done", None)])


async def test_a_job_that_others_have_done_meanwhile_ends_without_a_traceback(fleet, rows, tmp_path, caplog):
    batch = rows.batch(store=f"file://{tmp_path}/store")
    rows.attempt(batch, "fox", "reserved")
    rows.enqueue("submit", account=ACCOUNT)
    rows.sql("create table was_done (id bigint)")
    rows.sql("""
        create function give_away() returns trigger language plpgsql as $$ begin
            delete from procrastinate_jobs where task_name = 'fetch'; insert into was_done values (1); return new;
        end $$
    """)
    rows.sql("""
        create trigger done after update on attempt for each row when (new.media = 'done')
        execute function give_away()
    """)
    async with fleet.worker():
        await until(lambda: rows.sql("select * from was_done"))
    gc.collect()
    assert rows.states(batch) == ["completed"]
    assert "never retrieved" not in caplog.text


async def test_a_worker_that_is_cut_off_ends_at_once(fleet, rows):
    """As a second signal does it: the call under way has no answer, and its row says so."""
    batch = rows.batch()
    rows.attempt(batch, "fox", "reserved")
    fleet.service.stall(Call.CREATE)
    async with await opened(fleet.url) as database, real_means(fleet.service.url, fleet.tmp_path) as means:
        number = await register(database, ACCOUNT, ["submit"])
        context = context_of(database, worker=number, listener=fleet.told, **means)
        running = asyncio.create_task(WorkerProcess(context, (Lane.SUBMIT,), fleet.press).run())
        await until(lambda: fleet.service.calls[Call.CREATE])
        running.cancel()
        async with asyncio.timeout(3):
            await asyncio.wait((running,))
    assert rows.states(batch) == ["sending"]
    assert rows.one("select ended_at is not null from worker")
    fleet.service.recover()


async def test_a_database_that_does_not_know_it_ends_a_worker(fleet, rows):
    async with await opened(fleet.url) as database:
        number = await register(database, ACCOUNT, ["poll"])
        process = WorkerProcess(context_of(database, worker=number), (Lane.POLL,), fleet.press)
        rows.sql("delete from worker")
        with pytest.raises(LostRowError, match="does not know worker"):
            await process.run()


async def test_a_database_that_is_away_for_a_while_ends_nothing(own_postgres, service, tmp_path):
    url = own_postgres.new_database()
    set_up(url)
    with closing(FleetRows(url)) as rows, closing(PatientRows(url)) as patient:
        batch = rows.batch(store=f"file://{tmp_path}/store")
        rows.attempt(batch, "fox", "reserved")
        fleet = Fleet(url, service, tmp_path, Press(patient))
        async with fleet.worker():
            await until(lambda: rows.sql("select media from attempt") == [("done",)])
            await asyncio.to_thread(own_postgres.kill)
            await until(
                lambda: any("goes on when it is back" in one.message for one in fleet.told.of(Warned))
            )
            await asyncio.to_thread(own_postgres.start)
            rows.connect()
            patient.connect()
            await patient.attempt(batch, "owl", "reserved")
            await until(lambda: rows.sql("select distinct media from attempt") == [("done",)])
        assert rows.states(batch) == ["completed"] * 2
    assert any(one.message == "the database is back" for one in fleet.told.of(Warned))
