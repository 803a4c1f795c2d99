from __future__ import annotations

import pytest

from fakes.building import entry_of, job_of
from fakes.lock_entry import completed, failed, submitted
from sora2batch.ground.errors import UsageError
from sora2batch.plan.action import Action, Money, Plan, PlannedJob
from sora2batch.plan.host import check_host

NOTHING = Money(budget=0, spent=0, in_doubt=0, to_spend=0)


def planned(name, action, *attempts):
    job = job_of(name)
    return PlannedJob(job, action, "", 0, entry_of(job, *attempts))


def check(*jobs):
    plan = Plan(manifest="campaign.yaml", jobs=jobs, orphans=(), money=NOTHING, notices=())
    check_host(plan, "sjinn.ai", variable="SORA2BATCH_API_URL")


@pytest.mark.parametrize("api", [None, "sjinn.ai"])
@pytest.mark.parametrize("action", [Action.RESUME, Action.DOWNLOAD])
def test_a_task_of_this_host_or_of_one_that_is_not_known_may_be_asked_about(api, action):
    check(planned("fox", action, submitted("t", api=api)))


@pytest.mark.parametrize(
    ("action", "attempts"),
    [
        (Action.RESUME, [submitted("t", api="elsewhere.example")]),
        (Action.DOWNLOAD, [completed("t", api="elsewhere.example")]),
        (Action.RESUME, [completed("a", api="sjinn.ai"), submitted("t", number=2, api="elsewhere.example")]),
    ],
)
def test_a_task_of_another_host_is_not_asked_about_here(action, attempts):
    with pytest.raises(UsageError, match=r"a task was made at elsewhere\.example") as caught:
        check(planned("fox", action, *attempts))
    assert "hero/fox" in caught.value.message
    assert caught.value.hint == (
        "set SORA2BATCH_API_URL to the address at elsewhere.example, or leave them out with --select"
    )


def test_what_is_not_asked_about_may_be_anybodys():
    elsewhere = {"api": "elsewhere.example"}
    check(
        planned("fox", Action.SKIP, completed("t", **elsewhere)),
        planned("owl", Action.FAILED, failed("u", **elsewhere)),
        planned("cat", Action.RESUME, submitted("v"), failed("w", number=2, **elsewhere)),
    )
