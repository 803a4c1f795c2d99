"""Files in place are looked at: after they are recorded, in nobody's way, and never a failure."""

from __future__ import annotations

import asyncio

import pytest

from fakes.loop import run_virtual
from fakes.recorder import MemoryRecorder
from fakes.rig import job_of, jobs_of, play, rig_of
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import State
from sora2batch.run.artifact import Artifacts
from sora2batch.run.event import Downloaded, Looked, NotLooked, Submitted
from sora2batch.run.look_stage import Inspection
from sora2batch.run.stages import Stages

BLACK = (("black", "black for 9.8 of 10.0 s"),)


class Looker:
    """Sees what it is told to see, after some time."""

    def __init__(self, seen=None, *, seconds=1.0):
        self.seen = seen or {}
        self.seconds = seconds
        self.under_way = self.most_under_way = 0
        self.asked = []

    async def look(self, job, path, /):
        self.asked.append(path)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.under_way -= 1
        return self.seen.get(str(job.input["prompt"]), ())


@pytest.fixture
def looking(tmp_path):
    def looking(looker, *jobs, **more):
        rig = rig_of(*jobs, **more)
        rig.inspection = Inspection(looker, Artifacts(tmp_path))
        return rig

    return looking


def test_what_is_seen_is_written_down_after_the_file_and_told(looking, tmp_path):
    looker = Looker({"fox": BLACK})
    rig = play(looking(looker, job_of("fox"), job_of("owl")))
    assert rig.entry("fox").primary.outputs[0].look == BLACK
    assert rig.entry("owl").primary.outputs[0].look == ()
    assert sorted(looker.asked) == [tmp_path / "hero/fox.mp4", tmp_path / "hero/owl.mp4"]
    assert rig.recorder.states("fox")[-2:] == [State.COMPLETED, State.COMPLETED]
    assert {one.job.key: one.look for one in rig.listener.of(Looked)} == {"hero/fox": BLACK, "hero/owl": ()}


def test_nothing_is_written_where_nothing_is_seen(looking):
    plain, looked = (play(looking(one, *jobs_of(3))) for one in (Looker(), Looker()))
    assert len(plain.recorder.lines) == len(looked.recorder.lines)
    assert all(not entry.primary.outputs[0].look for entry in looked.recorder.lockfile.entries.values())


def test_slow_looks_hold_nobody_up_and_few_are_under_way(looking):
    looker = Looker(seconds=10_000)
    rig = play(looking(looker, *jobs_of(24)))
    ends = [type(one) for one in rig.listener.events if isinstance(one, Submitted | Downloaded | Looked)]
    assert ends[-24:] == [Looked] * 24
    assert Looked not in ends[:-24]
    assert looker.most_under_way == 2


def test_what_cannot_be_looked_at_is_told_and_harms_no_job(looking):
    rig = play(looking(Looker({"fox": "the decoder gave up on it"}), job_of("fox")))
    assert [one.message for one in rig.listener.of(NotLooked)] == ["the decoder gave up on it"]
    assert rig.state("fox") is State.COMPLETED
    assert rig.stop_reasons == []


def test_a_disk_that_does_not_take_what_was_seen_ends_no_run(looking):
    def refuses(_number, entry):
        return any(output.look for output in entry.primary.outputs)

    rig = play(looking(Looker({"000": BLACK}), *jobs_of(3), recorder=MemoryRecorder(refuses=refuses)))
    assert set(rig.all_states) == {State.COMPLETED}
    assert rig.stop_reasons == []
    assert [one.job.key for one in rig.listener.of(NotLooked)] == ["hero/000"]


def test_nothing_is_looked_at_where_nothing_is_downloaded(looking):
    looker = Looker()
    play(looking(looker, *jobs_of(2), stages=Stages.SUBMIT | Stages.WAIT))
    assert looker.asked == []


def test_a_signal_ends_the_looking_at_once_and_the_clip_is_recorded(looking):
    rig = looking(Looker({"fox": BLACK}, seconds=10_000), job_of("fox"))

    class Interrupter(MemoryRecorder):
        async def record(self, entry, /):
            await super().record(entry)
            if entry.primary.outputs and entry.primary.outputs[0].sha256:
                loop = asyncio.get_running_loop()
                loop.call_later(5, rig.stop_signal.request_stop, StopReason.INTERRUPT, "interrupted")

    async def timed():
        await rig.run()
        return asyncio.get_running_loop().time()

    rig.recorder = Interrupter()
    assert run_virtual(timed()) < 200
    (output,) = rig.entry("fox").primary.outputs
    assert output.sha256
    assert output.look == ()
