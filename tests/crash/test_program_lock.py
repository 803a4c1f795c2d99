"""One run per lockfile: the second one goes away at once, and a dead one is in nobody's way."""

from __future__ import annotations

import re

import pytest

from sora2batch.simulator.calls import Call

_SECONDS_FOR_ONE = 20
"""Far more than a process needs, far less than one that waits for the holder, who does not end by itself."""


@pytest.fixture
def busy(begin):
    """A campaign with a run on it that waits for an answer."""
    campaign = begin(jobs=3)
    campaign.service.stall(Call.CREATE)
    running = campaign.start("run", "small.yaml", "--yes", "--no-download")
    campaign.service.wait_for(Call.CREATE)
    return campaign, running


@pytest.mark.parametrize("command", [("run", "--yes"), ("reconcile",), ("download",)])
def test_the_second_goes_away_at_once_and_says_who_holds_the_lockfile(busy, command):
    campaign, running = busy
    name, *flags = command
    second = campaign.start(name, "small.yaml", *flags).wait(seconds=_SECONDS_FOR_ONE)
    assert second.code == 6, second.err
    said = re.search(
        r"is held by process (\d+) on \S+ \(since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\)", second.err
    )
    assert said, second.err
    assert int(said[1]) == running.pid
    campaign.service.recover()
    assert campaign.ended(running).code == 0, campaign.transcript()
    campaign.assert_done()


@pytest.mark.parametrize("command", ["status", "plan"])
def test_who_only_looks_is_not_held_up_and_sees_the_call_under_way(busy, command):
    campaign, running = busy
    looked = campaign.start(command, "small.yaml").wait(seconds=_SECONDS_FOR_ONE)
    assert looked.code == 0, looked.err
    assert "1 in doubt" in looked.out
    campaign.service.recover()
    assert campaign.ended(running).code == 0, campaign.transcript()
    campaign.assert_done()


def test_the_lock_of_a_killed_run_is_free_at_once(busy):
    campaign, running = busy
    running.signal(9)
    assert running.wait(seconds=_SECONDS_FOR_ONE).was_killed
    campaign.service.recover()
    campaign.service.drain()
    assert campaign.journal.exists()
    assert campaign.run("--no-download").code in {0, 4}, campaign.transcript()
    campaign.finish("--no-download")
    campaign.assert_done()


def test_of_many_that_start_together_one_runs_and_the_others_send_nothing(begin):
    campaign = begin(jobs=3)
    campaign.service.stall(Call.CREATE)
    together = [campaign.start("run", "small.yaml", "--yes", "--no-download") for _ in range(5)]
    campaign.service.wait_for(Call.CREATE)
    lost = [running for running in together if not _is_holder(campaign, running)]
    assert [running.wait(seconds=_SECONDS_FOR_ONE).code for running in lost] == [6] * 4
    campaign.service.recover()
    (holder,) = (running for running in together if running not in lost)
    assert campaign.ended(holder).code == 0, campaign.transcript()
    campaign.assert_done()


def _is_holder(campaign, running) -> bool:
    return f'"pid":{running.pid},' in campaign.journal.read_text()
