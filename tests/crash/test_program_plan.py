"""A run of a saved plan is killed at each of its steps; the same call then goes on, and pays nothing twice."""

from __future__ import annotations

from itertools import count

import pytest

from fakes.campaign import steps_of
from fakes.sabotage import Sabotage
from fakes.service import PRICE
from sora2batch.lockfile.state import read_state

CALL = ("run", "--plan", "../small.plan.json", "--yes", "--no-download")


def save(campaign, *flags) -> None:
    """Save a plan beside the campaign's folder, so that the folder stays tidy."""
    ended = campaign.call("plan", "small.yaml", "--out", "../small.plan.json", *flags)
    assert ended.code == 0, campaign.transcript()


def go_on(campaign) -> None:
    """Call the same plan until it is done; what is in doubt is settled by somebody who knows the truth."""
    for _ in range(4):
        code = campaign.call(*CALL).code
        if code == 0:
            return
        assert code == 4, campaign.transcript()
        assert campaign.settle(), campaign.transcript()
    raise AssertionError(campaign.transcript())


@pytest.mark.parametrize("concurrency", [1, 2])
def test_killed_at_any_step_a_saved_plan_goes_on_and_pays_each_job_once(begin, tmp_path, concurrency):
    for number in count(1):
        campaign = begin(f"{number:03}", jobs=2, concurrency=concurrency)
        save(campaign)
        steps = tmp_path / f"{number:03}.steps"
        ended = campaign.call(*CALL, sabotage=Sabotage(kill_at=number, steps_file=str(steps)))
        campaign.assert_money_is_safe()
        go_on(campaign)
        campaign.assert_done()
        if not ended.was_killed:
            assert ended.code == 0, campaign.transcript()
            assert "create: answered" in steps_of(steps)
            return


@pytest.mark.parametrize("moment", ["create: not sent", "create: answered"])
def test_killed_again_at_any_step_of_going_on_pays_each_job_once(begin, tmp_path, moment):
    for number in count(1):
        campaign = begin(f"{number:03}", jobs=2)
        save(campaign)
        assert campaign.call(*CALL, sabotage=Sabotage(kill_on=moment)).was_killed
        ended = campaign.call(*CALL, sabotage=Sabotage(kill_at=number))
        campaign.assert_money_is_safe()
        go_on(campaign)
        campaign.assert_done()
        if not ended.was_killed:
            return


def test_killed_at_any_step_a_plan_of_some_jobs_pays_for_no_other(begin):
    for number in count(1):
        campaign = begin(f"{number:03}", jobs=3)
        save(campaign, "--limit", 2)
        ended = campaign.call(*CALL, sabotage=Sabotage(kill_at=number))
        campaign.assert_money_is_safe()
        go_on(campaign)
        assert sorted(one.prompt for one in campaign.service.charges()) == ["fox", "owl"], (
            campaign.transcript()
        )
        if not ended.was_killed:
            return


def test_killed_at_any_step_a_plan_that_retries_pays_for_one_more_task(begin):
    for number in count(1):
        campaign = begin(f"{number:03}", jobs=1, budget=3 * PRICE)
        campaign.service.fail_generations()
        assert campaign.run("--no-download").code == 1
        save(campaign, "--retry-failed")
        ended = campaign.call(*CALL, sabotage=Sabotage(kill_at=number))
        for _ in range(3):
            code = campaign.call(*CALL).code
            if code != 4:
                break
            assert campaign.settle(), campaign.transcript()
        assert code == 1, campaign.transcript()
        assert len(campaign.service.charges()) == 2, campaign.transcript()
        assert len(read_state(campaign.lock_path, manifest="small.yaml").task_ids()) == 2
        if not ended.was_killed:
            return


def test_a_plan_that_was_begun_is_stale_once_another_job_was_paid_for(begin):
    campaign = begin(jobs=3)
    save(campaign, "--limit", 2)
    assert campaign.call(*CALL, sabotage=Sabotage(kill_on="create: answered")).was_killed
    assert campaign.run("--no-download", "--select", "hero/cat").code == 0, campaign.transcript()
    ended = campaign.call(*CALL)
    assert ended.code == 2, campaign.transcript()
    assert "stale plan: the lockfile changed" in ended.err
    campaign.assert_money_is_safe()
