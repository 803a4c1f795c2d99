"""A clock that is wrong, or that changes: what the ledger shows is compared with the API's own time."""

from __future__ import annotations

import pytest

from fakes.sabotage import Sabotage

HOUR = 3600.0
LOST_ANSWER = "create: answer not read"
FOUND = "the ledger has 1 task that may be it"


@pytest.mark.parametrize("first", [-HOUR, 0.0, HOUR])
@pytest.mark.parametrize("second", [-HOUR, 0.0, HOUR])
def test_a_charge_is_found_again_whatever_the_clocks_of_two_runs_say(begin, first, second):
    campaign = begin(jobs=2)
    lost = Sabotage(kill_on=LOST_ANSWER, clock_ahead_seconds=first)
    assert campaign.run("--no-download", sabotage=lost).was_killed
    wrong = Sabotage(clock_ahead_seconds=second)
    assert FOUND in campaign.run("--no-download", sabotage=wrong).err, campaign.transcript()
    assert campaign.settle_by_auto(), campaign.transcript()
    assert campaign.run("--no-download", sabotage=wrong).code == 0, campaign.transcript()
    campaign.assert_done()


@pytest.mark.parametrize("seconds", [0.5, 60.0, HOUR, -0.5, -60.0, -HOUR])
def test_a_charge_is_found_again_though_the_clock_leaps_with_each_look_at_it(begin, seconds):
    campaign = begin(jobs=2)
    leaping = Sabotage(kill_on=LOST_ANSWER, clock_leaps_seconds=seconds)
    assert campaign.run("--no-download", sabotage=leaping).was_killed
    assert FOUND in campaign.run("--no-download").err, campaign.transcript()
    campaign.assert_money_is_safe()
    campaign.finish("--no-download")
    campaign.assert_done()
