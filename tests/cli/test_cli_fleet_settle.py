"""``fleet settle``, with a real database and an API that remembers what it charged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import jsonschema_rs
import pytest

from fakes.fleet_attempts import ask, hang_up
from fakes.paying_api import OWNER, Charge, PayingApi, paying_api
from sora2batch.app.fleet.batch_name import name_of
from sora2batch.fleet.tables.attempt_row import line_of
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.job import Credits
from sora2batch.ground.schema import load_schema
from sora2batch.lockfile.entry import Attempt, Entry, State

IDENTITY = sha256(f"sjinn account email {OWNER}".encode()).hexdigest()[:16]
ACCOUNT = f"127.0.0.1/{IDENTITY}"
TOOL = "sora2-image-to-video-api"
FOX = "hero/fox"


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


class Fleet:
    """A batch of which workers have made calls; its rows are written here."""

    def __init__(self, url: str, api: PayingApi, jobs: list[dict]) -> None:
        self.url = url
        self.api = api
        self.jobs = {job["key"]: job for job in jobs}

    def ask(self, query: str, *given: object) -> list[tuple]:
        return ask(self.url, query, *given)

    def begin(self, manifest: str, aliases: tuple[str, ...]) -> int:
        self.ask("insert into account (name) values (%s) on conflict do nothing", ACCOUNT)
        ((repository,),) = self.ask("insert into repository default values returning id")
        for alias in aliases:
            self.ask("insert into repository_alias values (%s, %s)", alias, repository)
        query = (
            "insert into batch (repository, manifest, account, budget, options) "
            "values (%s, %s, %s, 5000, '{}') returning id"
        )
        return self.ask(query, repository, manifest, ACCOUNT)[0][0]

    def worker(self, *, silent_minutes: float = 0) -> int:
        query = (
            "insert into worker (account, host, pid, lanes, version, beat_at) "
            "values (%s, 'render-1', 77, '{submit}', '1', now() - %s) returning id"
        )
        return self.ask(query, ACCOUNT, timedelta(minutes=silent_minutes))[0][0]

    def attempt(
        self, batch: int, key: str, state: str, *, minutes: float, sent_minutes: float | None = None, **more
    ) -> None:
        """Write one attempt; the intent is of so many minutes ago, and the row too, unless it is said."""
        job = self.jobs[key]
        entry = Entry(key, job["fingerprint"], job["tool_type"], 1, job["input"], ())
        attempt = Attempt(
            state=State.SUBMITTED if state == "submitted" else State.IN_DOUBT,
            credits=Credits(420),
            submitted_at=to_timestamp(ago(minutes)),
            api="127.0.0.1",
            account=IDENTITY,
            task_id=more.get("task_id"),
            finished_at=more.get("finished_at"),
        )
        ((job_id,),) = self.ask(
            "insert into job (batch, fingerprint, key, tool_type, take, input, credits, filename) "
            "values (%s, %s, %s, %s, 1, '{}', 420, %s) returning id",
            batch, entry.fingerprint, key, entry.tool_type, key,
        )  # fmt: skip
        self.ask("update batch set reserved = reserved + 420 where id = %s", batch)
        query = (
            "insert into attempt (job, batch, account, state, credits, task_id, line, worker, sent_at) "
            "values (%s, %s, %s, 'reserved', 420, %s, %s, %s, now() - %s) returning id"
        )
        sent = timedelta(minutes=minutes if sent_minutes is None else sent_minutes)
        line = line_of(entry, attempt)
        ((row,),) = self.ask(query, job_id, batch, ACCOUNT, attempt.task_id, line, more.get("worker"), sent)
        self.ask("update attempt set state = %s where id = %s", state, row)

    def charge(self, task_id: str, *, minutes: float) -> None:
        self.api.charges.append(
            Charge(task_id=task_id, prompt="", tool_type=TOOL, credits=420, create_time=ago(minutes))
        )

    def states(self) -> dict[str, tuple[str, str | None]]:
        query = "select job.key, state, task_id from attempt join job on job.id = attempt.job order by 1"
        return {key: (state, task_id) for key, state, task_id in self.ask(query)}

    def sums(self) -> tuple[int, int, int]:
        ((*sums,),) = self.ask("select charged, in_doubt, reserved from batch order by id limit 1")
        return tuple(sums)


@pytest.fixture
def fleet(fleet_url: str, manifest: Path, call, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    jobs = call("plan", manifest, "--json").document["jobs"]
    with paying_api(price=420) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
        monkeypatch.setenv("SORA2BATCH_QUEUE", fleet_url)
        yield Fleet(fleet_url, api, jobs)
    hang_up(fleet_url)


@pytest.fixture
def batch(fleet: Fleet, manifest: Path) -> int:
    """A batch whose second job is done, which the ledger shows: the control."""
    name = name_of(manifest)
    number = fleet.begin(name.manifest, name.aliases)
    fleet.attempt(number, "hero/owl", "submitted", minutes=30, task_id="control")
    fleet.charge("control", minutes=30)
    return number


def test_a_call_that_the_ledger_proves_was_never_charged_is_released_and_can_be_reserved_again(
    fleet, batch, manifest, call
):
    fleet.attempt(batch, FOX, "in_doubt", minutes=20)
    ran = call("fleet", "settle", manifest, "--auto")
    assert (ran.code, "released: hero/fox" in ran.out) == (0, True), ran
    assert fleet.states()[FOX] == ("withdrawn", None)
    assert fleet.sums() == (420, 0, 0)


def test_a_run_by_the_fleet_looks_into_doubts_first_and_reserves_what_was_never_charged(
    fleet, batch, manifest, call
):
    fleet.attempt(batch, FOX, "in_doubt", minutes=20)
    ran = call("run", manifest, "--fleet", "--yes", "--no-wait")
    assert (ran.code, "in doubt no longer: hero/fox was never charged" in ran.err) == (0, True), ran
    query = (
        "select state from attempt join job on job.id = attempt.job where job.key = %s order by attempt.id"
    )
    assert fleet.ask(query, FOX) == [("withdrawn",), ("reserved",)]


def test_without_a_flag_it_shows_and_settles_nothing(fleet, batch, manifest, call):
    fleet.attempt(batch, FOX, "in_doubt", minutes=20)
    ran = call("fleet", "settle", manifest)
    assert (ran.code, "never charged by the ledger" in ran.out) == (4, True), ran
    assert fleet.states()[FOX] == ("in_doubt", None)


def test_the_databases_clock_has_the_last_word_on_what_is_too_early(fleet, batch, manifest, call):
    """The intent's own time says 20 minutes, as whoever stamped it was wrong."""
    fleet.attempt(batch, FOX, "in_doubt", minutes=20, sent_minutes=4)
    ran = call("fleet", "settle", manifest, "--auto")
    assert (ran.code, "no charge so far; that counts from" in ran.out) == (4, True), ran
    assert fleet.states()[FOX] == ("in_doubt", None)


def test_the_one_task_that_fits_is_adopted_and_polled_from_then_on(fleet, batch, manifest, call):
    fleet.attempt(batch, FOX, "in_doubt", minutes=20)
    fleet.charge("found", minutes=20)
    ran = call("fleet", "settle", manifest, "--auto", "--json")
    assert ran.code == 0, ran
    jsonschema_rs.validator_for(load_schema("reconcile.schema.json")).validate(ran.document)
    assert ran.document["adopted"] == [{"key": FOX, "task_id": "found"}]
    assert fleet.states()[FOX] == ("submitted", "found")
    assert fleet.sums() == (840, 0, 0)
    assert fleet.ask("select count(*) from attempt where task_id = 'found' and poll_due <= now()") == [(1,)]


def test_a_task_that_another_batch_of_the_account_knows_is_no_candidate(fleet, batch, manifest, call):
    other = fleet.begin("other.yaml", ("folder:elsewhere",))
    fleet.attempt(other, "hero/owl", "submitted", minutes=20, task_id="theirs")
    fleet.charge("theirs", minutes=20)
    fleet.attempt(batch, FOX, "in_doubt", minutes=20)
    ran = call("fleet", "settle", manifest, "--adopt", f"{FOX}=theirs")
    assert (ran.code, "belongs to another job already" in ran.err) == (2, True), ran
    ran = call("fleet", "settle", manifest, "--auto")
    assert (ran.code, fleet.states()[FOX]) == (0, ("withdrawn", None)), ran


def test_a_call_that_its_worker_may_be_at_is_not_released_by_a_persons_word(fleet, batch, manifest, call):
    worker = fleet.worker(silent_minutes=2)
    fleet.attempt(batch, FOX, "in_doubt", minutes=3, worker=worker)
    ran = call("fleet", "settle", manifest, "--release", FOX)
    assert ran.code == 2
    assert "the worker on render-1 (process 77) that sent the call may be waiting" in ran.err
    assert fleet.states()[FOX] == ("in_doubt", None)


def test_a_call_whose_end_is_known_is_released_by_a_persons_word_at_once(fleet, batch, manifest, call):
    moment = to_timestamp(ago(1))
    fleet.attempt(batch, FOX, "in_doubt", minutes=2, worker=fleet.worker(), finished_at=moment)
    ran = call("fleet", "settle", manifest, "--release", FOX)
    assert (ran.code, "released: hero/fox" in ran.out) == (0, True), ran
    assert fleet.states()[FOX] == ("withdrawn", None)


def test_a_persons_word_needs_no_key(fleet, batch, manifest, call, monkeypatch):
    monkeypatch.delenv("SJINN_API_KEY")
    fleet.attempt(batch, FOX, "in_doubt", minutes=20, worker=fleet.worker())
    ran = call("fleet", "settle", manifest, "--release", FOX)
    assert ran.code == 0, ran
    assert "is alive; should an answer come, it counts" in ran.err
    assert fleet.states()[FOX] == ("withdrawn", None)


def test_what_a_dead_worker_left_is_in_doubt_also_where_nobody_lives_who_would_see_it(
    fleet, batch, manifest, call
):
    fleet.attempt(batch, FOX, "sending", minutes=20, worker=fleet.worker(silent_minutes=15))
    ran = call("fleet", "settle", manifest)
    assert (ran.code, "in doubt: hero/fox" in ran.out) == (4, True), ran
    assert fleet.states()[FOX] == ("in_doubt", None)


def test_what_a_living_worker_sends_is_left_to_it(fleet, batch, manifest, call):
    fleet.attempt(batch, FOX, "sending", minutes=2, worker=fleet.worker())
    ran = call("fleet", "settle", manifest, "--auto")
    assert (ran.code, "no job is in doubt" in ran.out) == (0, True), ran
    assert fleet.states()[FOX] == ("sending", None)


def test_another_accounts_key_settles_nothing(fleet, batch, manifest, call):
    fleet.attempt(batch, FOX, "in_doubt", minutes=20)
    fleet.ask("insert into account (name) values ('127.0.0.1/theirs')")
    fleet.ask("update batch set account = '127.0.0.1/theirs'")
    ran = call("fleet", "settle", manifest, "--auto")
    assert (ran.code, "pays for this batch" in ran.err) == (2, True), ran


def test_a_doubt_of_the_lockfile_about_the_same_call_is_no_rival(fleet, batch, manifest, call):
    fleet.attempt(batch, FOX, "in_doubt", minutes=20)
    fleet.charge("found", minutes=20)
    line = fleet.ask("select line from attempt where state = 'in_doubt'")[0][0]
    header = '{"lock_version":1,"manifest":"small.yaml"}'
    manifest.with_name("small.lock.jsonl").write_text(f"{header}\n{line}\n")
    ran = call("fleet", "settle", manifest, "--auto")
    assert (ran.code, fleet.states()[FOX]) == (0, ("submitted", "found")), ran


def test_a_batch_that_nobody_has_run_in_the_fleet_is_told(fleet, manifest, call):
    ran = call("fleet", "settle", manifest)
    assert (ran.code, "nobody has run it in this fleet" in ran.err) == (2, True), ran


def test_reconcile_says_what_settles_the_calls_of_workers(fleet, batch, manifest, call, monkeypatch):
    ran = call("reconcile", manifest)
    assert "`sora2batch fleet settle` is for calls that workers made" in ran.err, ran
    monkeypatch.delenv("SORA2BATCH_QUEUE")
    assert "fleet settle" not in call("reconcile", manifest).err


def test_no_queue_no_settling(folder, manifest, call):
    assert "SORA2BATCH_QUEUE" not in os.environ
    ran = call("fleet", "settle", manifest)
    assert (ran.code, "no queue" in ran.err) == (2, True), ran
