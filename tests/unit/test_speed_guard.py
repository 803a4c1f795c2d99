"""How much work is done, counted and not timed: what would make the program slow fails here on any machine."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Self

import pytest

from fakes.lock_entry import completed, entry_of, in_doubt, submitted
from fakes.loop import run_virtual
from fakes.matrix_case import HEAD, MemoryTree, expand_text
from fakes.rig import jobs_of, rig_of
from fakes.still_clock import StillClock
from fakes.video_api import WORKING
from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.input_check import InputChecker, compile_schema
from sora2batch.ground.canonical import canonical_json
from sora2batch.ground.clock import moment_of
from sora2batch.ground.disk import SystemDisk
from sora2batch.ground.job import Credits
from sora2batch.lockfile.appender import journal_line
from sora2batch.lockfile.codec import encode_lockfile
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Output
from sora2batch.lockfile.file import read_lockfile, write_lockfile
from sora2batch.lockfile.line import decode_job, encode_lockfile_line
from sora2batch.lockfile.store import LockfileStore
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.model import RunOptions
from sora2batch.matrix.expand import expand
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.render_text import plan_lines
from sora2batch.plan.selection import Selection
from sora2batch.run.artifact import Artifacts
from sora2batch.template.template import Compiler, Template

JOBS = 400
MATRIX = """\
vars: {brand: Aurora, motto: "{{ brand | upper }} is near"}
defaults: {input: {mode: std, duration: 10}}
jobs:
  hero:
    matrix:
      subject: [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16, s17, s18, s19]
      camera: [c0, c1, c2, c3, c4]
      ratio: ["16:9", "9:16"]
      light: [dawn, dusk]
    input: {prompt: "{{ camera }} on {{ subject }} at {{ light }}: {{ motto }}", aspect_ratio: "{{ ratio }}"}
"""
PLAIN = {"prompt": "a fox", "mode": "std", "duration": 10}


class Calls:
    """Counts the calls of Python functions, and of C functions by name, while its block lasts."""

    def __init__(self) -> None:
        self.python: Counter[object] = Counter()
        self.c: Counter[str] = Counter()

    def of(self, function: Callable) -> int:
        return self.python[getattr(function, "__wrapped__", function).__code__]

    @property
    def total(self) -> int:
        return sum(self.python.values()) + sum(self.c.values())

    def __enter__(self) -> Self:
        self._before = sys.getprofile()
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_) -> None:
        sys.setprofile(self._before)

    def _count(self, frame, event, argument) -> None:
        if event == "call":
            self.python[frame.f_code] += 1
        elif event == "c_call":
            self.c[argument.__name__] += 1


class CountingDisk(SystemDisk):
    """The machine's disk, with its tally."""

    def __init__(self) -> None:
        self.syncs = 0
        self.writes = 0

    def sync(self, descriptor) -> None:
        self.syncs += 1
        super().sync(descriptor)

    def write(self, descriptor, data, offset) -> None:
        self.writes += 1
        super().write(descriptor, data, offset)


@pytest.fixture(scope="module")
def expanding() -> Calls:
    tree = MemoryTree({"batch.yaml": HEAD + MATRIX})
    manifest, catalog = load_manifest(Path("batch.yaml"), tree=tree), load_catalog()
    expand(manifest, catalog, tree)  # what happens once a process is not to be counted
    with Calls() as calls:
        jobs = expand(manifest, catalog, tree).jobs
    assert len(jobs) == JOBS
    return calls


def basis_of(jobs, *entries) -> PlanInputs:
    return PlanInputs(
        manifest="x.yaml",
        jobs=jobs,
        lockfile=lockfile_of("x.yaml", entries),
        budget=Credits(10**6),
        selection=Selection(),
        notices=(),
    )


def test_every_template_is_compiled_once_however_many_jobs_use_it(expanding):
    assert expanding.of(Compiler._compile) == 3


def test_a_field_is_rendered_once_for_each_value_that_it_reads(expanding):
    ratios, mottos = 2, 1
    assert expanding.of(Template.render) == ratios + mottos


def test_a_prompt_is_rendered_only_where_a_piece_of_it_is_new(expanding):
    subjects, cameras, lights = 20, 5, 2
    assert expanding.of(Template.render_pieces) <= subjects + cameras + lights + 1


def test_a_prompt_whose_parts_depend_on_each_other_is_rendered_for_every_cell():
    matrix = MATRIX.replace(
        "{{ camera }} on {{ subject }}", "{% if light == 'dusk' %}{{ subject }}{% endif %}{{ camera }}"
    )
    with Calls() as calls:
        jobs = expand_text(matrix.replace("[dawn, dusk]", "[dusk]").replace('"16:9", ', "")).jobs
    assert len({job.input["prompt"] for job in jobs}) == len(jobs) == 100
    assert calls.of(Template.render_pieces) >= 100


def test_two_takes_share_one_rendering_and_one_validation():
    with Calls() as calls:
        jobs = expand_text("jobs: {hero: {repeat: 50, input: {prompt: '{{ 1 + 1 }} foxes'}}}").jobs
    assert len(jobs) == 50
    assert calls.of(Template.render) == 1
    assert calls.of(InputChecker.faults) == 1


def test_a_request_is_validated_once_by_a_schema_that_is_compiled_once(expanding):
    assert expanding.of(InputChecker.faults) == JOBS
    assert expanding.c["is_valid"] <= JOBS + 10
    assert expanding.of(compile_schema) == 1


def test_a_job_is_hashed_once(expanding):
    assert expanding.of(canonical_json) == JOBS
    assert expanding.c["openssl_sha256"] <= JOBS + 10


def test_a_job_of_a_matrix_takes_a_bounded_number_of_calls(expanding):
    assert expanding.total / JOBS < 80


def test_a_planned_job_takes_a_bounded_number_of_calls():
    inputs = basis_of(expand_text(MATRIX).jobs)
    with Calls() as calls:
        list(plan_lines(make_plan(inputs, lambda attempt: None)))
    assert calls.total / JOBS < 25


def test_canonical_json_of_a_plain_input_is_one_call_of_the_fast_writer():
    with Calls() as calls:
        canonical_json(PLAIN)
    assert calls.c["dumps"] == 1
    assert calls.total < 15


def test_planning_looks_at_a_finished_file_once_and_reads_nothing(tmp_path):
    artifacts, data, when = Artifacts(tmp_path), b"a clip", "2026-11-22T09:03:10Z"
    jobs = expand_text(MATRIX).jobs[:50]
    output = Output(path="a.mp4", sha256=sha256(data).hexdigest(), bytes=len(data))
    (tmp_path / "a.mp4").write_bytes(data)
    artifacts.stamp(tmp_path / "a.mp4", moment_of(when))
    done = completed(outputs=(output,), finished_at=when)
    entries = [replace(entry_of(done), fingerprint=job.fingerprint) for job in jobs]
    with Calls() as calls:
        plan = make_plan(basis_of(jobs, *entries), artifacts.quick_fault)
    assert plan.counts["skip"] == len(jobs)
    assert calls.c["stat"] == len(jobs)
    assert calls.c["open"] == calls.c["file_digest"] == 0
    assert calls.total / len(jobs) < 60


def test_reading_a_line_of_a_lockfile_takes_a_bounded_number_of_calls(tmp_path):
    path = tmp_path / "x.lock.jsonl"
    entries = [entry_of(completed(f"task-{number}"), name=str(number)) for number in range(200)]
    write_lockfile(path, lockfile_of("x.yaml", entries))
    LockfileStore.open(path, manifest="x.yaml", clock=StillClock())._let_go()
    with Calls() as calls:
        store = LockfileStore.open(path, manifest="x.yaml", clock=StillClock())
    store._let_go()
    assert calls.c["is_valid"] <= len(entries) + 1
    assert calls.c["read"] + calls.c["readall"] <= 4
    assert calls.of(encode_lockfile_line) == 0
    assert calls.total / len(entries) < 60


async def test_appends_that_wait_together_share_a_sync(tmp_path):
    disk = CountingDisk()
    path = tmp_path / "x.lock.jsonl"
    async with LockfileStore.open(path, manifest="x.yaml", clock=StillClock(), disk=disk) as store:
        before = disk.syncs, disk.writes
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(store.record(entry_of(in_doubt(), name=str(number))))
        assert disk.syncs - before[0] <= 2
        assert disk.writes - before[1] <= 2


async def test_a_checkpoint_encodes_only_the_lines_that_changed(tmp_path):
    path = tmp_path / "x.lock.jsonl"
    async with LockfileStore.open(path, manifest="x.yaml", clock=StillClock()) as store:
        for number in range(30):
            await store.record(entry_of(submitted(f"task-{number}"), name=str(number)))
        await store.checkpoint()
        await store.record(entry_of(completed("task-7"), name="7"))
        with Calls() as calls:
            store._saver._line(store.entry(entry_of(submitted(), name="7").fingerprint))
            encode_lockfile(store.lockfile, encode_line=store._saver._line)
        assert calls.of(encode_lockfile_line) == 0


async def test_a_line_of_the_journal_is_the_lockfiles_line_and_is_not_written_twice(tmp_path):
    path = tmp_path / "x.lock.jsonl"
    async with LockfileStore.open(path, manifest="x.yaml", clock=StillClock()) as store:
        with Calls() as calls:
            for number in range(30):
                await store.record(entry_of(in_doubt(), name=str(number)))
                await store.record(entry_of(submitted(f"task-{number}"), name=str(number)))
            await store.checkpoint()
        assert calls.of(encode_lockfile_line) == 0
        assert path.read_bytes() == encode_lockfile(store.lockfile)


async def test_a_line_that_differs_from_its_journals_is_encoded_anew(tmp_path):
    path = tmp_path / "x.lock.jsonl"
    async with LockfileStore.open(path, manifest="x.yaml", clock=StillClock()) as store:
        await store.record(entry_of(submitted("task-1", trial=2), name="1"))
        await store.record(entry_of(submitted("task-2"), name="2"))
        store.rename(entry_of(submitted(), name="2").fingerprint, "hero/other")
        await store.checkpoint()
        assert path.read_bytes() == encode_lockfile(store.lockfile)
        assert b"hero/other" in path.read_bytes()
        assert b"trial" not in path.read_bytes()


def test_the_same_lockfile_is_decoded_once_however_often_it_is_asked_for(tmp_path):
    path = tmp_path / "x.lock.jsonl"
    write_lockfile(path, lockfile_of("x.yaml", [entry_of(submitted("task-once"), name="once")]))
    with Calls() as calls:
        first = read_lockfile(path)
        assert read_lockfile(path) is first
    assert calls.of(decode_job) == 1


async def test_a_recorded_line_takes_a_bounded_number_of_calls(tmp_path):
    async with LockfileStore.open(tmp_path / "x.lock.jsonl", manifest="x.yaml", clock=StillClock()) as store:
        entries = [entry_of(in_doubt(), name=str(number)) for number in range(100)]
        await store.record(entry_of(in_doubt(), name="warm"))
        with Calls() as calls:
            for entry in entries:
                journal_line(entry)
        assert calls.c["is_valid"] == calls.of(canonical_json) == len(entries)
        assert calls.total / len(entries) < 45


def test_open_tasks_are_no_coroutines_of_their_own():
    rig = rig_of(
        *jobs_of(600),
        options=RunOptions(concurrency=1000, submit_concurrency=20, timeout=60.0),
        finished=lambda name: WORKING,
    )
    seen: list[tuple[int, int]] = []

    async def run() -> None:
        running = asyncio.create_task(rig.run())
        while not running.done():
            await asyncio.sleep(1)
            seen.append((rig.concurrency_limit.open, len(asyncio.all_tasks())))

    run_virtual(run())
    assert max(slots for slots, _ in seen) == 600
    assert max(tasks for _, tasks in seen) < 120


def test_help_imports_a_handful_of_our_own_modules():
    program = "import sys; from sora2batch.cli.main import cli; cli(['--help'], standalone_mode=False);"
    program += "print(*[name for name in sys.modules if name.startswith('sora2batch')], file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert len(ran.stderr.split()) <= 18
