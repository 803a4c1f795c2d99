"""Kill everything, by chance and for as long as one likes: workers, clients, PostgreSQL, connections.

``make fleet-torture``, or see --help. Each round is a new fleet: two people with a clone each, three workers, an
API that counts outside of all of them and has weather of its own. Processes are killed, stopped for longer than
they are believed in, told to end; PostgreSQL is killed and started again. Then whoever knows the truth settles
what is in doubt, and everything is compared: the API's books, the sums, both lockfiles, and a run on one machine.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.campaign import tools_dir
from fakes.postgres import PostgresServer, postgres_server
from fakes.program import Ended, Running, Template
from fakes.service import PRICE, TOOL, Service
from fleet.quick_program import DEAD_SECONDS
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.file import read_lockfile
from sora2batch.simulator.fault import Fault, FaultKind

_MANIFEST = """\
version: 1
tool: {tool}
budget: {{max_credits: {budget}}}
jobs:
  hero:
    matrix: {{animal: [{names}]}}
    input: {{prompt: "{{{{ animal }}}}"}}
{clips}run: {{submit_concurrency: {calls}, concurrency: {open}, poll_interval: 0.05, retries: 3}}
store: {{url: "{store}", outputs: true}}
output: {{dir: out, check: {checks}}}
"""
_CLIPS = """\
  clips:
    matrix: {still: {from_jobs: hero}}
    input: {prompt: "{{ still.animal }} moves", image: "{{ still.output }}"}
"""
_WORKERS = 3
_GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
_WEATHER = (
    FaultKind.TOO_MANY,
    FaultKind.RESET,
    FaultKind.SERVER_ERROR,
    FaultKind.TRUNCATE,
    FaultKind.SLOW,
    FaultKind.FAIL,
)


@dataclass
class FleetResult:
    """What is printed in the end."""

    rounds: int = 0
    jobs: int = 0
    staged: int = 0
    """Those of which another one is made."""
    killed_workers: int = 0
    killed_clients: int = 0
    stopped: int = 0
    """Workers that slept for longer than they were believed in, and woke up."""
    killed_databases: int = 0
    cut: int = 0
    """Times at which all connections were cut."""
    doubts: int = 0
    charged_twice: int = 0
    lost: int = 0
    over_budget: int = 0

    @property
    def is_good(self) -> bool:
        return not (self.charged_twice or self.lost or self.over_budget)

    def __str__(self) -> str:
        return "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in vars(self).items())


class Person:
    """A clone of the repository, and who works in it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.running: Running | None = None

    @property
    def lock_path(self) -> Path:
        return self.folder / "small.lock.jsonl"


class Fleet:
    """One round."""

    def __init__(self, folder: Path, template: Template, result: FleetResult, random: Random) -> None:
        self._folder = folder
        self._template = template
        self._result = result
        self._random = random
        self._numbers = count(1)
        self._workers: list[Running | None] = [None] * _WORKERS
        self._notes: list[Path] = []

    def play(self, seconds: float) -> None:
        with ExitStack() as stack:
            self._server: PostgresServer = stack.enter_context(postgres_server(fsync="on"))
            self._url = self._server.new_database(name="fleet")
            faults = [
                Fault(kind=kind, rate=self._random.choice([0.02, 0.1]))
                for kind in self._random.sample(_WEATHER, self._random.randint(0, 2))
            ]
            self._is_slow = any(fault.kind is FaultKind.SLOW for fault in faults)
            tools = tools_dir(self._folder)
            self._service: Service = stack.enter_context(
                Service(tools, faults=faults, seed=self._random.randrange(10**6))
            )
            stack.callback(self._end_all)
            self._tools = tools
            self._jobs = self._random.randint(20, 120)
            self._has_clips = self._random.random() < 0.4
            self._budget = PRICE * self._jobs * (2 if self._has_clips else 1)
            self._result.jobs += self._jobs
            self._result.staged += self._jobs if self._has_clips else 0
            self._people = self._make_people()
            assert self._call(self._people[0].folder, "fleet", "init").code == 0, self.transcript()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                self._revive()
                time.sleep(self._random.uniform(0.02, 0.6))
                self._strike()
                self._check_money()
            self._conclude()

    def transcript(self) -> str:
        tails = [f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in self._notes[-14:]]
        return "\n".join(tails)

    def _make_people(self) -> list[Person]:
        origin = self._folder / "origin"
        origin.mkdir()
        text = _MANIFEST.format(
            tool=TOOL,
            budget=self._budget,
            names=", ".join(f"animal {number}" for number in range(self._jobs)),
            clips=_CLIPS if self._has_clips else "",
            calls=self._random.choice([1, 2, 4]),
            open=self._random.choice([4, 16, 64]),
            store=(self._folder / "bucket").as_uri(),
            checks=self._random.choice(["true", "false"]),
        )
        (origin / "small.yaml").write_text(text)
        for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "small"]):
            subprocess.run([*_GIT, *words], cwd=origin, check=True)
        people = []
        for name in ("ana", "ben"):
            subprocess.run([*_GIT, "clone", "-q", str(origin), str(self._folder / name)], check=True)
            people.append(Person(name, self._folder / name))
        return people

    def _start(self, folder: Path, *argv: str) -> Running:
        notes = self._folder / f"{next(self._numbers):03}-{argv[0]}.x"
        self._notes.append(notes.with_suffix(".err"))
        return self._template.start(*argv, cwd=folder, env=self._env, notes=notes)

    @property
    def _env(self) -> dict[str, str]:
        return {
            "SJINN_API_KEY": "sk-never-to-be-seen",
            "SORA2BATCH_API_URL": self._service.url,
            "SORA2BATCH_TOOLS_DIR": str(self._tools),
            "SORA2BATCH_CACHE_DIR": str(self._folder / "cache"),
            "SORA2BATCH_QUEUE": self._url,
        }

    def _call(self, folder: Path, *argv: str, seconds: float = 120.0) -> Ended:
        ended = self._start(folder, *argv).wait(seconds=seconds)
        assert "Traceback" not in ended.err, ended.err
        assert "internal error" not in ended.err, ended.err
        return ended

    def _revive(self) -> None:
        """Start again what is gone; people call ``run`` again, as people do."""
        for at, worker in enumerate(self._workers):
            if worker is None or not _lives(worker.pid):
                if worker:
                    worker.wait()
                self._workers[at] = self._start(self._folder, "worker")
        for person in self._people:
            if person.running and not _lives(person.running.pid):
                ended = person.running.wait()
                person.running = None
                assert "Traceback" not in ended.err, ended.err
            if person.running is None and self._random.random() < 0.7:
                words = ["run", "small.yaml", "--yes", "--fleet"]
                person.running = self._start(person.folder, *words)

    def _strike(self) -> None:
        way = self._random.random()
        worker = self._random.choice([one for one in self._workers if one and _lives(one.pid)] or [None])
        clients = [one.running for one in self._people if one.running and _lives(one.running.pid)]
        if way < 0.35 and worker:
            self._result.killed_workers += 1
            worker.signal(signal.SIGKILL)
        elif way < 0.45 and worker:
            worker.signal(signal.SIGTERM)
        elif way < 0.55 and worker:
            self._result.stopped += 1
            worker.signal(signal.SIGSTOP)
            time.sleep(self._random.choice([0.5, DEAD_SECONDS + 1.5]))
            worker.signal(signal.SIGCONT)
        elif way < 0.75 and clients:
            self._result.killed_clients += 1
            self._random.choice(clients).signal(self._random.choice([signal.SIGKILL, signal.SIGINT]))
        elif way < 0.85:
            self._result.killed_databases += 1
            self._server.kill()
            time.sleep(self._random.choice([0.0, 0.3, 2.0]))
            self._server.start()
        elif way < 0.9:
            self._result.cut += 1
            cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'sora2batch%'"
            self._server.psql(cut, url=self._url)
        elif not self._is_slow:
            self._settle_in_between()

    def _settle_in_between(self) -> None:
        """Somebody says what became of calls whose workers may be asleep, and wake up later."""
        with suppress(psycopg.OperationalError):
            if doubts := self._doubts("in_doubt"):
                words = self._truth(doubts)
                self._call(self._people[0].folder, "fleet", "settle", "small.yaml", *words)

    def _check_money(self) -> None:
        counts = Counter(charge.prompt for charge in self._service.charges())
        twice = {prompt: number for prompt, number in counts.items() if number > 1}
        self._result.charged_twice += len(twice)
        self._result.over_budget += self._service.spent > self._budget
        if twice or self._service.spent > self._budget:
            raise AssertionError(f"twice {twice}, spent {self._service.spent}\n{self.transcript()}")

    def _conclude(self) -> None:
        """Let it end in peace, settle what is in doubt with the truth, and compare."""
        self._service.recover()
        ana, ben = self._people
        for person in self._people:
            if person.running:
                with suppress(ProcessLookupError):
                    person.running.signal(signal.SIGINT)
                person.running.wait()
                person.running = None
        for _ in range(6):
            self._revive_workers()
            code = self._call(ana.folder, "run", "small.yaml", "--yes", "--fleet").code
            self._settle(ana)
            if code in {0, 1} and not self._doubts():
                break
        else:
            raise AssertionError(f"it did not come to an end: exit {code}\n{self.transcript()}")
        for person in self._people:
            end = time.monotonic() + 60
            while self._call(person.folder, "pull", "small.yaml").code != 0:  # workers may be at files still
                assert time.monotonic() < end, f"not all to be had\n{self.transcript()}"
                time.sleep(0.5)
        self._compare(ana, ben)

    def _revive_workers(self) -> None:
        for at, worker in enumerate(self._workers):
            if worker is None or not _lives(worker.pid):
                if worker:
                    worker.wait()
                self._workers[at] = self._start(self._folder, "worker")

    def _doubts(self, *states: str) -> list[tuple[str, str]]:
        """*Shape*: (key, prompt) of each job whose call is in doubt, or may be soon."""
        wanted = "', '".join(states or ("in_doubt", "sending"))
        rows = self._server.psql(
            "select job.key, job.input from sora2batch.attempt join sora2batch.job on job.id = attempt.job"
            f" where attempt.state in ('{wanted}')",
            url=self._url,
        )
        return [(key, orjson.loads(input)["prompt"]) for key, input in rows]

    def _rows(self) -> str:
        """What the database knows of attempts that are not done, for whoever reads why a round failed."""
        rows = self._server.psql(
            "select job.key, job.fingerprint, attempt.id, number, trial, state, task_id, worker, imported, line"
            " from sora2batch.attempt join sora2batch.job on job.id = attempt.job where attempt.state <> 'completed' order by job.key, attempt.id",
            url=self._url,
        )
        return "\n".join(map(str, rows))

    def _settle(self, person: Person) -> None:
        end = time.monotonic() + 30
        sending = "select count(*) from sora2batch.attempt where state = 'sending'"
        while self._server.psql(sending, url=self._url) != [(0,)]:
            assert time.monotonic() < end, f"sent for ever\n{self.transcript()}"
            time.sleep(0.2)
        self._result.doubts += len(self._doubts())
        end = time.monotonic() + 90
        while doubts := self._doubts():
            self._service.drain()
            words = self._truth(doubts)
            ended = self._call(person.folder, "fleet", "settle", "small.yaml", *words)
            assert time.monotonic() < end, (
                f"not settled: {ended.code}, {words}\n{ended.err}\n{self._rows()}\n{self.transcript()}"
            )

    def _truth(self, doubts: list[tuple[str, str]]) -> list[str]:
        """Say what really became of each call."""
        rows = self._server.psql(
            "select task_id from sora2batch.attempt where task_id is not null", url=self._url
        )
        known = {task_id for (task_id,) in rows}
        paid = {one.prompt: one.task_id for one in self._service.charges() if one.task_id not in known}
        words: list[str] = []
        for key, prompt in doubts:
            words += ["--adopt", f"{key}={paid[prompt]}"] if prompt in paid else ["--release", key]
        return words

    def _compare(self, ana: Person, ben: Person) -> None:
        self._check_money()
        charges = self._service.charges()
        entries = read_lockfile(ana.lock_path).entries.values()
        known = {attempt.task_id for entry in entries for attempt in entry.attempts}
        lost = [one for one in charges if one.task_id not in known]
        self._result.lost += len(lost)
        states = Counter(entry.state for entry in entries)
        ((charged, reserved, in_doubt),) = self._server.psql(
            "select charged, reserved, in_doubt from sora2batch.batch", url=self._url
        )
        faults = []
        if lost:
            faults.append(f"lost: {lost}")
        if ana.lock_path.read_bytes() != ben.lock_path.read_bytes():
            faults.append("the two lockfiles differ")
        if (charged, reserved, in_doubt) != (self._service.spent, 0, 0):
            faults.append(f"sums {charged}, {reserved}, {in_doubt}; the API charged {self._service.spent}")
        made = sum(not one.needs and one.state is State.COMPLETED for one in entries)
        expected = self._jobs + (made if self._has_clips else 0)
        if len(charges) != expected or not states.keys() <= {State.COMPLETED, State.FAILED}:
            faults.append(f"{len(charges)} of {expected} paid, {dict(states)}")
        for person in self._people:
            missing = [
                output.path
                for entry in entries
                for output in entry.primary.outputs
                if not (person.folder / "out" / str(output.path)).is_file()
            ]
            if missing:
                faults.append(f"{person.name} lacks {missing}")
        faults += self._compare_with_alone(ana)
        if faults:
            raise AssertionError("\n".join([*faults, self.transcript()]))

    def _compare_with_alone(self, ana: Person) -> list[str]:
        """Run the same on one machine; only moments, task ids and contents may differ, for they are the API's."""
        alone = self._folder / "alone"
        alone.mkdir()
        (alone / "small.yaml").write_text((ana.folder / "small.yaml").read_text())
        with Service(self._tools, seed=1) as service:
            environ = {**self._env, "SORA2BATCH_API_URL": service.url}
            del environ["SORA2BATCH_QUEUE"]
            notes = self._folder / "alone.x"
            ended = self._template.start(
                "run", "small.yaml", "--yes", cwd=alone, env=environ, notes=notes
            ).wait(seconds=120)
            if ended.code != 0:
                return [f"the local run ended with {ended.code}: {ended.err}"]
        mine, its = _plain(ana.lock_path), _plain(alone / "small.lock.jsonl")
        same = [key for key in mine if mine[key]["state"] != State.FAILED]
        return [
            f"not as a local run: {mine[key]}\n{its.get(key)}" for key in same if mine[key] != its.get(key)
        ][:3]

    def _end_all(self) -> None:
        for running in (*self._workers, *(one.running for one in self._people)):
            if running and _lives(running.pid):
                running.signal(signal.SIGKILL)
                running.wait()


def _plain(path: Path) -> dict[str, dict[str, Any]]:
    """Read a lockfile's lines, by their keys, without what the API alone decides."""
    lines = {}
    for line in path.read_bytes().splitlines()[1:]:
        job = orjson.loads(line)
        for name in ("task_id", "submitted_at", "finished_at", "api", "attempt"):
            job.pop(name, None)
        if isinstance(image := job["input"].get("image"), dict):
            job.pop("fingerprint")
            image.pop("sha256")
        for output in job.get("outputs", ()):
            for name in ("url", "sha256", "bytes"):
                output.pop(name, None)
        lines[job["key"]] = job
    return lines


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def torture(*, seconds: float, round_seconds: float, seed: int) -> tuple[FleetResult, str | None]:
    """Play rounds until the time is over, or one goes wrong; tell how that one did."""
    result, end = FleetResult(), time.monotonic() + seconds
    with Template("fleet.quick_program") as template:
        while time.monotonic() < end:
            result.rounds += 1
            with TemporaryDirectory(prefix="fleet-torture-") as folder:
                random = Random(f"{seed}/{result.rounds}")
                try:
                    Fleet(Path(folder), template, result, random).play(round_seconds)
                except AssertionError as error:
                    return result, f"round {result.rounds}: {error}"
    return result, None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180.0, help="stop after so long (default 180)")
    parser.add_argument(
        "--round-seconds", type=float, default=20.0, help="of killing in a round (default 20)"
    )
    parser.add_argument("--seed", type=int, default=None, help="repeat what an earlier call printed")
    given = parser.parse_args()
    seed = int(time.time()) if given.seed is None else given.seed
    result, trouble = torture(seconds=given.seconds, round_seconds=given.round_seconds, seed=seed)
    sys.stdout.write(f"{result}\nseed: {seed}\n")
    if trouble:
        sys.stderr.write(f"{trouble}\n")
    return 0 if result.is_good and trouble is None else 1


if __name__ == "__main__":
    sys.exit(main())
