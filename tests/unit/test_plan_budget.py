from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes.building import TOOL, entry_of, job_of, plan_of
from fakes.lock_entry import completed, in_doubt
from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.tool import Availability
from sora2batch.ground.errors import ExitCode
from sora2batch.plan.budget import (
    BudgetError,
    RetiredToolError,
    check_balance,
    check_budget,
    check_charges,
    check_tools,
)

FOX, OWL, CAT = job_of("fox"), job_of("owl", credits=2100), job_of("cat", credits=300)


def over_budget(*jobs, **more) -> BudgetError:
    with pytest.raises(BudgetError) as caught:
        check_budget(plan_of(*jobs, **more))
    return caught.value


def test_a_plan_that_fits_exactly_is_let_through():
    check_budget(plan_of(FOX, OWL, budget=2520))


def test_a_plan_over_budget_says_by_how_much_and_what_would_fit():
    error = over_budget(FOX, OWL, CAT, budget=2600)
    assert error.exit_code is ExitCode.BUDGET
    assert error.message == (
        "campaign.yaml: over budget by 220 credits (2,600 allowed, 0 spent, 2,820 to spend)"
    )
    assert error.hint == (
        "set budget.max_credits (or --max-credits) to 2820, or submit a part: --limit 2 for 2,520 credits"
    )


def test_the_part_that_fits_does_fit_and_one_job_more_does_not():
    jobs = (FOX, OWL, CAT)
    check_budget(plan_of(*jobs, budget=2600, limit=2))
    over_budget(*jobs, budget=2600, limit=3)


def test_a_part_that_fits_to_the_last_credit_is_offered():
    assert over_budget(FOX, OWL, CAT, budget=2520).hint.endswith("--limit 2 for 2,520 credits")


def test_what_was_spent_and_is_in_doubt_leaves_less_room():
    entries = (entry_of(job_of("gone"), completed(credits=500)), entry_of(CAT, in_doubt(credits=300)))
    error = over_budget(FOX, OWL, CAT, entries=entries, budget=1300)
    assert error.message.endswith("over budget by 2,020 credits (1,300 allowed, 800 spent, 2,520 to spend)")
    assert error.hint == (
        "set budget.max_credits (or --max-credits) to 3320, or submit a part: --limit 1 for 420 credits"
    )


def test_where_the_first_job_does_not_fit_the_cheapest_is_offered():
    error = over_budget(OWL, FOX, CAT, budget=400)
    assert error.hint.endswith("or submit a cheaper one: --select 'hero/cat' for 300 credits")
    check_budget(plan_of(OWL, FOX, CAT, budget=400, select=("hero/cat",)))


def test_where_no_job_fits_nothing_is_offered():
    error = over_budget(OWL, CAT, budget=299)
    assert error.hint.endswith("or submit nothing: even the cheapest job costs 300, and 299 are left")


def test_a_budget_that_is_overspent_has_nothing_left():
    entries = (entry_of(job_of("gone"), completed(credits=500)),)
    error = over_budget(CAT, entries=entries, budget=100)
    assert error.hint.endswith("even the cheapest job costs 300, and 0 are left")


def test_an_overspent_budget_is_refused_even_if_nothing_is_to_be_submitted():
    error = over_budget(FOX, entries=(entry_of(FOX, completed()),), budget=419)
    assert error.message.endswith("over budget by 1 credits (419 allowed, 420 spent, 0 to spend)")
    assert error.hint == (
        "nothing is left to submit, but more was spent than is allowed; "
        "set budget.max_credits (or --max-credits) to 420"
    )


@pytest.mark.parametrize("balance", [2520, 2520.5, 10**9])
def test_a_balance_that_suffices_is_let_through(balance):
    check_balance(plan_of(FOX, OWL), balance)


@pytest.mark.parametrize("balance", [2519, 2519.99])
def test_a_balance_that_is_too_small_is_never_rounded_up(balance):
    with pytest.raises(BudgetError) as caught:
        check_balance(plan_of(FOX, OWL), balance)
    assert caught.value.exit_code is ExitCode.BUDGET
    assert caught.value.message == (
        "campaign.yaml: the account has 2,519 credits, 1 fewer than the 2,520 to spend"
    )
    assert caught.value.hint == "buy credits, or submit a part: --limit 1 for 420 credits"


@pytest.mark.parametrize("balance", [0, -5])
def test_a_plan_without_submissions_needs_no_balance(balance):
    check_balance(plan_of(FOX, entries=(entry_of(FOX, completed()),)), balance)


def test_a_debt_pays_for_nothing():
    with pytest.raises(
        BudgetError, match="the account has -5 credits, 425 fewer than the 420 to spend"
    ) as caught:
        check_balance(plan_of(FOX), -5)
    assert caught.value.hint.endswith("even the cheapest job costs 420, and 0 are left")


@pytest.fixture(scope="module")
def catalog():
    known = load_catalog()
    tool = replace(known.get(TOOL), availability=Availability.RETIRED, notice="Gone since March.")
    return replace(known, tools=known.tools | {TOOL: tool})


def test_a_retired_tool_is_refused_with_the_nearest_live_one_and_its_price(catalog):
    with pytest.raises(RetiredToolError) as caught:
        check_tools(plan_of(FOX), catalog)
    near = catalog.nearest_live(catalog.get(TOOL))
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.message == f"campaign.yaml: the tool {TOOL} is retired (Gone since March)"
    assert caught.value.hint == f"the nearest live tool is {near.tool_type}: {near.price_text} credits"


def test_a_retired_tool_does_not_stand_in_the_way_of_what_was_paid(catalog):
    check_tools(plan_of(FOX, entries=(entry_of(FOX, completed()),), fault="a.mp4 is missing"), catalog)


def test_live_tools_are_let_through():
    check_tools(plan_of(FOX), load_catalog())


@pytest.mark.parametrize("moment", ["2026-11-22T09:00:00Z", "2026-11-22T10:00:00+01:00"])
def test_a_price_that_a_recent_task_exceeded_is_not_believed_again(moment):
    bee = job_of("bee")
    dear = entry_of(bee, completed("t", credits=500, submitted_at=moment))
    plan = plan_of(FOX, bee, entries=(dear,))
    day_before = datetime(2026, 11, 21, 10, tzinfo=UTC)
    with pytest.raises(BudgetError, match="cost 500 credits, but the catalogue says 420") as refused:
        check_charges(plan, load_catalog(), since=day_before)
    assert refused.value.exit_code == 3
    assert refused.value.hint == f"correct the price of {TOOL} with --tools-dir"
    check_charges(plan, load_catalog(), since=day_before + timedelta(days=2))


def test_a_dear_task_of_a_far_future_counts_as_recent_and_one_without_a_time_does_not():
    bee = job_of("bee")

    def check(moment):
        plan = plan_of(FOX, bee, entries=(entry_of(bee, completed("t", credits=500, submitted_at=moment)),))
        check_charges(plan, load_catalog(), since=datetime(2026, 11, 21, 10, tzinfo=UTC))

    with pytest.raises(BudgetError, match="cost 500 credits"):
        check("9999-12-31T23:59:59Z")
    check("yesterday")
