"""How much work is done, counted and not timed: what would make the program slow fails here on any machine."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Self

import pytest

from fakes.footage import png
from fakes.lock_entry import completed, entry_of, in_doubt, submitted
from fakes.loop import run_virtual
from fakes.matrix_case import HEAD, MemoryTree, expand_text
from fakes.rig import jobs_of, rig_of
from fakes.still_clock import StillClock
from fakes.video_api import WORKING
from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.input_check import InputChecker, compile_schema
from sora2batch.ground.canonical import canonical_flat, canonical_json
from sora2batch.ground.clock import moment_of
from sora2batch.ground.disk import SystemDisk
from sora2batch.ground.file_input import canonical_content
from sora2batch.ground.job import Credits
from sora2batch.lockfile.appender import journal_line
from sora2batch.lockfile.codec import encode_lockfile
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Output
from sora2batch.lockfile.file import read_lockfile, write_lockfile
from sora2batch.lockfile.line import decode_job, encode_lockfile_line
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.model import RunOptions
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand
from sora2batch.media.facts import check_kind
from sora2batch.media.probe import probe
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.render_text import plan_lines
from sora2batch.plan.selection import Selection
from sora2batch.run.artifact import Artifacts
from sora2batch.template.sandbox import Sandbox
from sora2batch.template.template import Template

OVERHEAD = 12
"""Calls, of whatever kind, for each call of a library that a piece of work is made of and that its test names.

Every bound on calls follows from it: work that is made of five such calls may take sixty in all. It is seven
to eleven today.
"""
SUBJECTS, CAMERAS, RATIOS, LIGHTS = 20, 5, 2, 2
JOBS = SUBJECTS * CAMERAS * RATIOS * LIGHTS
MATRIX = """\
vars: {brand: Aurora, motto: "{{ brand | upper }} is near"}
defaults: {input: {mode: std, duration: 10}}
jobs:
  hero:
    matrix:
      subject: SUBJECTS
      camera: [c0, c1, c2, c3, c4]
      ratio: ["16:9", "9:16"]
      light: [dawn, dusk]
    input: {prompt: "{{ camera }} on {{ subject }} at {{ light }}: {{ motto }}", aspect_ratio: "{{ ratio }}"}
"""
TEMPLATES = ("motto", "prompt", "aspect_ratio")
PLAIN = {"prompt": "a fox", "mode": "std", "duration": 10}


class Calls:
    """Counts the calls of Python functions, and of C functions by name, while its block lasts.

    Those of threads that begin in the block count too.
    """

    def __init__(self, *, python: Counter[object] | None = None, c: Counter[str] | None = None) -> None:
        self.python = python or Counter()
        self.c = c or Counter()
        self._seen: list[object] = []

    def of(self, function: Callable) -> int:
        return self.python[getattr(function, "__wrapped__", function).__code__]

    @property
    def total(self) -> int:
        return sum(self.python.values()) + sum(self.c.values())

    def beyond(self, fewer: Calls) -> Calls:
        """What these took and the others did not, so not what happens once however much there is to do."""
        return Calls(python=self.python - fewer.python, c=self.c - fewer.c)

    def __enter__(self) -> Self:
        self._before = sys.getprofile()
        threading.setprofile(self._see)
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_) -> None:
        sys.setprofile(self._before)
        threading.setprofile(self._before)
        # Appending to a list is one step for all threads; adding to a count is not.
        names = Counter(self._seen)
        self.c = Counter({name: count for name, count in names.items() if isinstance(name, str)})
        self.python = Counter({code: count for code, count in names.items() if not isinstance(code, str)})

    def _see(self, frame, event, argument) -> None:
        if event == "call":
            self._seen.append(frame.f_code)
        elif event == "c_call":
            self._seen.append(argument.__name__)


def assert_lean(calls: Calls, times: int, **work: int) -> None:
    """Something was done so many times: each by these calls of libraries, and by few more than them.

    Args:
        times: how many jobs, lines or files it was.
        work: the calls that it is made of, by the name of the C function.
    """
    assert {name: calls.c[name] for name in work} == {name: count * times for name, count in work.items()}
    assert calls.total <= OVERHEAD * sum(work.values()) * times


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


def matrix_of(subjects: int) -> str:
    return MATRIX.replace("SUBJECTS", str([f"s{number}" for number in range(subjects)]))


def expansion(subjects: int) -> Calls:
    tree = MemoryTree({"batch.yaml": HEAD + matrix_of(subjects)})
    manifest, catalog = load_manifest(Path("batch.yaml"), tree=tree), load_catalog()
    with Calls() as calls:
        jobs = expand(manifest, catalog, tree).jobs
    assert len(jobs) == JOBS * subjects // SUBJECTS
    return calls


@pytest.fixture(scope="module")
def expanding() -> Calls:
    """The whole batch of 400 jobs."""
    expansion(1)  # what happens once a process is not to be counted
    return expansion(SUBJECTS)


@pytest.fixture(scope="module")
def growing(expanding: Calls) -> Calls:
    """Its second half."""
    return expanding.beyond(expansion(SUBJECTS // 2))


def inputs_of(jobs, *entries) -> PlanInputs:
    return PlanInputs(
        manifest="x.yaml",
        jobs=jobs,
        lockfile=lockfile_of("x.yaml", entries),
        budget=Credits(10**6),
        selection=Selection(),
        notices=(),
    )


def store_at(folder: Path, disk: SystemDisk | None = None) -> LockfileStore:
    return LockfileStore.open(folder / "x.lock.jsonl", manifest="x.yaml", clock=StillClock(), disk=disk)


def test_every_template_is_compiled_once_however_many_jobs_use_it(expanding):
    assert expanding.of(Sandbox.from_string) == len(TEMPLATES)


def test_a_text_that_several_groups_share_is_compiled_once():
    group = "{matrix: {animal: [%s]}, input: {prompt: '{{ animal }} runs'}}"
    with Calls() as calls:
        jobs = expand_text(
            "jobs: {" + ", ".join(f"{name}: {group % name}" for name in ("fox", "owl")) + "}"
        ).jobs
    assert len(jobs) == 2
    assert calls.of(Sandbox.from_string) == 1


def test_a_field_is_rendered_once_for_each_value_that_it_reads(expanding):
    mottos = 1
    assert expanding.of(Template.render) == RATIOS + mottos


def test_a_prompt_is_rendered_only_where_a_piece_of_it_is_new(expanding):
    mottos = 1
    assert expanding.of(Template.render_pieces) <= SUBJECTS + CAMERAS + LIGHTS + mottos


def test_a_prompt_whose_parts_depend_on_each_other_is_rendered_for_every_cell():
    matrix = matrix_of(SUBJECTS).replace(
        "{{ camera }} on {{ subject }}", "{% if light == 'dusk' %}{{ subject }}{% endif %}{{ camera }}"
    )
    with Calls() as calls:
        jobs = expand_text(matrix.replace("[dawn, dusk]", "[dusk]").replace('"16:9", ', "")).jobs
    assert len({job.input["prompt"] for job in jobs}) == len(jobs) == SUBJECTS * CAMERAS
    assert calls.of(Template.render_pieces) >= len(jobs)


def test_two_takes_share_one_rendering_and_one_validation():
    with Calls() as calls:
        jobs = expand_text("jobs: {hero: {repeat: 50, input: {prompt: '{{ 1 + 1 }} foxes'}}}").jobs
    assert len(jobs) == 50
    assert calls.of(Template.render) == 1
    assert calls.of(InputChecker.faults) == 1


def test_a_request_is_validated_once_by_a_schema_that_is_compiled_once(expanding):
    assert expanding.of(InputChecker.faults) == JOBS
    assert expanding.of(compile_schema) == 1


def test_a_job_is_hashed_once(expanding):
    assert expanding.of(canonical_flat) == JOBS
    assert expanding.of(canonical_json) <= 1  # the name of the tool


def test_a_picture_is_hashed_once_however_many_jobs_send_it(tmp_path):
    for name in ("fox", "owl"):
        (tmp_path / f"{name}.png").write_bytes(png() + name.encode())
    text = HEAD.replace("text-to-video", "image-to-video") + matrix_of(SUBJECTS)
    axis = 'light: {from: "*.png"}'
    text = text.replace("light: [dawn, dusk]", axis).replace("light }}", "light.stem }}")
    (tmp_path / "m.yaml").write_text(
        text.replace("input: {prompt", 'input: {image: "{{ light.path }}", prompt')
    )
    manifest, catalog = load_manifest(tmp_path / "m.yaml"), load_catalog()
    with Calls() as calls:
        jobs = expand(manifest, catalog, DiskTree(tmp_path)).jobs
    assert len(jobs) == JOBS
    assert (calls.of(probe), calls.of(DiskTree.open), calls.of(check_kind)) == (2, 2, 2)
    assert calls.of(canonical_content) == JOBS
    assert calls.of(canonical_json) <= 1


def test_a_job_of_a_matrix_is_validated_written_hashed_and_made_and_little_more(growing):
    assert_lean(growing, JOBS // 2, is_valid=1, dumps=1, openssl_sha256=1, hexdigest=1, __new__=1)


def test_a_planned_job_is_decided_and_shown_and_little_more():
    jobs = expand_text(matrix_of(SUBJECTS)).jobs

    def planning(count: int) -> Calls:
        inputs = inputs_of(jobs[:count])
        with Calls() as calls:
            list(plan_lines(make_plan(inputs, lambda attempt: None)))
        return calls

    assert_lean(planning(JOBS).beyond(planning(JOBS // 2)), JOBS // 2, __new__=1, ljust=1)


def test_canonical_json_of_a_plain_input_is_one_call_of_the_fast_writer():
    with Calls() as calls:
        canonical_json(PLAIN)
    assert_lean(calls, 1, dumps=1)


def test_planning_looks_at_a_finished_file_once_and_reads_nothing(tmp_path):
    artifacts, data, when = Artifacts(tmp_path), b"a clip", "2026-11-22T09:03:10Z"
    jobs = expand_text(matrix_of(SUBJECTS)).jobs[:50]
    output = Output(path="a.mp4", sha256=sha256(data).hexdigest(), bytes=len(data))
    (tmp_path / "a.mp4").write_bytes(data)
    artifacts.stamp(tmp_path / "a.mp4", moment_of(when))
    done = completed(outputs=(output,), finished_at=when)
    entries = [entry_of(done)._replace(fingerprint=job.fingerprint) for job in jobs]

    def planning(count: int) -> Calls:
        inputs = inputs_of(jobs[:count], *entries[:count])
        with Calls() as calls:
            plan = make_plan(inputs, artifacts.quick_fault)
        assert plan.counts["skip"] == count
        return calls

    calls = planning(50).beyond(planning(25))
    assert_lean(calls, 25, stat=1, fromisoformat=1, timestamp=1, fullmatch=1, __new__=1)
    assert calls.c["open"] == calls.c["file_digest"] == 0


async def test_a_line_of_a_lockfile_is_read_checked_and_hashed_and_little_more(tmp_path):
    async def opening(count: int) -> Calls:
        folder = tmp_path / str(count)
        folder.mkdir()
        entries = [entry_of(completed(f"task-{number}"), name=f"{count}-{number}") for number in range(count)]
        write_lockfile(folder / "x.lock.jsonl", lockfile_of("x.yaml", entries))
        with Calls() as calls:
            store = store_at(folder)
        await store.close()
        assert len(store.lockfile.entries) == count
        assert calls.of(encode_lockfile_line) == 0
        return calls

    await opening(1)
    more, fewer = await opening(200), await opening(100)
    lockfile_and_journal, end_of_file = 2, 1
    assert more.c["read"] + more.c["readall"] <= lockfile_and_journal * (1 + end_of_file)
    calls = more.beyond(fewer)
    assert_lean(calls, 100, loads=1, is_valid=1, dumps=1, openssl_sha256=1, hexdigest=1)


async def test_appends_that_wait_together_share_a_sync(tmp_path):
    disk = CountingDisk()
    first, all_who_came_meanwhile = 1, 1
    async with store_at(tmp_path, disk) as store:
        before = disk.syncs, disk.writes
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(store.record(entry_of(in_doubt(), name=str(number))))
        assert disk.syncs - before[0] <= first + all_who_came_meanwhile
        assert disk.writes - before[1] <= first + all_who_came_meanwhile


async def test_a_checkpoint_encodes_only_the_lines_that_changed(tmp_path):
    """Those of an older file are encoded when it is first written anew, the others are the journal's."""
    old = [entry_of(submitted(f"task-{number}"), name=str(number)) for number in range(30)]
    write_lockfile(tmp_path / "x.lock.jsonl", lockfile_of("x.yaml", old))
    with Calls() as calls:
        async with store_at(tmp_path) as store:
            for number in range(3):
                await store.record(entry_of(completed(f"task-{number}"), name=str(number)))
                await store.checkpoint()
    assert calls.of(encode_lockfile_line) == len(old) - 1


async def test_a_line_of_the_journal_is_the_lockfiles_line_and_is_not_written_twice(tmp_path):
    with Calls() as calls:
        async with store_at(tmp_path) as store:
            for number in range(30):
                await store.record(entry_of(in_doubt(), name=str(number)))
                await store.record(entry_of(submitted(f"task-{number}"), name=str(number)))
            await store.checkpoint()
    assert calls.of(encode_lockfile) == 1
    assert calls.of(encode_lockfile_line) == 0
    assert (tmp_path / "x.lock.jsonl").read_bytes() == encode_lockfile(store.lockfile)


async def test_a_line_that_differs_from_its_journals_is_encoded_anew(tmp_path):
    async with store_at(tmp_path) as store:
        await store.record(entry_of(submitted("task-1", trial=2), name="1"))
        await store.record(entry_of(submitted("task-2"), name="2"))
        store.rename(entry_of(submitted("task-2"), name="2").with_key("hero/other"))
        await store.checkpoint()
        written = (tmp_path / "x.lock.jsonl").read_bytes()
        assert written == encode_lockfile(store.lockfile)
    assert b"hero/other" in written
    assert b"trial" not in written


def test_the_same_lockfile_is_decoded_once_however_often_it_is_asked_for(tmp_path):
    path = tmp_path / "x.lock.jsonl"
    write_lockfile(path, lockfile_of("x.yaml", [entry_of(submitted("task-once"), name="once")]))
    with Calls() as calls:
        first = read_lockfile(path)
        assert read_lockfile(path) is first
    assert calls.of(decode_job) == 1


def test_a_line_to_be_recorded_is_written_and_checked_and_little_more():
    entries = [entry_of(in_doubt(), name=str(number)) for number in range(100)]
    journal_line(entry_of(in_doubt(), name="warm"))
    with Calls() as calls:
        for entry in entries:
            journal_line(entry)
    assert calls.of(canonical_json) == len(entries)
    the_request_and_the_line = 2
    assert_lean(calls, len(entries), is_valid=1, dumps=the_request_and_the_line)


def test_open_tasks_are_no_coroutines_of_their_own():
    def most_tasks(jobs: int) -> int:
        rig = rig_of(
            *jobs_of(jobs),
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
        assert max(taken for taken, _ in seen) == jobs
        return max(tasks for _, tasks in seen)

    assert most_tasks(600) == most_tasks(200)
