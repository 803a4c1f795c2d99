from __future__ import annotations

from decimal import Decimal

import pytest

from fakes.building import job_of, plan_of
from fakes.staged_rig import pending_of
from sora2batch.app.execution.spending import Spending
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.job import Credits
from sora2batch.plan.action import Action, WaitingJob


def spending(now: int, later: int, room: int | None = None) -> Spending:
    jobs = plan_of(*(job_of(str(number), credits=50) for number in range(now))).jobs
    clips = [pending_of(f"clip {number}", f"hero/{number}") for number in range(later)]
    waiting = tuple(WaitingJob(job, Action.WAIT, "", Credits(400 + 10 * n)) for n, job in enumerate(clips))
    return Spending(now=jobs, later=waiting, room=room)


@pytest.mark.parametrize(
    ("of", "question"),
    [
        (spending(8, 0), "Submit 8 jobs for 400 credits?"),
        (
            spending(8, 2),
            (
                "Submit 8 jobs for 400 credits, then the 2 jobs made from their results for 810 credits: "
                "1,210 credits in all?"
            ),
        ),
        (
            spending(8, 3, room=2),
            (
                "Submit 8 jobs for 400 credits, then at most 2 of the 3 jobs made from their results for "
                "830 credits: 1,230 credits in all?"
            ),
        ),
        (
            spending(0, 1),
            "Submit the job made from results that are still to come, for 400 credits?",
        ),
    ],
)
def test_the_question_names_all_that_may_be_spent(of, question):
    assert of.question(None) == question


def test_the_question_has_the_money_beside():
    told = spending(1, 1).question(CreditPrice(Decimal("0.01"), "USD"))
    assert told == (
        "Submit 1 job for 50 credits (0.50 USD), then the job made from their results for "
        "400 credits (4.00 USD): 450 credits (4.50 USD) in all?"
    )


def test_of_those_that_have_no_room_the_dearest_count():
    assert spending(0, 5, room=2).credits_later == 440 + 430
    assert not spending(0, 0).is_any
