from __future__ import annotations

import pytest

from fakes.building import basis_of, entry_of, job_of, lockfile_of, plan_of
from fakes.lock_entry import DIGEST, completed, failed, in_doubt, rejected, submitted, withdrawn
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output
from sora2batch.plan.action import Action, Money, ReservedJob
from sora2batch.plan.budget import BudgetError, check_budget, check_ceiling
from sora2batch.plan.decision import RESERVED
from sora2batch.plan.make import make_plan

FOX = job_of("fox")
OWL = job_of("owl", credits=2100)
CAT = job_of("cat")
NSFW = ErrorNote(code=7, message="the prompt\nwas refused.")
FILE = Output(url="https://h.example/a.mp4", path="a.mp4", sha256=DIGEST, bytes=1)


def decided(*attempts: Attempt, job=FOX, fault: str | None = None, **selection):
    """Action, reason and credits of one job of which the lockfile knows these attempts."""
    entries = (entry_of(job, *attempts),) if attempts else ()
    (planned,) = plan_of(job, entries=entries, fault=fault, **selection).jobs
    return planned.action, planned.reason, planned.credits


def test_a_job_that_the_lockfile_does_not_know_is_submitted():
    assert decided() == (Action.SUBMIT, "not in the lockfile", 420)


def test_an_open_task_is_waited_for_and_its_own_cost_is_shown():
    assert decided(submitted(credits=400)) == (Action.RESUME, "not finished yet: task task-a", 400)


def test_two_open_tasks_of_one_job_are_both_named_and_both_counted():
    expected = (Action.RESUME, "not finished yet: task task-a, task-b", 840)
    assert decided(submitted(), submitted("task-b")) == expected


def test_an_open_task_with_a_later_call_in_doubt_says_so():
    action, reason, cost = decided(submitted(), in_doubt(number=2))
    assert (action, cost) == (Action.RESUME, 840)
    assert reason == "not finished yet: task task-a; another call for it may have been charged"


def test_a_finished_job_whose_files_are_there_is_skipped():
    assert decided(completed(outputs=(FILE,))) == (Action.SKIP, "finished", 420)


def test_a_finished_job_with_a_bad_file_is_downloaded():
    assert decided(completed(), fault="a.mp4 is missing") == (Action.DOWNLOAD, "a.mp4 is missing", 420)


def test_the_files_of_a_second_paid_task_are_looked_after_too():
    attempts = (completed(outputs=(FILE,)), completed("task-b"))
    inputs = basis_of(FOX, entries=(entry_of(FOX, *attempts),))
    (planned,) = make_plan(inputs, lambda one: "b.mp4 is missing" if one.task_id == "task-b" else None).jobs
    assert (planned.action, planned.reason, planned.credits) == (Action.DOWNLOAD, "b.mp4 is missing", 840)


def test_a_finished_job_with_a_second_task_still_open_waits_for_that():
    action, reason, cost = decided(completed(outputs=(FILE,)), submitted("task-b"))
    assert (action, cost) == (Action.RESUME, 840)
    assert reason == "finished, but a second task that was paid too has not: task-b"


def test_only_finished_attempts_are_asked_for_their_files():
    asked = []
    attempts = (completed(), failed("task-b"))
    make_plan(basis_of(FOX, entries=(entry_of(FOX, *attempts),)), asked.append)
    assert asked == [completed()]


@pytest.mark.parametrize(
    ("attempt", "reason", "cost"),
    [
        (
            failed(error=NSFW),
            "the generation failed: the prompt was refused; --retry-failed submits it again for 420 credits",
            420,
        ),
        (failed(), "the generation failed; --retry-failed submits it again for 420 credits", 420),
        (
            rejected(error=NSFW),
            "the API rejected it, uncharged: the prompt was refused; --retry-failed submits it again for 420 credits",
            0,
        ),
    ],
)
def test_a_failed_or_rejected_job_stays_as_it_is_and_shows_what_it_has_cost(attempt, reason, cost):
    assert decided(attempt) == (Action.FAILED, reason, cost)


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (
            failed(error=NSFW),
            "again (420 credits spent on it so far): the generation failed: the prompt was refused",
        ),
        (rejected(), "again (0 credits spent on it so far): the API rejected it, uncharged"),
    ],
)
def test_a_failed_or_rejected_job_is_submitted_again_on_request_at_todays_price(attempt, reason):
    job = job_of("fox", credits=500)
    assert decided(attempt, job=job, retry_failed=True) == (Action.SUBMIT, reason, 500)


@pytest.mark.parametrize("more", [{}, {"retry_failed": True}])
def test_a_job_in_doubt_is_never_submitted_again(more):
    action, reason, cost = decided(in_doubt(), **more)
    assert (action, cost) == (Action.IN_DOUBT, 420)
    assert reason == (
        "the answer to its create call was lost; it may have been charged: `sora2batch reconcile` settles it"
    )


def test_a_job_in_doubt_says_what_is_known_of_its_call():
    _, reason, _ = decided(in_doubt(error=ErrorNote(message="connection reset")))
    assert reason.startswith("connection reset; it may have been charged")


def test_a_retried_job_that_is_in_doubt_counts_its_first_task_too():
    action, _, cost = decided(in_doubt(number=2), failed())
    assert (action, cost) == (Action.IN_DOUBT, 840)


def test_a_call_that_cost_nothing_leaves_the_job_to_be_submitted():
    assert decided(withdrawn()) == (Action.SUBMIT, "an earlier call was not accepted and cost nothing", 420)


@pytest.mark.parametrize("message", ["x" * 5000, "a\x1b[2Jb\u202ec\r\nd" * 400])
def test_a_reason_is_one_short_printable_line_whatever_the_error_says(message):
    for attempt in (failed(error=ErrorNote(message=message)), in_doubt(error=ErrorNote(message=message))):
        _, reason, _ = decided(attempt)
        assert reason.isprintable()
        assert len(reason) <= 500
    action, reason, _ = decided(completed(), fault=message)
    assert action is Action.DOWNLOAD
    assert reason.isprintable()
    assert len(reason) <= 500


def test_the_way_out_is_not_cut_off_by_a_long_error():
    _, reason, _ = decided(failed(error=ErrorNote(message="x" * 900)))
    assert reason.endswith("…; --retry-failed submits it again for 420 credits")


def test_an_orphan_under_the_same_key_says_what_changed():
    old = job_of("fox", prompt="slow pan on a fox")
    new = job_of("fox", prompt="dolly in on a fox")
    (planned,) = plan_of(new, entries=(entry_of(old, completed()),)).jobs
    assert planned.reason == 'input.prompt: "slow pan on a fox" → "dolly in on a fox"'
    assert (planned.action, planned.credits) == (Action.SUBMIT, 420)


def test_of_several_orphans_under_one_key_the_last_submitted_is_what_changed():
    versions = [job_of("fox", prompt=prompt) for prompt in ("first", "second", "third")]
    moments = ["2026-11-22T10:00:00Z", "2026-11-22T12:00:00Z", "2026-11-22T11:00:00Z"]
    for order in (1, -1):
        entries = tuple(
            entry_of(job, completed(submitted_at=moment))
            for job, moment in list(zip(versions, moments, strict=True))[::order]
        )
        (planned,) = plan_of(job_of("fox", prompt="new"), entries=entries).jobs
        assert planned.reason == 'input.prompt: "second" → "new"'


def test_an_orphan_that_was_another_take_is_told_by_its_take():
    old = entry_of(job_of("fox", take=3), completed(), key="hero/fox#2")
    (planned,) = plan_of(job_of("fox", take=2), entries=(old,)).jobs
    assert planned.reason == "take 3 → 2"


def test_takes_are_jobs_of_their_own():
    takes = [job_of("fox", take=take) for take in (1, 2, 3)]
    plan = plan_of(*takes, entries=(entry_of(takes[0], completed()),))
    assert [planned.action for planned in plan.jobs] == [Action.SKIP, Action.SUBMIT, Action.SUBMIT]
    assert plan.money.to_spend == 840


def test_a_renamed_job_is_the_same_job():
    plan = plan_of(FOX, entries=(entry_of(FOX, completed(), key="old/name"),))
    assert plan.jobs[0].action is Action.SKIP
    assert plan.orphans == ()


def test_orphans_are_listed_by_key_and_count_as_spent():
    gone = [entry_of(job_of(name), completed()) for name in ("zebra", "ant")]
    plan = plan_of(FOX, entries=tuple(gone))
    assert [entry.key for entry in plan.orphans] == ["hero/ant", "hero/zebra"]
    assert plan.money == Money(
        budget=Credits(10_000), spent=Credits(840), in_doubt=Credits(0), to_spend=Credits(420)
    )


def test_what_is_not_selected_is_no_orphan():
    plan = plan_of(FOX, OWL, entries=(entry_of(OWL, completed()),), select=("hero/fox",))
    assert [planned.job for planned in plan.jobs] == [FOX]
    assert plan.orphans == ()
    assert plan.money.spent == 420


def test_money_counts_every_task_and_doubt_but_no_rejection():
    entries = (
        entry_of(FOX, in_doubt(number=2, credits=500), failed(credits=420)),
        entry_of(OWL, completed(credits=2100), completed("task-b", credits=2000)),
        entry_of(CAT, rejected()),
    )
    plan = plan_of(FOX, OWL, CAT, job_of("dog", credits=50), entries=entries)
    assert plan.money == Money(
        budget=Credits(10_000), spent=Credits(5020), in_doubt=Credits(500), to_spend=Credits(50)
    )
    assert plan.money.remaining == 10_000 - 5020 - 50
    assert [planned.credits for planned in plan.jobs] == [920, 4100, 0, 50]


def test_a_retried_job_costs_again_and_its_first_task_stays_spent():
    plan = plan_of(FOX, entries=(entry_of(FOX, failed()),), retry_failed=True, budget=840)
    assert (plan.money.spent, plan.money.to_spend, plan.money.remaining) == (420, 420, 0)
    assert plan.money.within_budget


def test_one_credit_too_many_is_over_budget():
    assert plan_of(FOX, budget=420).money.within_budget
    assert not plan_of(FOX, budget=419).money.within_budget


def test_a_limit_lets_the_first_submissions_through_and_tells_how_many_wait():
    finished = entry_of(CAT, completed())
    plan = plan_of(FOX, CAT, OWL, job_of("dog"), entries=(finished,), limit=1)
    assert [planned.job.key for planned in plan.jobs] == ["hero/fox", "hero/cat"]
    assert plan.money.to_spend == 420
    assert plan.notices == ("--limit 1: 2 more jobs wait",)


def test_a_limit_of_nothing_submits_nothing():
    plan = plan_of(FOX, limit=0)
    assert (plan.jobs, plan.money.to_spend) == ((), 0)
    assert plan.notices == ("--limit 0: 1 more job waits",)


def test_a_limit_counts_retries_as_submissions():
    plan = plan_of(FOX, OWL, entries=(entry_of(FOX, failed()),), retry_failed=True, limit=1)
    assert [planned.job.key for planned in plan.jobs] == ["hero/fox"]


def test_a_limit_that_is_not_reached_says_nothing():
    assert plan_of(FOX, limit=1).notices == ()


@pytest.mark.parametrize(
    "attempt", [submitted(), completed(), completed(outputs=(Output(url="https://h.example/a"),))]
)
def test_a_paid_orphan_that_was_never_fetched_is_pointed_out(attempt):
    plan = plan_of(FOX, entries=(entry_of(OWL, attempt),), notices=("be careful",))
    told = "1 orphan was paid but not fetched (hero/owl); a run fetches only what the manifest asks for"
    assert plan.notices == ("be careful", f"{told}: put the job back to get its file")


@pytest.mark.parametrize("attempt", [completed(outputs=(FILE,)), failed(), rejected(), in_doubt()])
def test_other_orphans_need_no_notice(attempt):
    assert plan_of(FOX, entries=(entry_of(OWL, attempt),)).notices == ()


def test_several_unfetched_orphans_share_a_notice():
    plan = plan_of(FOX, entries=(entry_of(OWL, submitted()), entry_of(CAT, submitted("task-b"))))
    assert plan.notices[0].startswith("2 orphans were paid but not fetched (hero/cat and others);")


def test_every_action_is_counted_even_if_no_job_has_it():
    assert plan_of(FOX, OWL).counts == {action: 2 if action is Action.SUBMIT else 0 for action in Action}


def test_jobs_of_some_actions_are_picked_in_order():
    plan = plan_of(FOX, OWL, CAT, entries=(entry_of(OWL, completed()),))
    assert [one.job for one in plan.with_action(Action.SUBMIT)] == [FOX, CAT]
    assert [one.job for one in plan.with_action(Action.SUBMIT, Action.SKIP)] == [FOX, OWL, CAT]


def test_a_manifest_without_jobs_has_a_plan():
    plan = plan_of(entries=(entry_of(FOX, completed()),))
    assert plan.jobs == ()
    assert plan.money.spent == 420
    assert lockfile_of(*plan.orphans) == lockfile_of(entry_of(FOX, completed()))


class TestReserved:
    """Jobs that workers of a fleet are about to submit, asked for by whomever."""

    @staticmethod
    def plan(*jobs, reserved, **more):
        basis = basis_of(*jobs, **more)
        taken = {job.fingerprint: ReservedJob(job.key, job.credits) for job in reserved}
        return make_plan(basis._replace(reserved=taken), lambda _: None)

    def test_nobody_pays_for_one_again_and_its_price_is_set_aside(self):
        plan = self.plan(FOX, OWL, reserved=[FOX])
        assert [(one.action, one.credits) for one in plan.jobs] == [(Action.RESUME, 0), (Action.SUBMIT, 2100)]
        assert plan.jobs[0].reason == RESERVED
        assert plan.money == Money(budget=10_000, spent=0, in_doubt=0, to_spend=2100, reserved=420)
        assert plan.money.remaining == 10_000 - 2100 - 420

    def test_those_of_others_count_too(self):
        plan = self.plan(FOX, reserved=[OWL], budget=2500)
        with pytest.raises(
            BudgetError, match=r"over budget by 20 .*, 0 spent, 2,100 reserved, 420 to spend"
        ) as ended:
            check_budget(plan)
        assert (
            "max-credits) to 2520, or take reservations back with `sora2batch fleet cancel`"
            in ended.value.hint
        )
        with pytest.raises(BudgetError, match=r"by 20 .0 spent, 2,100 reserved, 420 to spend; a setting"):
            check_ceiling(plan, Credits(2500), origin="a setting")

    def test_a_limit_counts_what_is_left_to_pay(self):
        plan = self.plan(FOX, OWL, CAT, reserved=[FOX], limit=1)
        assert [one.action for one in plan.jobs] == [Action.RESUME, Action.SUBMIT]
        assert plan.notices == ("--limit 1: 1 more job waits",)

    def test_a_retry_that_somebody_else_asked_for_is_waited_for(self):
        plan = self.plan(FOX, reserved=[FOX], entries=(entry_of(FOX, failed()),))
        assert plan.jobs[0][1:4] == (Action.RESUME, RESERVED, 420)

    def test_what_has_come_further_meanwhile_is_taken_as_it_is(self):
        plan = self.plan(FOX, reserved=[FOX], entries=(entry_of(FOX, submitted()),))
        assert plan.jobs[0].reason == "not finished yet: task task-a"
