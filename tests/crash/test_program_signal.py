"""Ctrl-C, SIGTERM and a second Ctrl-C, wherever a run may stand: it ends in time and the next one finishes."""

from __future__ import annotations

from signal import SIGINT, SIGTERM
from threading import Event

import pytest

from fakes.answering_server import Stall, answering_thread
from fakes.sabotage import Sabotage
from fakes.service import RESULT
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.state import read_state
from sora2batch.simulator.calls import Call

IN_TIME_SECONDS = 10
AT_ONCE_SECONDS = 4
CODES = {SIGINT: 130, SIGTERM: 143}
HEARD = "waiting for the answers"


def states_of(campaign) -> list[State]:
    entries = read_state(campaign.lock_path, manifest="small.yaml").entries.values()
    return sorted(entry.state for entry in entries)


def end_well(campaign) -> None:
    """Whatever was on its way when the process ended comes in now; then all is brought to its end."""
    campaign.service.recover()
    campaign.service.drain()
    campaign.assert_money_is_safe()
    campaign.finish()
    campaign.assert_done()


@pytest.fixture
def start(begin):
    """Start a run and wait until it has begun a call that gets no answer."""

    def start(call, **more):
        campaign = begin(jobs=3, **more)
        campaign.service.stall(call)
        running = campaign.start("run", "small.yaml", "--yes")
        campaign.service.wait_for(call)
        return campaign, running

    return start


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("call", [Call.STATUS, RESULT])
def test_waiting_and_downloading_end_at_once_and_nothing_is_forgotten(start, call, number):
    campaign, running = start(call)
    running.signal(number)
    assert running.wait(seconds=AT_ONCE_SECONDS).code == CODES[number]
    assert set(states_of(campaign)) <= {State.SUBMITTED, State.COMPLETED}
    end_well(campaign)


@pytest.mark.parametrize("number", CODES)
def test_an_answer_that_comes_after_the_signal_is_waited_for_and_kept(start, number):
    campaign, running = start(Call.CREATE)
    running.signal(number)
    running.expect(HEARD)
    campaign.service.recover()
    assert running.wait(seconds=AT_ONCE_SECONDS).code == CODES[number]
    assert states_of(campaign) == [State.SUBMITTED]
    assert len(campaign.service.charges()) == 1
    end_well(campaign)


@pytest.mark.slow
def test_an_answer_that_never_comes_is_given_up_in_time_and_its_job_stays_in_doubt(start):
    campaign, running = start(Call.CREATE)
    running.signal(SIGTERM)
    ended = running.wait(seconds=IN_TIME_SECONDS)
    assert ended.code == 143
    assert states_of(campaign) == [State.IN_DOUBT]
    end_well(campaign)


@pytest.mark.parametrize("call", [Call.CREATE, Call.STATUS, RESULT])
def test_the_second_signal_ends_it_at_once_and_still_loses_nothing(start, call):
    campaign, running = start(call, concurrency=3)
    running.signal(SIGINT)
    if call is Call.CREATE:
        running.expect(HEARD)
        running.signal(SIGINT)
    assert running.wait(seconds=AT_ONCE_SECONDS).code == 130
    end_well(campaign)


@pytest.mark.parametrize("number", CODES)
def test_a_pause_of_a_minute_does_not_hold_a_signal_up(begin, number):
    campaign = begin(jobs=2, speed=1)
    campaign.service.refuse(Call.CREATE)
    running = campaign.start("run", "small.yaml", "--yes")
    running.expect("pausing 60.0 s")
    running.signal(number)
    assert running.wait(seconds=AT_ONCE_SECONDS).code == CODES[number]
    assert states_of(campaign) == []
    assert campaign.service.charges() == []
    end_well(campaign)


@pytest.mark.parametrize("number", CODES)
def test_a_signal_before_the_first_call_ends_it_with_nothing_sent_and_no_journal_left(start, number):
    campaign, running = start(Call.ACCOUNT)
    running.signal(number)
    assert running.wait(seconds=AT_ONCE_SECONDS).code == CODES[number]
    assert campaign.service.charges() == []
    assert not campaign.journal.exists()
    end_well(campaign)


@pytest.mark.parametrize("number", CODES)
def test_a_signal_while_the_ledger_is_asked_about_doubts_changes_nothing(begin, number):
    campaign = begin(jobs=2)
    campaign.service.stall(Call.CREATE)
    running = campaign.start("run", "small.yaml", "--yes")
    campaign.service.wait_for(Call.CREATE)
    running.signal(9)
    running.wait()
    campaign.service.stall(Call.LEDGER)
    asking = campaign.start("run", "small.yaml", "--yes")
    campaign.service.wait_for(Call.LEDGER)
    asking.signal(number)
    assert asking.wait(seconds=AT_ONCE_SECONDS).code == CODES[number]
    assert states_of(campaign) == [State.IN_DOUBT]
    end_well(campaign)


def test_started_with_ctrl_c_ignored_it_stays_ignored_and_sigterm_ends_it(begin):
    """As a shell's ``&`` and ``nohup`` start programs: what they ignored is not for a child to hear again."""
    campaign = begin(jobs=3)
    campaign.service.stall(Call.STATUS)
    running = campaign.start("run", "small.yaml", "--yes", sabotage=Sabotage(ignored=["SIGINT"]))
    campaign.service.wait_for(Call.STATUS)
    running.signal(SIGINT)
    running.signal(SIGTERM)
    ended = running.wait(seconds=IN_TIME_SECONDS)
    assert ended.code == CODES[SIGTERM], ended.err
    end_well(campaign)


@pytest.mark.parametrize("what", ["the bucket", "its URL"])
def test_ctrl_c_while_the_store_hangs_ends_the_run_at_once_and_nothing_was_reserved(begin, what):
    is_reached = Event()

    def hang(_: object) -> Stall:
        is_reached.set()
        return Stall()

    with answering_thread(hang) as server:
        keys = dict.fromkeys(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], "any")
        bucket = {"SORA2BATCH_STORE": "s3://media", "AWS_ENDPOINT_URL": server.url, **keys}
        environ = bucket if what == "the bucket" else {}
        campaign = begin(jobs=2, files_url=server.url, environ=environ)
        running = campaign.start("run", "small.yaml", "--yes")
        assert is_reached.wait(30)
        running.signal(SIGINT)
        ended = campaign.ended(running, seconds=AT_ONCE_SECONDS)
    assert ended.code == CODES[SIGINT], campaign.transcript()
    assert campaign.service.created == []
    assert states_of(campaign) == []
