"""Why a job waits, and what that is in credits."""

from __future__ import annotations

import pytest

from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.ground.pending_job import PendingJob
from sora2batch.lockfile.entry import Output
from sora2batch.matrix.output_mark import mark_output
from sora2batch.matrix.stage import Made, RecordedResults, Stager, Stages
from sora2batch.plan.action import Action, ReservedJob
from sora2batch.plan.budget import BudgetError, check_budget
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.selection import Selection

FILE = (Output(path="a.png", sha256="ab" * 32, bytes=1),)


def pending(name, *needs, gate=None, credits=420, group="clips", **more):
    """A job that sends the results of others."""
    return PendingJob(
        key=f"{group}/{name}",
        group=group,
        labels=(("still", name),),
        tool_type="sora2-image-to-video-api",
        take=1,
        input={"prompt": name, "image": mark_output(needs[0])} | more,
        credits=Credits(credits),
        filename=f"{group}/{name}",
        columns=(),
        request=Fingerprint(f"{group}/{name}"),
        needs=needs,
        fields=("image",),
        gate=gate,
    )


def plan_of(*asked, entries=(), budget=100_000, fault=None, reserved=(), **selection):
    lockfile = lockfile_of(*entries)
    stager = Stager(RecordedResults(lockfile.entries, "out"))
    stager.take_all(job for job in asked if not isinstance(job, PendingJob))
    taken = {job.key: stager.take(job) for job in asked if isinstance(job, PendingJob)}
    stages = Stages.of(asked, taken, stager.made)
    inputs = PlanInputs(
        manifest="film.yaml",
        jobs=stages.jobs,
        stages=stages,
        lockfile=lockfile,
        budget=Credits(budget),
        selection=Selection(**selection),
        notices=(),
        reserved={Fingerprint(key): ReservedJob(key, Credits(420)) for key in reserved},
    )
    return make_plan(inputs, lambda _: fault)


def why(plan):
    return {one.job.key: (one.action.value, one.reason, one.credits) for one in plan.waiting}


FOX, OWL = job_of("fox", group="stills", credits=50), job_of("owl", group="stills", credits=50)
CLIP = pending("fox", "stills/fox")


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ((), ("wait", "needs stills/fox", 420)),
        ((submitted(),), ("wait", "needs stills/fox", 420)),
        ((failed(),), ("blocked", "rests on stills/fox, which failed", 0)),
        ((rejected(),), ("blocked", "rests on stills/fox, which failed", 0)),
        ((in_doubt(),), ("wait", "needs stills/fox, which is in doubt", 420)),
        ((completed(),), ("wait", "what it needs is there, and is looked at by the next run", 420)),
    ],
    ids=["new", "open", "failed", "rejected", "in doubt", "without a file"],
)
def test_what_became_of_the_other_decides(entries, told):
    known = (entry_of(FOX, *entries),) if entries else ()
    assert why(plan_of(FOX, CLIP, entries=known)) == {"clips/fox": told}


def test_a_finished_one_makes_a_job_of_it():
    plan = plan_of(FOX, CLIP, entries=(entry_of(FOX, completed(outputs=FILE)),))
    assert not plan.waiting
    assert [(one.job.key, one.action) for one in plan.jobs] == [
        ("stills/fox", Action.SKIP),
        ("clips/fox", Action.SUBMIT),
    ]
    assert (plan.money.to_spend, plan.money.later) == (420, 0)


def test_a_file_that_is_missing_here_is_no_reason_to_wait():
    plan = plan_of(FOX, CLIP, entries=(entry_of(FOX, completed(outputs=FILE)),), fault="a.png is missing")
    assert [one.action for one in plan.jobs] == [Action.DOWNLOAD, Action.SUBMIT]


def test_retry_failed_turns_blocked_into_waiting():
    entries = (entry_of(FOX, failed()),)
    assert why(plan_of(FOX, CLIP, entries=entries, retry_failed=True))["clips/fox"][:2] == (
        "wait",
        "needs stills/fox",
    )


def test_several_needs_are_told_by_the_first_and_what_has_failed_comes_before_all():
    both = pending("both", "stills/fox", "stills/owl")
    assert why(plan_of(FOX, OWL, both))["clips/both"][1] == "needs stills/fox and 1 more"
    entries = (entry_of(OWL, failed()),)
    assert (
        why(plan_of(FOX, OWL, both, entries=entries))["clips/both"][1] == "rests on stills/owl, which failed"
    )


def test_what_is_blocked_blocks_what_rests_on_it_and_nothing_else():
    films = [pending(name, f"clips/{name}", group="films") for name in ("fox", "owl")]
    asked = (FOX, OWL, CLIP, pending("owl", "stills/owl"), *films)
    plan = plan_of(*asked, entries=(entry_of(FOX, failed()),))
    assert {key: told[:2] for key, told in why(plan).items()} == {
        "clips/fox": ("blocked", "rests on stills/fox, which failed"),
        "clips/owl": ("wait", "needs stills/owl"),
        "films/fox": ("blocked", "rests on clips/fox, which is blocked"),
        "films/owl": ("wait", "needs clips/owl"),
    }
    assert plan.money.later == 840


def test_a_gate_is_told_unless_something_has_failed():
    gated = pending("fox", "stills/fox", gate="picks.yaml")
    assert why(plan_of(FOX, gated))["clips/fox"][1] == "waits for picks.yaml: somebody has to pick first"
    assert why(plan_of(FOX, gated, entries=(entry_of(FOX, failed()),)))["clips/fox"][0] == "blocked"
    assert plan_of(FOX, gated).gates == ("picks.yaml",)


def test_two_results_of_the_same_bytes_are_one_job_and_those_that_need_both_wait_for_it():
    same = pending("owl", "stills/owl", prompt="fox")
    both = pending("both", "clips/fox", "clips/owl", group="films")
    entries = tuple(entry_of(job, completed(outputs=FILE)) for job in (FOX, OWL))
    plan = plan_of(FOX, OWL, CLIP, same, both, entries=entries)
    assert [one.job.key for one in plan.with_action(Action.SUBMIT)] == ["clips/fox"]
    assert why(plan) == {
        "clips/owl": (
            "blocked",
            "it would send the very same as clips/fox: two results are the same bytes",
            0,
        ),
        "films/both": ("wait", "needs clips/fox", 420),
    }


def test_a_chain_of_a_thousand_groups_is_no_deep_recursion():
    chain = [pending("x", "stills/fox", group="g0")]
    chain += [pending("x", f"g{at}/x", group=f"g{at + 1}") for at in range(1000)]
    plan = plan_of(FOX, *chain, entries=(entry_of(FOX, failed()),))
    assert {one.action for one in plan.waiting} == {Action.BLOCKED}


class TestSelection:
    ASKED = (FOX, OWL, CLIP, pending("owl", "stills/owl"), pending("fox", "clips/fox", group="films"))

    def keys(self, **selection):
        return [one.job.key for one in plan_of(*self.ASKED, **selection).listed]

    def test_what_a_selected_job_rests_on_comes_with_it_however_far(self):
        assert self.keys(select=("films/*",)) == ["stills/fox", "clips/fox", "films/fox"]
        assert self.keys(select=("clips/owl",)) == ["stills/owl", "clips/owl"]

    def test_only_leaves_that_out(self):
        plan = plan_of(*self.ASKED, select=("clips/*",), only=True)
        assert why(plan) == {
            f"clips/{name}": ("wait", f"needs stills/{name}", 420) for name in ("fox", "owl")
        }
        assert not plan.jobs

    def test_until_a_group_is_that_group_and_what_it_rests_on(self):
        assert self.keys(until=("clips",)) == ["stills/fox", "stills/owl", "clips/fox", "clips/owl"]
        assert self.keys(until=("stills",)) == ["stills/fox", "stills/owl"]

    def test_later_counts_what_is_selected(self):
        assert plan_of(*self.ASKED, select=("clips/owl",)).money.later == 420

    def test_what_is_left_out_still_tells_why_others_wait(self):
        entries = (entry_of(FOX, failed()),)
        plan = plan_of(*self.ASKED, select=("clips/fox",), only=True, entries=entries)
        assert why(plan)["clips/fox"][1] == "rests on stills/fox, which failed"


class TestBudget:
    def refused(self, *asked, budget):
        with pytest.raises(BudgetError) as caught:
            check_budget(plan_of(*asked, budget=budget))
        return caught.value

    def test_what_comes_later_counts(self):
        check_budget(plan_of(FOX, CLIP, budget=470))
        error = self.refused(FOX, CLIP, budget=469)
        assert error.message == (
            "film.yaml: over budget by 1 credits (469 allowed, 0 spent, 50 to spend, 420 later)"
        )
        assert "ask for less: 0 jobs of the 1 that wait would fit" in error.hint
        assert "--until stills runs that group alone" in error.hint

    def test_the_group_to_run_alone_is_none_of_those_that_wait(self):
        ready = job_of("cat", group="clips", credits=420)
        assert "--until stills runs that group" in self.refused(ready, FOX, CLIP, budget=500).hint

    def test_at_a_gate_it_says_how_many_picks_fit_by_their_dearest(self):
        names = ("a", "b", "c")
        stills = [job_of(name, group="stills", credits=50) for name in names]
        clips = [
            pending(f"{name}-{at}", f"stills/{name}", gate="p.yaml", prompt=f"{at}")
            for name in names
            for at in (1, 2)
        ]
        error = self.refused(*stills, *clips, budget=150 + 2 * 840)
        assert "2,520 later at most" in error.message
        assert "pick less: 2 picks fit of those in p.yaml" in error.hint
        assert "pick less: 1 pick fits" in self.refused(*stills, *clips, budget=150 + 1679).hint

    def test_what_is_blocked_costs_nothing(self):
        check_budget(plan_of(FOX, CLIP, entries=(entry_of(FOX, failed(credits=50)),), budget=50))


def test_made_jobs_are_kept_as_long_as_their_files_are_the_same():
    results = RecordedResults({FOX.fingerprint: entry_of(FOX, completed(outputs=FILE))}, "out")
    first = Stager(results)
    first.take_all([FOX])
    job = first.take(CLIP)
    again = Stager(results, first.made)
    again.take_all([FOX])
    assert again.take(CLIP) is job
    moved = Stager(RecordedResults(results.entries, "elsewhere"), first.made)
    moved.take_all([FOX])
    assert moved.take(CLIP).input["image"] == {"file": "elsewhere/a.png", "sha256": "ab" * 32}
    assert moved.take(CLIP).fingerprint == job.fingerprint
    assert isinstance(first.made["clips/fox"], Made)


def test_what_somebody_has_reserved_and_waits_here_is_counted_once():
    """Whoever reserved it has the still already; here nobody knows yet what will be sent."""
    still = job_of("still", group="stills")
    plan = plan_of(still, pending("fox", still.key), reserved=["clips/fox", "clips/owl"])
    assert (plan.money.later, plan.money.reserved) == (420, 420)
