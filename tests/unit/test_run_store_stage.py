from __future__ import annotations

from hashlib import sha256

import pytest

from fakes.footage import mp4
from fakes.loop import run_virtual
from fakes.object_store import MemoryStore
from fakes.recorder import MemoryRecorder
from fakes.rig import MemoryFolder, Rig, entry_for, job_of, jobs_of, play, rig_of
from sora2batch.ground.job import Credits
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, Output, State
from sora2batch.run.artifact import Artifacts
from sora2batch.run.circuit_breaker import CircuitBreaker, FileError
from sora2batch.run.event import Downloaded, NotStored, Stored, Warned
from sora2batch.run.stages import Stages
from sora2batch.run.store_stage import Destination
from sora2batch.store.content_object import ContentObject

EVERYTHING = Stages.ALL | Stages.STORE


class DiskFolder(MemoryFolder):
    """Puts a file in place that is the job's own."""

    def __init__(self, root, **more) -> None:
        super().__init__(**more)
        self.root = root

    async def collect(self, job, attempt, urls, /):
        (output,) = await super().collect(job, attempt, urls)
        return (place(self.root, job, output),)


class InlineFiles:
    """Puts without a thread: there is none in virtual time."""

    def __init__(self, store) -> None:
        self._store = store

    async def put(self, output, path) -> bool:
        if not path.exists() or path.read_bytes().startswith(b"File"):
            raise FileError(f"{output.path} is no result")
        what = ContentObject(sha256=output.sha256, suffix=".mp4", bytes=output.bytes, mime="video/mp4")
        try:
            return await self._store.put_file(what, path)
        except OSError as error:
            raise FileError(f"{output.path} cannot be read") from error


def place(root, job, output=None) -> Output:
    data = mp4(job.key.encode())
    path = root / job.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return (output or Output(path=job.filename))._replace(sha256=sha256(data).hexdigest(), bytes=len(data))


def finished(root, job) -> tuple[Output, Attempt]:
    output = place(root, job)
    attempt = Attempt(
        state=State.COMPLETED, credits=Credits(420), task_id=f"task-{job.key[5:]}", outputs=(output,)
    )
    return output, attempt


@pytest.fixture
def storing(tmp_path):
    """A run whose results go to a store."""

    def storing(store: MemoryStore, *jobs, stages=EVERYTHING, folder=None, **more) -> Rig:
        rig = rig_of(*jobs, folder=folder or DiskFolder(tmp_path), stages=stages, **more)
        breaker = CircuitBreaker(rig.listener, consequence="the next run tries again")
        rig.destination = Destination(InlineFiles(store), Artifacts(tmp_path), breaker)
        return rig

    return storing


def test_a_result_goes_to_the_store_after_it_is_recorded_and_is_recorded_as_stored_after_that(storing):
    store = MemoryStore()
    rig = play(storing(store, job_of("fox")))
    (output,) = rig.entry("fox").primary.outputs
    assert output.stored
    assert store.objects == {f"sha256/{output.sha256[:2]}/{output.sha256}.mp4": mp4(b"hero/fox")}
    assert set(store.types.values()) == {"video/mp4"}
    assert rig.recorder.states("fox")[-2:] == [State.COMPLETED, State.COMPLETED]
    assert [one.job.key for one in rig.listener.of(Stored)] == ["hero/fox"]


def test_nothing_is_put_where_the_manifest_does_not_want_it_or_nothing_is_downloaded(storing):
    for stages in (Stages.ALL, Stages.SUBMIT | Stages.WAIT):
        store = MemoryStore()
        play(storing(store, job_of("fox"), stages=stages))
        assert store.calls == []


def test_few_files_are_on_their_way_at_once_and_none_holds_a_place_of_a_download(storing):
    store = MemoryStore(seconds=10_000)
    rig = play(storing(store, *jobs_of(24)))
    ends = [type(one) for one in rig.listener.events if isinstance(one, Downloaded | Stored)]
    assert ends == [Downloaded] * 24 + [Stored] * 24
    assert store.most_under_way == 4


def test_what_is_in_place_from_before_is_put_without_asking_the_api_for_anything(storing, tmp_path):
    store, fox = MemoryStore(), job_of("fox")
    rig = storing(store, fox, folder=MemoryFolder())
    output, attempt = finished(tmp_path, fox)
    rig.recorder.put(entry_for(fox, attempt))
    rig.folder.stored = (output,)
    rig.file_fault = lambda attempt: "hero/fox.mp4 is not in the store yet"
    play(rig)
    assert rig.api.calls == []
    assert rig.folder.asked == []
    assert rig.entry("fox").primary.outputs == (output._replace(stored=True),)
    assert len(rig.recorder.lines) == 1


def test_a_store_that_fails_is_told_once_left_alone_after_three_times_and_harms_no_job(storing):
    store = MemoryStore(fails=lambda operation, name: True)
    rig = play(storing(store, *jobs_of(12)))
    assert set(rig.all_states) == {State.COMPLETED}
    assert not any(rig.entry(f"{number:03}").primary.outputs[0].stored for number in range(12))
    assert [one.message for one in rig.listener.of(Warned)] == [
        "s3://bucket: the store cannot be reached (try again later); the next run tries again"
    ]
    assert len(rig.listener.of(NotStored)) == 12
    assert 3 <= len(store.of("put")) <= 6
    assert rig.stop_reasons == []


def test_a_file_that_is_at_fault_keeps_no_other_from_the_store(storing, tmp_path):
    class Vandal(DiskFolder):
        async def collect(self, job, attempt, urls, /):
            found = await super().collect(job, attempt, urls)
            if job.key != "hero/004":
                (self.root / job.filename).write_bytes(b"File not found.")
            return found

    rig = play(storing(MemoryStore(), *jobs_of(5), folder=Vandal(tmp_path)))
    assert [one.job.key for one in rig.listener.of(Stored)] == ["hero/004"]
    assert len(rig.listener.of(Warned)) == 1


def test_a_file_that_gets_another_name_on_its_way_is_found_there_and_keeps_that_name(storing, tmp_path):
    fox = job_of("fox")

    class Mover(MemoryStore):
        async def put_file(self, what, path):
            if path == tmp_path / "hero/fox.mp4":
                path.rename(tmp_path / "moved.mp4")
                entry = rig.recorder.entry(fox.fingerprint)
                outputs = (entry.primary.outputs[0]._replace(path="moved.mp4"),)
                await rig.recorder.record(entry.only(entry.primary._replace(outputs=outputs)))
            return await super().put_file(what, path)

    rig = storing(Mover(), fox)
    play(rig)
    (output,) = rig.entry("fox").primary.outputs
    assert (output.path, output.stored) == ("moved.mp4", True)


@pytest.mark.parametrize("reason", [StopReason.INTERRUPT, StopReason.TERMINATE])
def test_a_signal_ends_the_putting_at_once_and_the_clip_is_recorded_as_not_stored(storing, reason):
    store = MemoryStore(seconds=10_000)
    rig = storing(store, job_of("fox"))

    class Interrupter(MemoryRecorder):
        async def record(self, entry, /):
            await super().record(entry)
            if entry.primary.outputs and entry.primary.outputs[0].sha256:
                asyncio.get_running_loop().call_later(5, rig.stop_signal.request_stop, reason, "interrupted")

    import asyncio

    rig.recorder = Interrupter()
    seconds = run_virtual(timed(rig))
    assert seconds < 200
    assert rig.state("fox") is State.COMPLETED
    assert not rig.entry("fox").primary.outputs[0].stored


async def timed(rig: Rig) -> float:
    import asyncio

    loop = asyncio.get_running_loop()
    await rig.run()
    return loop.time()


def test_a_disk_that_takes_no_more_lines_ends_it_and_the_file_is_put_again_by_the_next_run(storing):
    def refuses(_number, entry):
        return any(output.stored for output in entry.primary.outputs)

    store = MemoryStore()
    rig = play(storing(store, job_of("fox"), recorder=MemoryRecorder(refuses=refuses)))
    assert rig.stop_reasons == [StopReason.DISK]
    assert not rig.entry("fox").primary.outputs[0].stored
    assert rig.listener.of(Stored) == []
