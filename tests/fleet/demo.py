"""A whole fleet on this machine, one of its workers killed on purpose: ``make fleet-demo``.

A PostgreSQL, the simulated API, three workers, and a client whose folder is lost in the end. Then the same
manifest is run on one machine alone, and the two lockfiles are compared. Nothing is spent; it all ends here.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.postgres import postgres_server
from fakes.waiting import wait_until
from fleet.demo_process import Program, clean_environ, sora2batch
from fleet.demo_watch import Watch
from fleet.demo_worker import DEAD_SECONDS

_MANIFEST = "campaign.yaml"
_WORKERS = 3
_SEED = "7"
_LOOK_SECONDS = 0.05
_WORTH_TELLING = ("are gone", "nobody was to", "doubt")
"""Of what workers say."""
_TELL_SECONDS = 1.5
_BEGUN = time.monotonic()


def tell(text: str) -> None:
    sys.stdout.write(f"{time.monotonic() - _BEGUN:5.1f} s  {text}\n")
    sys.stdout.flush()


class DifferentError(Exception):
    """It did not go as it should."""


class Demo:
    """Everything that runs, until the stack is closed."""

    def __init__(self, folder: Path, stack: ExitStack, *, speed: float, manifest: str) -> None:
        self._folder = folder
        self._stack = stack
        self._speed = speed
        self._manifest = manifest
        self._port = "0"
        self._env = clean_environ(SJINN_API_KEY="demo", SORA2BATCH_CACHE_DIR=str(folder / "cache"))
        self._workers: list[Program] = []

    def play(self) -> None:
        simulator = self._simulator()
        self._database()
        self._start_workers()
        client = self._make("ana")
        self._run_by_fleet(client)
        jobs = self._compare_with_the_books()
        fleet = self._read(client)
        self._lose(client)
        simulator.end()
        for worker in self._workers:
            worker.end()
        tell(
            "three workers have ended; now the same manifest on one machine, with a simulator of the same seed"
        )
        self._run_alone()
        alone = self._read(self._folder / "ben")
        _compare(fleet, alone)
        tell(
            f"{jobs} jobs, paid once each, one worker killed, one folder lost: the same lockfile as a local run"
        )

    def _simulator(self) -> Program:
        words = ("simulate", "--port", self._port, "--speed", str(self._speed), "--seed", _SEED)
        simulator = self._start(sora2batch(*words), self._folder)
        wait_until(lambda: any(line.startswith("API: ") for line in simulator.lines) or simulator.is_over)
        url = simulator.lines[-1].partition("SORA2BATCH_API_URL=")[2].split()[0]
        self._env["SORA2BATCH_API_URL"] = url
        self._port = url.split(":")[2].split("/")[0]
        tell(f"the simulated API answers at {url}: nothing is spent")
        return simulator

    def _database(self) -> None:
        server = self._stack.enter_context(postgres_server())
        url = server.new_database(name="fleet")
        self._env["SORA2BATCH_QUEUE"] = url
        tell("a PostgreSQL of our own is there, empty")
        self._call("fleet", "init", cwd=self._folder)
        self._watch = Watch(url)
        self._stack.callback(self._watch.close)

    def _start_workers(self) -> None:
        self._env["SORA2BATCH_STORE"] = (self._folder / "store").as_uri()
        (self._folder / "store").mkdir()
        script = Path(__file__).with_name("demo_worker.py")
        for number in range(1, _WORKERS + 1):

            def hear(line: str, name: str = f"worker {number}") -> None:
                if any(word in line for word in _WORTH_TELLING):
                    tell(f"{name} says: {line}")

            self._workers.append(self._start([script], self._folder, hear))
        wait_until(lambda: self._watch.number_of_workers() == _WORKERS)
        tell(
            f"{_WORKERS} workers are there; here one is taken for dead after {DEAD_SECONDS:g} s, not after 60"
        )

    def _make(self, name: str) -> Path:
        """Make somebody's folder."""
        folder = self._folder / name
        folder.mkdir()
        (folder / _MANIFEST).write_text(self._manifest)
        return folder

    def _run_by_fleet(self, folder: Path) -> None:
        words = ("run", _MANIFEST, "--yes", "--fleet")
        tell(f"$ sora2batch {' '.join(words)}")
        client = self._start(sora2batch(*words), folder)
        is_killed, told, since, lane = False, None, 0.0, None
        while not client.is_over:
            counts = self._watch.counts()
            if counts != told and time.monotonic() - since > _TELL_SECONDS:
                tell(f"  {counts}")
                told, since = counts, time.monotonic()
            if not is_killed and counts.stored >= 3 and counts.reserved >= 5:
                lane = self._kill_lane()
                is_killed = lane is not None
            elif lane and (now := self._watch.lane()) not in {None, lane}:
                tell(f"{self._name(now)} has the create lane now, and goes on")
                lane = None
            time.sleep(_LOOK_SECONDS)
        tell(f"  {self._watch.counts()}")
        if code := client.wait():
            raise DifferentError("\n".join([*client.lines, f"run --fleet ended with {code}"]))
        if not is_killed:
            raise DifferentError("there was no moment to kill a worker in")

    def _kill_lane(self) -> int | None:
        """Kill the worker that creates tasks, between two calls, so that nothing is in doubt by it."""
        pid = self._watch.lane()
        worker = next((one for one in self._workers if one.pid == pid), None)
        if worker is None:
            return None
        worker.send(signal.SIGSTOP)
        if self._watch.is_calling(worker.pid):
            worker.send(signal.SIGCONT)
            return None
        counts, fetching = self._watch.counts(), self._watch.fetching()
        worker.send(signal.SIGKILL)
        tell(
            f"kill -9 {self._name(worker.pid)}: it had the create lane, and {counts.reserved} jobs are reserved still;"
        )
        tell(
            f"  {fetching} files were on their way, {counts.submitted} tasks were being watched. Nobody is told"
        )
        return worker.pid

    def _name(self, pid: int | None) -> str:
        return next(f"worker {at}" for at, one in enumerate(self._workers, 1) if one.pid == pid)

    def _compare_with_the_books(self) -> int:
        """Have the API itself say what it charged."""
        charged = len(self._charges())
        jobs = self._watch.counts().completed
        tell(f"the API's own books: {charged} tasks charged for {jobs} jobs")
        if charged != jobs:
            raise DifferentError("a job was paid twice, or never")
        return jobs

    def _charges(self) -> list[Any]:
        rows: list[Any] = []
        question: dict[str, Any] = {"limit": 50}
        while True:
            request = Request(
                f"{self._env['SORA2BATCH_API_URL']}/query_credits_usage",
                data=json.dumps(question).encode(),
                headers={"Authorization": "Bearer demo", "Content-Type": "application/json"},
            )
            with urlopen(request) as answer:
                page = json.load(answer)["data"]
            rows += page["records"]
            if not page.get("has_more"):
                return rows
            question["cursor"] = page["next_cursor"]

    def _lose(self, folder: Path) -> None:
        """Lose what the client had, and get it back."""
        clips = _files(folder)
        for path in folder.iterdir():
            if path.name != _MANIFEST:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        tell(f"the client's lockfile and its {len(clips)} files are deleted")
        said = self._call("pull", _MANIFEST, cwd=folder)
        if _files(folder) != clips:
            raise DifferentError("\n".join([*said, "pull did not bring back what was lost"]))
        tell(f"the lockfile and {len(clips)} files are back, with the same bytes")

    def _run_alone(self) -> None:
        del self._env["SORA2BATCH_QUEUE"]
        self._env["SORA2BATCH_STORE"] = (self._folder / "other-store").as_uri()
        (self._folder / "other-store").mkdir()
        self._simulator()
        self._call("run", _MANIFEST, "--yes", cwd=self._make("ben"))

    def _read(self, folder: Path) -> list[str]:
        return (folder / _MANIFEST).with_suffix(".lock.jsonl").read_text().splitlines()

    def _start(self, argv: list[str | Path], cwd: Path, hear: Any = lambda _: None) -> Program:
        program = Program(argv, cwd=cwd, env=self._env, hear=hear)
        self._stack.callback(program.end)
        return program

    def _call(self, *words: str, cwd: Path) -> list[str]:
        tell(f"$ sora2batch {' '.join(words)}")
        program = self._start(sora2batch(*words), cwd)
        code = program.wait()
        if code:
            raise DifferentError("\n".join([*program.lines, f"{words[0]} ended with {code}"]))
        return program.lines


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / "out").rglob("*.*"))
        if path.is_file()
    }


def _compare(fleet: list[str], alone: list[str]) -> None:
    """Compare line by line, but for moments and task ids: these are the API's."""
    difference = list(
        unified_diff(
            *([_plain(line) for line in side] for side in (alone, fleet)), "local", "fleet", n=0, lineterm=""
        )
    )
    if difference:
        raise DifferentError("\n".join([*difference, "another lockfile than a local run's"]))


def _plain(line: str) -> str:
    told = json.loads(line)
    task_id = told.pop("task_id", None)
    for name in ("submitted_at", "finished_at"):
        told.pop(name, None)
    text = json.dumps(told)
    return text.replace(task_id, "TASK") if task_id else text


def _shorter(manifest: str) -> str:
    stills = manifest.partition("  clips:")[0].replace(", an old tram, a glass of tea, a paper boat", "")
    return stills.replace("concurrency: 16", "concurrency: 6")


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=150.0, help="of the simulated API")
    parser.add_argument("--short", action="store_true", help="18 stills alone")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    manifest = Path(__file__).with_name(_MANIFEST).read_text()
    if given.short:
        manifest = _shorter(manifest)
    try:
        with ExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="sora2batch-fleet-"))
            Demo(Path(folder), stack, speed=given.speed, manifest=manifest).play()
    except DifferentError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: all that was started has ended, and nothing is left\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
