from __future__ import annotations

import pytest

from fakes.building import entry_of, job_of, lockfile_of, plan_of
from fakes.lock_entry import attempt, completed, failed, in_doubt, rejected, submitted, withdrawn
from sora2batch.lockfile.entry import Output, State
from sora2batch.plan.action import Action
from sora2batch.plan.baseline import baseline_of

FOX, OWL, CAT, ELK = job_of("fox"), job_of("owl"), job_of("cat"), job_of("elk")
OTHER = entry_of(ELK, submitted("task-elk"))


def baseline(*jobs, entries=(), **more):
    return baseline_of(plan_of(*jobs, entries=entries, **more), lockfile_of(*entries))


def actions(baseline, *jobs, entries, **more):
    plan = baseline.rest_of(plan_of(*jobs, entries=entries, **more))
    return {one.job.key: one.action.value for one in plan.jobs}, plan.money.to_spend


@pytest.mark.parametrize(
    "calls",
    [
        (submitted(),),
        (completed(),),
        (failed(),),
        (rejected(),),
        (in_doubt(),),
        (submitted("task-a"), submitted("task-b")),
    ],
    ids=["submitted", "completed", "failed", "rejected", "in doubt", "twice"],
)
def test_whatever_became_of_a_job_to_submit_the_plan_goes_on_and_never_submits_it_again(calls):
    start, now = baseline(FOX, OWL), (entry_of(FOX, *calls),)
    assert start.is_behind(lockfile_of(*now))
    found, to_spend = actions(start, FOX, OWL, entries=now)
    assert found["hero/fox"] != "submit"
    assert found["hero/owl"] == "submit"
    assert to_spend == 420


def test_a_call_that_is_known_to_have_cost_nothing_may_be_made():
    then = (entry_of(FOX, failed()),)
    start = baseline(FOX, entries=then, retry_failed=True)
    now = (entry_of(FOX, failed(), withdrawn(number=2)),)
    assert start.is_behind(lockfile_of(*now))
    assert actions(start, FOX, entries=now, retry_failed=True) == ({"hero/fox": "submit"}, 420)


@pytest.mark.parametrize(
    "again", [failed("task-b", number=2), rejected(number=2)], ids=["failed", "rejected"]
)
@pytest.mark.parametrize("before", [failed(), rejected()], ids=["failed before", "rejected before"])
def test_a_failed_job_is_submitted_again_once_and_not_at_each_run_of_the_plan(before, again):
    then = (entry_of(FOX, before),)
    start = baseline(FOX, OWL, entries=then, retry_failed=True)
    assert actions(start, FOX, OWL, entries=then, retry_failed=True)[0] == {
        "hero/fox": "submit",
        "hero/owl": "submit",
    }
    paid = (before,) if before.task_id else ()
    now = (entry_of(FOX, again, *paid),)
    assert start.is_behind(lockfile_of(*now))
    found, to_spend = actions(start, FOX, OWL, entries=now, retry_failed=True)
    assert (found, to_spend) == ({"hero/fox": "failed", "hero/owl": "submit"}, 420)


def test_a_task_that_fails_while_the_plan_runs_is_not_submitted_by_it():
    start = baseline(FOX, OWL, entries=(entry_of(FOX, submitted()),), retry_failed=True)
    now = (entry_of(FOX, failed()),)
    assert start.is_behind(lockfile_of(*now))
    assert actions(start, FOX, OWL, entries=now, retry_failed=True)[0]["hero/fox"] == "failed"


def test_jobs_that_a_limit_left_out_are_not_taken_in_place_of_those_that_are_done():
    start = baseline(FOX, OWL, CAT, limit=2)
    now = (entry_of(FOX, completed()),)
    assert actions(start, FOX, OWL, CAT, entries=now)[0] == {"hero/fox": "skip", "hero/owl": "submit"}
    assert not start.is_behind(lockfile_of(entry_of(CAT, submitted())))


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ((), (OTHER,)),
        ((OTHER,), ()),
        ((OTHER,), (entry_of(ELK, completed("task-elk")),)),
        ((OTHER,), (entry_of(ELK, submitted("task-elk"), submitted("task-b")),)),
        ((entry_of(FOX, submitted()),), (entry_of(FOX, submitted("task-b")),)),
        ((entry_of(FOX, submitted()),), (entry_of(FOX, submitted(), in_doubt(number=2)),)),
        ((entry_of(FOX, failed()),), (entry_of(FOX, submitted("task-b", number=2), failed()),)),
        ((entry_of(FOX, in_doubt()),), ()),
        ((entry_of(FOX, in_doubt()),), (entry_of(FOX, submitted()),)),
        ((entry_of(FOX, completed()),), ()),
    ],
    ids=[
        "another job",
        "another job gone",
        "another job done",
        "another job twice",
        "another task",
        "a second call",
        "a failed one again",
        "a doubt released",
        "a doubt adopted",
        "a job gone",
    ],
)
def test_any_other_change_is_none_of_the_plans(then, now):
    start = baseline(FOX, OWL, entries=then)
    assert start.is_behind(lockfile_of(*then))
    assert not start.is_behind(lockfile_of(*now))


def test_a_job_to_submit_again_that_vanished_is_none_of_the_plans():
    start = baseline(FOX, entries=(entry_of(FOX, failed()),), retry_failed=True)
    assert not start.is_behind(lockfile_of())


def test_new_names_and_places_change_nothing():
    def done(path):
        return attempt(State.COMPLETED, "task-elk", outputs=(Output(path=path, sha256="0" * 64),))

    start = baseline(FOX, entries=(entry_of(ELK, done("a.mp4")),))
    assert start.is_behind(lockfile_of(entry_of(ELK, done("b.mp4"), key="villain/elk")))


def test_what_is_to_wait_for_and_to_fetch_goes_on():
    then = (entry_of(FOX, submitted()), entry_of(OWL, completed("task-b")))
    start = baseline(FOX, OWL, entries=then, fault="a.mp4 is missing")
    assert start.is_behind(lockfile_of(entry_of(FOX, completed()), then[1]))
    assert set(start.actions.values()) == {Action.RESUME, Action.DOWNLOAD}
    assert start.submits == frozenset()
