"""``run --fleet`` and ``pull`` from a fleet, with real PostgreSQL, and rows moved as workers move them."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Self

import psycopg
import pytest
from jsonschema_rs import validator_for

from fakes.fleet_database import set_up
from fakes.fleet_lane import LaneThread
from fakes.folder_server import folder_server
from fakes.pictures import picture
from fakes.repository import commit, git
from fakes.waiting import wait_until
from sora2batch.fleet.tables.job_files import read_files
from sora2batch.ground.job import Credits
from sora2batch.ground.schema import load_schema
from sora2batch.lockfile.codec import decode_lockfile
from sora2batch.lockfile.entry import ErrorNote, Output, State
from sora2batch.lockfile.hold import drop_hold, take_hold

STAGED = """\
version: 1
budget: {max_credits: 5000}
jobs:
  stills:
    tool: nano-banana-image-api
    matrix: {subject: [fox, owl]}
    input: {prompt: "A {{ subject }}.", aspect_ratio: 16:9}
  clips:
    tool: sora2-image-to-video-api
    matrix: {still: {from_jobs: stills}}
    input: {prompt: "It wakes up.", image: "{{ still.output }}", mode: std, duration: 10, aspect_ratio: 16:9}
run: {poll_interval: 0.05}
output: {check: false}
"""


SPENT = "select charged from batch"


@pytest.fixture
def queue(fleet_url, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_QUEUE", fleet_url)
    return fleet_url


def asked(url, sql):
    with psycopg.connect(url, options="-c search_path=sora2batch", autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def ran_here(call, manifest) -> bytes:
    """The lockfile that a run of one's own has written; it and its files are moved away."""
    ran = call("run", manifest, "--yes")
    assert ran.code == 0, ran.err
    Path("local").mkdir()
    for name in (manifest.with_suffix(".lock.jsonl"), "out"):
        shutil.move(name, f"local/{name}")
    return Path("local", manifest.with_suffix(".lock.jsonl")).read_bytes()


@pytest.fixture
def local(call, api, manifest):
    api()
    return ran_here(call, manifest)


def replay(lockfile: bytes, *, outputs=lambda one: Output(url=one.url)):
    """Workers that come to what a local run came to: first a task, then its end with what they know of its files."""
    entries = decode_lockfile(lockfile, file="local").entries

    def script(job):
        done = entries[job.fingerprint].primary
        open_ = done._replace(state=State.SUBMITTED, finished_at=None, outputs=())
        return open_, done._replace(outputs=tuple(map(outputs, done.outputs)))

    return script


def ends(lockfile: bytes, state: State, *, message="no", is_last=False):
    """Workers of which each call, or each task, comes to another end."""
    entries = decode_lockfile(lockfile, file="local").entries

    def script(job):
        done = entries[job.fingerprint].primary
        note = ErrorNote(message=message) if state is not State.SUBMITTED else None
        task = {} if state.has_task else {"task_id": None}
        credits = Credits(0) if state is State.REJECTED else done.credits
        finished = None if state is State.SUBMITTED else done.finished_at
        return (
            done._replace(state=state, outputs=(), error=note, credits=credits, finished_at=finished, **task),
        )

    return script


def files_below(folder) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*.*")}


def test_it_ends_with_the_bytes_of_a_local_run(call, queue, local, manifest):
    with LaneThread(queue, replay(local)) as lane:
        ran = call("run", manifest, "--fleet", "--yes")
    assert ran.code == 0, ran.err
    assert lane.sent == ["hero/fox", "hero/owl"]
    assert Path("small.lock.jsonl").read_bytes() == local
    assert files_below("out") == files_below("local/out")
    assert "2 jobs reserved for 840 credits; workers do the rest" in ran.err
    assert not Path("small.journal.jsonl").exists()
    again = call("run", manifest, "--fleet", "--yes")
    assert (again.code, Path("small.lock.jsonl").read_bytes()) == (0, local)
    assert "nothing to do" in again.err


def test_what_the_fleet_has_is_not_run_beside_it(call, queue, local, manifest):
    assert call("run", manifest, "--fleet", "--yes", "--no-wait").code == 0
    beside = call("run", manifest, "--yes")
    assert beside.code == 2
    assert "small.yaml is the fleet's: what is run beside it could be paid twice" in beside.err
    assert "hint: `sora2batch run small.yaml --fleet`; or unset SORA2BATCH_QUEUE once" in beside.err
    assert call("run", manifest, "--dry-run").code == 0
    assert call("run", manifest, "--simulate").code == 0


def test_a_dry_run_counts_what_the_fleet_has_and_writes_nothing(call, queue, local, manifest):
    first = call("run", manifest, "--fleet", "--dry-run")
    assert (first.code, first.out) == (0, call("plan", manifest).out)
    assert asked(queue, "select count(*) from batch") == [(0,)]
    assert call("run", manifest, "--fleet", "--yes", "--no-wait", "--limit", "1").code == 0
    manifest.write_text(manifest.read_text().replace("fox, owl", "fox, owl, cat"))
    before = asked(queue, "select * from attempt")
    shown = call("run", manifest, "--fleet", "--dry-run", "--json").document
    assert [(job["key"], job["action"]) for job in shown["jobs"]] == [
        ("hero/fox", "resume"),
        ("hero/owl", "submit"),
        ("hero/cat", "submit"),
    ]
    assert shown["summary"]["credits"] == {
        "budget": 5000, "spent": 0, "in_doubt": 0, "reserved": 420, "to_spend": 840, "remaining": 3740,
    }  # fmt: skip
    assert any(one.startswith("1 job reserved already, for 420 credits (by ") for one in shown["notices"])
    over = call("run", manifest, "--fleet", "--dry-run", "--max-credits", "1000")
    assert (over.code, "0 spent, 420 reserved, of 1,000: 260 over budget" in over.out) == (3, True)
    assert asked(queue, "select * from attempt") == before
    assert not Path("small.lock.jsonl").exists()


def test_the_lines_of_a_run_say_what_others_have_reserved(call, queue, local, manifest):
    assert call("run", manifest, "--fleet", "--yes", "--no-wait", "--limit", "1").code == 0
    ran = call("run", manifest, "--fleet", "--yes", "--no-wait", "--jsonl")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    valid = validator_for(load_schema("events.schema.json"))
    assert [error.message for line in lines for error in valid.iter_errors(line)] == []
    credits = lines[0]["summary"]["credits"]
    assert (credits["reserved"], credits["to_spend"]) == (420, 420)


def test_a_retry_that_somebody_else_has_reserved_is_followed(call, queue, local, manifest):
    with LaneThread(queue, ends(local, State.REJECTED)):
        assert call("run", manifest, "--fleet", "--yes").code == 1
    assert call("run", manifest, "--fleet", "--yes", "--retry-failed", "--no-wait").code == 0
    with LaneThread(queue, replay(local)):
        ran = call("run", manifest, "--fleet", "--yes")
    assert ran.code == 0, ran.err
    assert asked(queue, "select count(*) from attempt") == [(4,)]


def test_a_dry_run_knows_what_workers_bought(call, queue, local, manifest):
    with LaneThread(queue, replay(local)):
        assert call("run", manifest, "--fleet", "--yes").code == 0
    Path("small.lock.jsonl").unlink()
    ran = call("run", manifest, "--fleet", "--dry-run")
    assert ran.code == 0
    assert "0 to spend, 840 spent, of 5,000: 4,160 left" in ran.out
    assert not Path("small.lock.jsonl").exists()


def test_what_somebody_runs_here_is_not_reserved_beside_it(call, queue, local, manifest, monkeypatch):
    monkeypatch.setattr("sora2batch.app.fleet.line_pull._PATIENCE_SECONDS", 0.3)
    lock = Path("small.lock.jsonl").absolute()
    descriptor = take_hold(lock)
    ran = call("run", manifest, "--fleet", "--yes", "--no-wait")
    drop_hold(lock, descriptor)
    assert ran.code == 6
    assert "small.lock.jsonl is held by" in ran.err
    assert asked(queue, "select count(*) from attempt") == [(0,)]
    assert call("run", manifest, "--fleet", "--yes", "--no-wait").code == 0


def test_what_nobody_runs_in_the_fleet_is_run_here_as_ever(call, queue, local, manifest):
    ran = call("run", manifest, "--yes")
    assert ran.code == 0, ran.err
    entries = decode_lockfile(Path("small.lock.jsonl").read_bytes(), file="here").entries.values()
    assert [entry.state for entry in entries] == [State.COMPLETED] * 2


def test_events_and_the_document_are_those_of_a_run(call, queue, local, manifest):
    with LaneThread(queue, replay(local)):
        ran = call("run", manifest, "--fleet", "--yes", "--jsonl")
    told = [json.loads(line) for line in ran.out.splitlines()]
    kinds = [one["event"] for one in told if one["event"] not in {"progress", "spent", "warned"}]
    assert sorted(kinds) == sorted(["planned", *(2 * ["submitted", "generated", "downloaded"]), "ended"])
    assert kinds[0], kinds[-1] == ("planned", "ended")
    assert told[-1]["exit_code"] == 0
    assert told[-1]["summary"]["states"]["completed"] == 2
    document = call("run", manifest, "--fleet", "--yes", "--json").document
    assert document["summary"] == told[-1]["summary"]


def test_who_does_not_wait_leaves_it_to_the_workers(call, queue, local, manifest):
    ran = call("run", manifest, "--fleet", "--yes", "--no-wait")
    assert ran.code == 0, ran.err
    assert "2 jobs reserved for 840 credits; workers do the rest" in ran.err
    assert "no worker is alive: start one with `sora2batch worker`" in ran.err
    assert not Path("small.lock.jsonl").exists()
    again = call("run", manifest, "--fleet", "--yes", "--no-wait")
    assert (again.code, asked(queue, "select count(*) from attempt")) == (0, [(2,)])
    assert "2 jobs reserved already, for 840 credits (by " in again.err
    assert "nothing to do" in again.err
    with LaneThread(queue, replay(local)) as lane:
        later = call("run", manifest, "--fleet", "--yes")
    assert later.code == 0, later.err
    assert "no worker is alive" not in later.err
    assert len(lane.sent) == 2
    assert Path("small.lock.jsonl").read_bytes() == local


def test_a_limit_counts_what_is_reserved_now_and_not_what_is_reserved_already(call, queue, local, manifest):
    for jobs in (1, 2, 2):
        ran = call("run", manifest, "--fleet", "--yes", "--no-wait", "--limit", "1")
        assert ran.code == 0, ran.err
        assert asked(queue, "select count(*) from attempt where state = 'reserved'") == [(jobs,)]


def test_a_second_clone_follows_what_the_first_has_reserved(
    call, queue, local, manifest, folder, monkeypatch
):
    commit(folder, manifest)
    git(folder, "clone", "-q", folder, folder / "clone")
    assert call("run", manifest, "--fleet", "--yes", "--no-wait").code == 0
    monkeypatch.chdir("clone")
    with LaneThread(queue, replay(local)) as lane:
        ran = call("run", manifest, "--fleet", "--yes")
    assert (ran.code, len(lane.sent)) == (0, 2), ran.err
    assert Path("small.lock.jsonl").read_bytes() == local
    monkeypatch.chdir("..")
    pulled = call("pull", manifest, "--json")
    assert (pulled.code, pulled.document) == (0, {"version": 1, "lines": 2, "fetched": 2, "missing": []})
    assert Path("small.lock.jsonl").read_bytes() == local
    assert files_below("out") == files_below("local/out")
    assert call("pull", manifest, "--json").document == {
        "version": 1,
        "lines": 0,
        "fetched": 0,
        "missing": [],
    }


@pytest.mark.parametrize(
    ("state", "code", "told"),
    [
        (State.FAILED, 1, "2 failed"),
        (State.REJECTED, 1, "2 rejected"),
        (State.IN_DOUBT, 4, "2 in doubt"),
    ],
)
def test_exit_codes_are_those_of_a_run(call, queue, local, manifest, state, code, told):
    with LaneThread(queue, ends(local, state)):
        ran = call("run", manifest, "--fleet", "--yes")
    assert ran.code == code, ran.err
    assert told in ran.out
    assert ("`sora2batch fleet settle small.yaml` settles them" in ran.out) is (state is State.IN_DOUBT)
    again = call("run", manifest, "--fleet", "--yes")
    assert again.code == code
    assert asked(queue, "select count(*) from attempt") == [(2,)]


def test_failures_are_tried_again_where_that_is_said(call, queue, local, manifest):
    with LaneThread(queue, ends(local, State.REJECTED)):
        assert call("run", manifest, "--fleet", "--yes").code == 1
    with LaneThread(queue, replay(local)):
        ran = call("run", manifest, "--fleet", "--yes", "--retry-failed")
    assert ran.code == 0, ran.err
    assert asked(queue, "select number, state from attempt order by id") == [
        (1, "rejected"), (1, "rejected"), (2, "completed"), (2, "completed"),
    ]  # fmt: skip


def test_a_task_that_nobody_waits_for_any_more_is_asked_again_by_the_next_run(call, queue, local, manifest):
    with LaneThread(queue, ends(local, State.SUBMITTED)):
        assert call("run", manifest, "--fleet", "--yes", "--no-wait").code == 0
    with LaneThread(queue, ends(local, State.SUBMITTED)) as lane:
        lane.end_of_patience()
        ran = call("run", manifest, "--fleet", "--yes")
    assert ran.code == 4, ran.err
    assert "2 submitted" in ran.out


@pytest.mark.parametrize(
    ("table", "reason", "code"), [("batch", "FAIL_FAST", 1), ("batch", "CREDITS", 3), ("account", "KEY", 5)]
)
def test_what_stops_a_batch_ends_the_following(call, queue, local, manifest, table, reason, code):
    def stop(job):
        asked(queue, f"update {table} set stop_reason = '{reason}', stop_message = 'that is why'")
        asked(queue, "update attempt set state = 'withdrawn', changed_at = now() where state = 'reserved'")
        return ends(local, State.FAILED)(job) if reason == "FAIL_FAST" else ()

    with LaneThread(queue, stop):
        ran = call("run", manifest, "--fleet", "--yes")
    assert ran.code == code, ran.err
    assert "that is why" in ran.err
    assert asked(queue, "select reserved from batch") == [(0,)]


class Following:
    """``run --fleet`` in a process of its own."""

    def __init__(self, manifest: Path) -> None:
        command = [sys.executable, "-m", "sora2batch", "run", str(manifest), "--fleet", "--yes"]
        self._told = Path("told.txt")
        with self._told.open("w") as told:
            self._process = subprocess.Popen(command, stdout=told, stderr=told)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def told(self) -> str:
        return self._told.read_text()

    def expect(self, text: str) -> None:
        wait_until(lambda: text in self.told or self._process.poll() is not None)
        assert text in self.told

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        return self._process.wait(timeout=60)


def test_an_interrupt_ends_the_following_and_not_the_work(call, queue, local, manifest):
    with Following(manifest) as following:
        following.expect("2 jobs reserved")
        following.expect("no worker is alive")
        following.interrupt()
        assert following.end() == 130
        assert "stopped following: the work goes on" in following.told
        assert "no more jobs are submitted" not in following.told
        assert "not submitted yet: workers submit what is reserved; `sora2batch run" in following.told
    assert asked(queue, "select count(*) from attempt where state = 'reserved'") == [(2,)]
    with LaneThread(queue, replay(local)) as lane:
        lane.wait_for(2)
    assert call("run", manifest, "--fleet", "--yes").code == 0
    assert Path("small.lock.jsonl").read_bytes() == local


def test_the_lockfile_is_free_while_somebody_follows(call, queue, local, manifest):
    with Following(manifest) as following:
        following.expect("no worker is alive")
        assert call("run", manifest, "--fleet", "--yes", "--no-wait").code == 0
        assert call("pull", manifest).code == 0
        with LaneThread(queue, replay(local)):
            assert following.end() == 0, following.told
    assert Path("small.lock.jsonl").read_bytes() == local


def test_a_database_that_goes_and_comes_again_ends_no_following(local, manifest, own_postgres, monkeypatch):
    url = own_postgres.new_database()
    set_up(url)
    monkeypatch.setenv("SORA2BATCH_QUEUE", url)
    with Following(manifest) as following:
        following.expect("no worker is alive")
        own_postgres.kill()
        following.expect("workers go on without us, trying again")
        own_postgres.start()
        following.expect("the database answers again")
        with LaneThread(url, replay(local)):
            assert following.end() == 0, following.told
    assert Path("small.lock.jsonl").read_bytes() == local


class TestRefusals:
    def test_the_simulator_has_no_workers(self, call, queue, manifest):
        ran = call("run", manifest, "--fleet", "--yes", "--simulate")
        assert ran.code == 2
        assert "error: workers do not simulate" in ran.err
        assert "SORA2BATCH_API_URL" in ran.err

    def test_without_a_queue_it_says_how_one_is_named(self, call, manifest):
        ran = call("run", manifest, "--fleet", "--yes")
        assert ran.code == 2
        assert "hint: set SORA2BATCH_QUEUE to postgresql://" in ran.err

    def test_without_a_key_it_does_not_propose_what_workers_cannot(self, call, queue, manifest):
        ran = call("run", manifest, "--fleet", "--yes")
        assert ran.code == 2
        assert "hint: set SJINN_API_KEY, or SJINN_API_KEY_FILE to a file with it\n" in ran.err

    def test_without_tables_it_says_how_they_are_made(self, call, api, database_url, manifest, monkeypatch):
        api()
        monkeypatch.setenv("SORA2BATCH_QUEUE", database_url)
        ran = call("run", manifest, "--fleet", "--yes")
        assert ran.code == 2
        assert "hint: run `sora2batch fleet init`" in ran.err

    def test_nobody_is_asked_to_pay_without_having_said_yes(self, call, api, queue, manifest):
        api()
        ran = call("run", manifest, "--fleet")
        assert ran.code == 2
        assert "say --yes" in ran.err
        assert asked(queue, "select count(*) from attempt") == [(0,)]

    def test_what_others_have_reserved_leaves_no_room(self, call, api, queue, manifest):
        api()
        text = manifest.read_text()
        assert call("run", manifest, "--fleet", "--yes", "--no-wait").code == 0
        manifest.write_text(text.replace("fox, owl", "cat").replace("5000", "1000"))
        ran = call("run", manifest, "--fleet", "--yes")
        assert ran.code == 3
        assert "notice: 2 jobs reserved already, for 840 credits (by " in ran.err
        assert "over budget by 260 credits (1,000 allowed, 0 spent, 840 reserved, 420 to spend)" in ran.err
        assert "take reservations back with `sora2batch fleet cancel`" in ran.err
        assert asked(queue, "select count(*), sum(credits) from attempt") == [(2, 840)]

    def test_a_month_of_the_account_is_over(self, call, api, queue, manifest):
        api()
        ran = call("fleet", "init", "--month-credits", "800")
        assert ran.code == 0, ran.err
        assert ran.err.endswith(" may spend a month: 800 credits\n")
        ran = call("run", manifest, "--fleet", "--yes")
        assert ran.code == 3
        assert "may spend 800 credits a month, and 840 more are too many" in ran.err
        assert call("fleet", "init", "--month-credits", "none").code == 0
        assert call("run", manifest, "--fleet", "--yes", "--no-wait").code == 0


class TestInputFiles:
    """Pictures of one's own are in the store before anything is reserved; a row says what they are."""

    @pytest.fixture
    def shown(self, folder, manifest, monkeypatch):
        """Two jobs with one picture each, and a bucket that everybody can read."""
        for name, colour in (("fox", (200, 60, 20)), ("owl", (20, 60, 200))):
            picture(folder, f"images/{name}.png", colour, size=(320, 180))
        text = manifest.read_text().replace(
            "https://samples.sora2batch.example/{{ animal }}.jpg", "images/{{ animal }}.png"
        )
        manifest.write_text(text)
        (folder / "bucket").mkdir()
        monkeypatch.setenv("SORA2BATCH_STORE", (folder / "bucket").as_uri())
        with folder_server(folder / "bucket") as url:
            monkeypatch.setenv("SORA2BATCH_STORE_PUBLIC_URL", url)
            yield folder / "bucket"

    def test_they_are_stored_and_their_rows_say_what_a_worker_needs(self, call, api, queue, manifest, shown):
        api()
        ran = call("run", manifest, "--fleet", "--yes", "--no-wait")
        assert ran.code == 0, ran.err
        stored = {path.stem for path in shown.rglob("*.png")}
        rows = asked(queue, "select key, files from job order by key")
        assert [key for key, _ in rows] == ["hero/fox", "hero/owl"]
        for _, files in rows:
            found = read_files(files)
            [digest] = found.files
            assert digest in stored
            assert found.files[digest].facts.type.suffix == ".png"
            assert found.made.get(digest) is None
        assert asked(queue, "select store_url, public_url like 'http://127%' from batch") == [
            (shown.as_uri(), True)
        ]

    def test_a_picture_that_cannot_be_fetched_makes_its_job_wait_and_the_others_go_on(
        self, call, api, queue, manifest, shown, folder
    ):
        api()
        lost = sha256((folder / "images/owl.png").read_bytes()).hexdigest()
        (shown / f"sha256/{lost[:2]}/{lost}.png").mkdir(parents=True)
        ran = call("run", manifest, "--fleet", "--yes", "--no-wait")
        assert ran.code == 4, ran.err
        assert "hero/owl: not submitted, nothing was charged" in ran.err
        assert asked(queue, "select job.key from attempt join job on job.id = attempt.job") == [("hero/fox",)]

    def test_without_a_store_they_are_refused(self, call, api, queue, manifest, shown, monkeypatch):
        api()
        monkeypatch.delenv("SORA2BATCH_STORE")
        ran = call("run", manifest, "--fleet", "--yes")
        assert ran.code == 2
        assert "no store is configured" in ran.err
        assert asked(queue, "select id from batch") == []


def test_stages_follow_each_other_under_one_consent(call, api, queue, folder):
    api()
    manifest = Path("staged.yaml")
    manifest.write_text(STAGED)
    local = ran_here(call, manifest)
    with LaneThread(queue, replay(local)) as lane:
        ran = call("run", manifest, "--fleet", "--yes")
    assert ran.code == 0, ran.err
    assert sorted(lane.sent) == ["clips/fox", "clips/owl", "stills/fox", "stills/owl"]
    assert lane.sent[:2] == ["stills/fox", "stills/owl"]
    assert Path("staged.lock.jsonl").read_bytes() == local
    for name in ("staged.lock.jsonl", "out"):
        shutil.move(name, f"local/fleet.{name}")
    pulled = call("pull", manifest)
    assert pulled.code == 0, pulled.err
    assert "the files of 4 jobs fetched from the API" in pulled.err
    assert Path("staged.lock.jsonl").read_bytes() == local
    for name in ("staged.lock.jsonl", "out"):
        shutil.move(name, f"local/pulled.{name}")
    manifest.write_text(STAGED.replace("max_credits: 5000", f"max_credits: {asked(queue, SPENT)[0][0]}"))
    behind = call("run", manifest, "--fleet", "--yes")
    assert behind.code == 0, behind.err
    assert Path("staged.lock.jsonl").read_bytes() == local
    files = asked(queue, "select files from job where key = 'clips/fox'")[0][0]
    [found] = files.values()
    assert found["made"]["key"] == "stills/fox"
    assert found["mime"].startswith("image/")


class TestStore:
    """Workers have put the files there; nobody asks the API for one."""

    @pytest.fixture
    def bucket(self, folder, monkeypatch):
        (folder / "bucket").mkdir()
        monkeypatch.setenv("SORA2BATCH_STORE", (folder / "bucket").as_uri())
        return folder / "bucket"

    @pytest.mark.parametrize("outputs", ["true", "false"])
    def test_a_run_brings_files_home_from_the_store(self, call, api, queue, bucket, manifest, outputs):
        server = api()
        manifest.write_text(manifest.read_text() + f"store: {{outputs: {outputs}}}\n")
        local = ran_here(call, manifest)
        if outputs == "false":
            assert list(bucket.rglob("*.mp4")) == []
            self.store(bucket, local)
        script = replay(local, outputs=lambda one: one._replace(path=None, stored=True))
        assert call("run", manifest, "--fleet", "--yes", "--no-wait").code == 0
        server.stop()
        with LaneThread(queue, script, media="done") as lane:
            lane.wait_for(2)
        pulled = call("pull", manifest)
        assert pulled.code == 0, pulled.err
        assert "the files of 2 jobs fetched from the store" in pulled.err
        assert Path("small.lock.jsonl").read_bytes() == local
        assert files_below("out") == files_below("local/out")

    @staticmethod
    def store(bucket, lockfile):
        for entry in decode_lockfile(lockfile, file="local").entries.values():
            for one in entry.primary.outputs:
                target = bucket / f"sha256/{one.sha256[:2]}/{one.sha256}.mp4"
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(f"local/out/small/{one.path}", target)
