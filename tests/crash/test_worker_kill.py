"""Real worker processes, ended in every way, on a real database and an API that remembers what was paid."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fakes.campaign import tools_dir
from fakes.fleet_database import set_up
from fakes.fleet_rows import FleetRows
from fakes.program import Running, Template
from fakes.service import RESULT, Service
from fakes.waiting import wait_until
from sora2batch.ground.schema import load_schema
from sora2batch.simulator.calls import Call

pytestmark = pytest.mark.slow
LONGEST_END_SECONDS = 10
VALIDATOR = Draft202012Validator(load_schema("events.schema.json"))


class Fleet:
    """Worker processes, their database, their API and their store."""

    def __init__(self, url: str, folder: Path, template: Template, service: Service, rows: FleetRows) -> None:
        self.url, self.folder, self.service, self.rows = url, folder, service, rows
        self._template = template
        self._running: dict[int, Running] = {}

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def worker(self, *flags: str) -> Running:
        """Start one more, and wait until it works."""
        env = {
            "SJINN_API_KEY": "sk-test-worker-key",
            "SORA2BATCH_API_URL": self.service.url,
            "SORA2BATCH_QUEUE": self.url,
            "SORA2BATCH_TOOLS_DIR": str(self.folder / "tools"),
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        number = len(self._running)
        notes = self.folder / f"worker-{number}"
        running = self._template.start("worker", *flags, cwd=self.folder, env=env, notes=notes)
        self._running[number] = running
        running.expect("Ctrl-C ends it")
        self.rows.account = self.rows.one("select account from worker order by id desc limit 1")
        return running

    def batch(self, *names: str, **more: object) -> int:
        """Reserve jobs of a batch, as a client does, and have them submitted."""
        batch = self.rows.batch(store=f"file://{self.store}", check=False, **more)
        for name in names:
            self.rows.attempt(batch, name, "reserved")
        self.rows.enqueue_once("submit", account=self.rows.account)
        return batch

    def age(self) -> None:
        """Have a minute pass in the database for all workers that give no sign of life now."""
        self.rows.sql("update account set lane_until = lane_until - interval '100 seconds'")
        self.rows.sql("update worker set beat_at = beat_at - interval '100 seconds'")
        self.rows.sql("update attempt set sent_at = sent_at - interval '100 seconds' where state = 'sending'")
        self.rows.sql(
            "update procrastinate_workers set last_heartbeat = last_heartbeat - interval '100 seconds'"
        )

    def objects(self) -> list[Path]:
        return [one for one in self.store.rglob("*") if one.is_file()]

    def end(self) -> None:
        for running in self._running.values():
            running.kill_if_alive()


@pytest.fixture
def fleet(fleet_url: str, tmp_path: Path, template: Template) -> Iterator[Fleet]:
    yield from _fleet(fleet_url, tmp_path, template)


@pytest.fixture
def own_fleet(own_postgres, tmp_path: Path, template: Template) -> Iterator[Fleet]:
    """One whose server may be killed."""
    url = own_postgres.new_database()
    set_up(url)
    yield from _fleet(url, tmp_path, template)


def _fleet(url: str, tmp_path: Path, template: Template) -> Iterator[Fleet]:
    with ExitStack() as stack:
        service = stack.enter_context(Service(tools_dir(tmp_path)))
        rows = stack.enter_context(closing(FleetRows(url)))
        fleet = Fleet(url, tmp_path, template, service, rows)
        yield fleet
        service.recover()
        fleet.end()


def wait_for_end(fleet: Fleet, batch: int, count: int) -> None:
    wait_until(
        lambda: (
            fleet.rows.sql("select state, media from attempt where batch = %s", batch)
            == [("completed", "done")] * count
        )
    )


def test_a_worker_submits_waits_and_brings_files_home_until_it_is_told_to_end(fleet):
    worker = fleet.worker()
    batch = fleet.batch("fox", "owl", "cat")
    wait_for_end(fleet, batch, 3)
    worker.signal(signal.SIGTERM)
    ended = worker.wait(seconds=LONGEST_END_SECONDS)
    assert ended.code == 0
    assert len(fleet.objects()) == 3
    assert fleet.service.calls[Call.CREATE] == 3
    for told in ("submitted: fox: task", "stored: owl", "has ended"):
        assert told in ended.err
    assert "sk-test-worker-key" not in ended.err + ended.out
    assert fleet.rows.one("select ended_at is not null from worker")


def test_programs_are_told_what_happens_in_lines(fleet):
    worker = fleet.worker("--jsonl")
    batch = fleet.batch("fox")
    wait_for_end(fleet, batch, 1)
    worker.signal(signal.SIGINT)
    ended = worker.wait(seconds=LONGEST_END_SECONDS)
    assert ended.code == 0
    lines = [json.loads(line) for line in ended.out.splitlines()]
    told = [line["event"] for line in lines]
    assert [one for one in told if one in {"submitted", "generated", "stored"}] == [
        "submitted",
        "generated",
        "stored",
    ]
    assert not {"planned", "progress", "ended"} & set(told)
    for line in lines:
        assert not list(VALIDATOR.iter_errors(line))


def test_a_signal_in_the_middle_of_a_call_waits_for_its_answer(fleet):
    worker = fleet.worker()
    fleet.service.stall(Call.CREATE)
    batch = fleet.batch("fox", "owl")
    fleet.service.wait_for(Call.CREATE)
    worker.signal(signal.SIGTERM)
    fleet.service.recover()
    assert worker.wait(seconds=LONGEST_END_SECONDS).code == 0
    assert sorted(fleet.rows.states(batch)) == ["reserved", "submitted"]
    assert fleet.service.calls[Call.CREATE] == 1
    fleet.worker()
    wait_for_end(fleet, batch, 2)
    assert fleet.service.calls[Call.CREATE] == 2


def test_a_signal_while_the_api_is_silent_ends_it_in_time_and_leaves_a_doubt(fleet):
    worker = fleet.worker()
    fleet.service.stall(Call.CREATE)
    batch = fleet.batch("fox")
    fleet.service.wait_for(Call.CREATE)
    begun = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.wait(seconds=60).code == 0
    assert time.monotonic() - begun < LONGEST_END_SECONDS
    assert fleet.rows.states(batch) == ["in_doubt"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_ends_it_at_once(fleet, number, code):
    worker = fleet.worker()
    fleet.service.stall(Call.CREATE)
    batch = fleet.batch("fox")
    fleet.service.wait_for(Call.CREATE)
    worker.signal(number)
    worker.expect("ending")
    worker.signal(number)
    assert worker.wait(seconds=5).code == code
    assert fleet.rows.states(batch)[0] in {"sending", "in_doubt"}


def test_a_call_of_a_worker_that_was_killed_is_in_doubt_and_never_made_again(fleet):
    worker = fleet.worker()
    fleet.service.stall(Call.CREATE)
    batch = fleet.batch("fox", "owl", "cat")
    fleet.service.wait_for(Call.CREATE)
    worker.signal(signal.SIGKILL)
    worker.wait()
    fleet.age()
    fleet.service.recover()
    fleet.worker()
    wait_until(lambda: sorted(fleet.rows.states(batch)) == ["completed", "completed", "in_doubt"])
    prompts = [one.input["prompt"] for one in fleet.service.created]
    assert sorted(prompts) == ["cat", "fox", "owl"]


def test_files_that_a_killed_worker_was_at_are_fetched_by_the_next_one(fleet):
    worker = fleet.worker()
    fleet.service.stall(RESULT)
    batch = fleet.batch("fox")
    fleet.service.wait_for(RESULT)
    worker.signal(signal.SIGKILL)
    worker.wait()
    folders = list(fleet.folder.glob("cache/sora2batch/workers/*/*/*"))
    assert len(folders) == 1
    fleet.age()
    fleet.service.recover()
    fleet.worker("--lanes", "media")
    wait_for_end(fleet, batch, 1)
    assert not folders[0].exists()
    assert fleet.service.calls[Call.CREATE] == 1


def test_a_worker_that_slept_for_long_does_no_harm_when_it_wakes(fleet):
    sleeper = fleet.worker()
    fleet.service.stall(Call.STATUS)
    batch = fleet.batch("fox", "owl")
    wait_until(lambda: fleet.rows.states(batch) == ["submitted"] * 2)
    fleet.service.wait_for(Call.STATUS)
    sleeper.signal(signal.SIGSTOP)
    fleet.age()
    fleet.rows.sql("update attempt set poll_due = now()")
    fleet.service.recover()
    other = fleet.worker()
    wait_for_end(fleet, batch, 2)
    sleeper.signal(signal.SIGCONT)
    later = fleet.batch("cat")
    wait_for_end(fleet, later, 1)
    for worker in (sleeper, other):
        worker.signal(signal.SIGTERM)
        assert worker.wait(seconds=LONGEST_END_SECONDS).code == 0
    assert fleet.rows.sql("select ended from batch order by id") == [(2,), (1,)]
    assert fleet.service.calls[Call.CREATE] == 3
    assert len(fleet.objects()) == 3


def test_it_ends_in_time_although_the_database_is_away(own_fleet, own_postgres):
    worker = own_fleet.worker()
    own_fleet.service.stall(RESULT)
    own_fleet.batch("fox")
    own_fleet.service.wait_for(RESULT)
    own_postgres.kill()
    begun = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.wait().code == 0
    assert time.monotonic() - begun < LONGEST_END_SECONDS


def test_a_database_that_is_killed_and_started_again_loses_nothing(own_fleet, own_postgres):
    fleet = own_fleet
    worker = fleet.worker()
    first = fleet.batch("fox")
    wait_for_end(fleet, first, 1)
    fleet.service.stall(Call.CREATE)
    second = fleet.batch("owl", "cat")
    fleet.service.wait_for(Call.CREATE, 2)
    own_postgres.kill()
    fleet.service.recover()
    worker.expect("goes on when it is back")
    own_postgres.start()
    fleet.rows.connect()
    wait_for_end(fleet, second, 2)
    worker.signal(signal.SIGTERM)
    assert worker.wait(seconds=LONGEST_END_SECONDS).code == 0
    assert fleet.service.calls[Call.CREATE] == 3
    assert len(fleet.objects()) == 3
