from __future__ import annotations

from hashlib import sha256

from fakes.loop import LoopClock
from fakes.recorder import MemoryRecorder
from fakes.rig import entry_for, job_of, jobs_of, play
from fakes.staged_rig import FOLDER, ContentFolder, pending_of, staged_rig_of
from fakes.video_api import BROKE, LOST, REJECT, ScriptedApi, done, refusal
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, Output, State
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Action
from sora2batch.run.dependents import DependentInputs, Dependents, DependentTerms
from sora2batch.run.event import Ready
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.stages import Stages
from sora2batch.sjinn import answer as api

TERMS = DependentTerms(folder=FOLDER, file_fault=lambda _: None)
FOX, OWL = job_of("fox"), job_of("owl")


def finished(job, *, content: str = "", task_id: str | None = None):
    digest = sha256((content or str(job.input["prompt"])).encode()).hexdigest()
    output = Output(url="https://files.test/a", path=job.filename, sha256=digest, bytes=5)
    task_id = task_id or f"task-{job.input['prompt']}"
    attempt = Attempt(state=State.COMPLETED, credits=Credits(420), task_id=task_id, outputs=(output,))
    return entry_for(job, attempt)


def dependents_of(*pending, jobs=(FOX, OWL), recorder, alike=None, room=None):
    inputs = DependentInputs(waiting=pending, jobs=jobs, alike=alike or {}, room=room)
    return Dependents(inputs, TERMS, recorder, MadeFiles(()))


def staged(*pending, jobs, **given):
    spoken = {name: given.pop(name) for name in ("creates", "statuses") if name in given}
    return staged_rig_of(jobs, pending, ScriptedApi(clock=LoopClock(), **spoken), **given)


def test_two_results_that_were_recorded_at_one_moment_make_one_job():
    """A group commit puts both lines on the disk before either task goes on."""
    recorder = MemoryRecorder()
    both = pending_of("both", FOX.key, OWL.key)
    dependents = dependents_of(both, recorder=recorder)
    recorder.put(finished(FOX), finished(OWL))
    made = [*dependents.after(FOX, finished(FOX)), *dependents.after(OWL, finished(OWL))]
    assert [(one.job.key, one.action) for one in made] == [(both.key, Action.SUBMIT)]


def test_a_result_that_is_told_of_twice_makes_one_job():
    recorder = MemoryRecorder()
    dependents = dependents_of(pending_of("clip", FOX.key), recorder=recorder)
    assert len([*dependents.after(FOX, finished(FOX)), *dependents.after(FOX, finished(FOX))]) == 1


def test_two_results_of_the_same_bytes_make_one_job_and_what_rests_on_the_other_goes_on_with_its_result():
    one, other = pending_of("clip", FOX.key, key="clips/fox"), pending_of("clip", OWL.key, key="clips/owl")
    rest = pending_of("rest", other.key, key="ends/owl")
    rig = play(staged(one, other, rest, jobs=[FOX, OWL], folder=ContentFolder(same=("fox", "owl"))))
    assert sorted(rig.api.created) == ["clip", "fox", "owl", "rest"]
    assert rig.state_of(rest.key) is State.COMPLETED


def test_what_rests_on_one_that_is_alike_from_the_start_goes_on_too():
    recorder = MemoryRecorder()
    recorder.put(finished(FOX, content="same"), finished(OWL, content="same"))
    one, other = pending_of("clip", FOX.key, key="clips/fox"), pending_of("clip", OWL.key, key="clips/owl")
    rest = pending_of("rest", other.key, key="ends/owl")
    rig = staged(one, other, rest, jobs=[FOX, OWL], recorder=recorder)
    assert [job.key for job in rig.now.jobs] == [FOX.key, OWL.key, one.key]
    assert play(rig).state_of(rest.key) is State.COMPLETED


def test_a_job_that_an_earlier_run_has_made_is_not_made_again_and_its_own_dependents_begin():
    """As after a still that was lost from the lockfile, and came again with the same bytes."""
    recorder = MemoryRecorder()
    clip = pending_of("clip", FOX.key)
    rest = pending_of("rest", clip.key, key="ends/fox")
    before = play(staged(clip, jobs=[FOX]))
    (old,) = [one for one in before.recorder.all_known if one.input["prompt"] == "clip"]
    recorder.put(old)
    rig = play(staged(clip, rest, jobs=[FOX], recorder=recorder))
    assert sorted(rig.api.created) == ["fox", "rest"]


def test_an_open_task_of_an_earlier_run_is_waited_for():
    recorder = MemoryRecorder()
    clip = pending_of("clip", FOX.key)
    before = play(staged(clip, jobs=[FOX]))
    (old,) = [one for one in before.recorder.all_known if one.input["prompt"] == "clip"]
    recorder.put(old.only(old.primary._replace(state=State.SUBMITTED, outputs=(), finished_at=None)))
    rig = play(staged(clip, jobs=[FOX], recorder=recorder))
    assert rig.api.created == ["fox"]
    assert rig.state_of(clip.key) is State.COMPLETED


def test_no_file_takes_the_place_of_a_first_one_that_is_missing():
    entry = finished(FOX)
    (output,) = entry.primary.outputs
    half = entry.only(entry.primary._replace(outputs=(Output(url="https://files.test/0"), output)))
    recorder = MemoryRecorder()
    recorder.put(half)
    dependents = dependents_of(pending_of("clip", FOX.key), recorder=recorder)
    assert [*dependents.after(FOX, half)] == []


def test_which_of_two_tasks_counts_is_waited_for():
    recorder = MemoryRecorder()
    done_one = finished(FOX, task_id="task-b")
    is_open = Attempt(state=State.SUBMITTED, credits=Credits(420), task_id="task-a")
    recorder.put(done_one, entry_for(FOX, is_open))
    dependents = dependents_of(pending_of("clip", FOX.key), recorder=recorder)
    assert [*dependents.after(FOX, recorder.entry(FOX.fingerprint))] == []


def test_a_failed_rejected_or_doubtful_job_blocks_its_own_dependents_and_nothing_else():
    jobs = jobs_of(4)
    clips = [pending_of(f"p{number}", job.key) for number, job in enumerate(jobs)]
    rig = staged(
        *clips,
        jobs=jobs,
        creates={"000": [REJECT], "001": [LOST]},
        statuses={"002": [api.Failed(refusal("moderated"))], "003": [done("003")]},
    )
    play(rig)
    assert [name for name in rig.api.created if name.startswith("p")] == ["p3"]
    actions = {one.job.key: one.action for one in rig.plan().waiting}
    blocked, waits = Action.BLOCKED, Action.WAIT
    assert actions == {"clips/p0": blocked, "clips/p1": waits, "clips/p2": blocked}


def test_the_retry_of_a_failed_job_lets_its_dependents_begin():
    clip = pending_of("clip", FOX.key)
    rig = play(staged(clip, jobs=[FOX], creates={"fox": [REJECT]}))
    recorder = rig.recorder
    again = play(staged(clip, jobs=[FOX], recorder=recorder, retry_failed=True))
    assert again.api.created == ["fox", "clip"]


def test_jobs_begin_before_all_of_the_group_before_are_done():
    """There is no barrier between stages."""
    slow = [api.Working(0)] * 30
    rig = staged(
        pending_of("clip", FOX.key),
        jobs=[FOX, OWL],
        statuses={"owl": [*slow, done("owl")]},
        options=RunOptions(timeout=3000),
    )
    play(rig)
    generated = [type(one).__name__ + ":" + one.job.key for one in rig.listener.events if hasattr(one, "job")]
    assert generated.index("Submitted:clips/clip") < generated.index(f"Generated:{OWL.key}")


def test_after_a_stop_nothing_becomes_ready():
    rig = staged(pending_of("clip", FOX.key), jobs=[FOX, OWL], creates={"owl": [BROKE]})
    play(rig)
    assert rig.state("fox") is State.COMPLETED
    assert rig.listener.of(Ready) == []
    assert "clip" not in rig.api.created


def test_who_does_not_wait_or_fetch_submits_nothing_that_waits():
    for stages in (Stages.SUBMIT, Stages.SUBMIT | Stages.WAIT):
        rig = play(staged(pending_of("clip", FOX.key), jobs=[FOX], stages=stages))
        assert rig.api.created == ["fox"]
