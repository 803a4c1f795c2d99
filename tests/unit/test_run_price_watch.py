from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from fakes.loop import run_virtual
from fakes.recorder import MemoryRecorder
from fakes.rig import Rig, job_of, jobs_of, play, rig_of
from fakes.video_api import ACCEPT, LOST, REJECT, ScriptedCreate, busy
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import State
from sora2batch.manifest.model import RunOptions
from sora2batch.run.event import Warned
from sora2batch.run.price_watch import PriceDriftError
from sora2batch.run.stages import Stages
from sora2batch.sjinn.api_error import KeyRefusedError, LedgerError

WIDE = RunOptions(concurrency=1000, submit_concurrency=8)
DEAR = ScriptedCreate(answer=ACCEPT.answer, cost=2100)


def submitting(*jobs, options: RunOptions = WIDE, **more) -> Rig:
    return rig_of(*jobs, options=options, stages=Stages.SUBMIT, **more)


def test_the_first_job_of_a_price_goes_alone_until_its_charge_was_seen():
    rig = play(submitting(*jobs_of(20)))
    first, second = rig.api.calls[:2]
    assert rig.api.ledger_reads[0] >= first.ended
    assert second.began >= rig.api.ledger_reads[0] + 0.1


def test_every_price_is_looked_at_once():
    cheap, dear = jobs_of(10), [job_of(f"dear{number}", price=2100) for number in range(10)]
    rig = play(submitting(*cheap, *dear))
    first_dear = next(call for call in rig.api.calls if call.name == "dear0")
    second_dear = next(call for call in rig.api.calls if call.name == "dear1")
    assert [moment for moment in rig.api.ledger_reads if first_dear.ended <= moment < second_dear.began]
    assert len(rig.api.ledger_reads) <= 6


def test_a_price_that_rose_costs_one_task_and_ends_the_submitting():
    rig = play(submitting(*jobs_of(20), otherwise=DEAR))
    assert rig.api.created == ["000"]
    assert rig.stop_reasons == [StopReason.CREDITS]
    error = rig.stop_signal.stops[0].error
    assert isinstance(error, PriceDriftError)
    assert error.exit_code is ExitCode.BUDGET
    assert "hero/000 cost 2,100 credits, but the catalogue says 420" in error.message


def test_the_true_cost_is_recorded_and_counted():
    rig = play(submitting(*jobs_of(3), otherwise=DEAR))
    assert rig.entry("000").primary.credits == 2100
    assert rig.entry("000").state is State.SUBMITTED
    assert rig.budget_tracker.spent == 2100


def test_a_task_that_was_done_before_its_charge_was_seen_stays_done():
    rig = rig_of(job_of("fox"), options=RunOptions(poll_interval=0.05), expected=0.0, otherwise=DEAR)
    rig.api._ledger_seconds = 20.0
    play(rig)
    assert rig.state("fox") is State.COMPLETED
    assert rig.entry("fox").primary.credits == 2100


@pytest.mark.parametrize("lag", [0.5, 1.0, 3.0, 5.0])
def test_no_second_task_of_a_price_is_bought_while_the_ledger_lags(lag):
    rig = play(submitting(*jobs_of(20), otherwise=DEAR, ledger_lag=lag))
    assert rig.api.created == ["000"]
    assert rig.stop_reasons == [StopReason.CREDITS]
    assert len(rig.api.ledger_reads) <= 6


def test_a_price_that_no_row_proves_is_bought_one_by_one_with_a_look_after_each():
    rig = play(submitting(*jobs_of(20), ledger_lag=1000.0))
    assert rig.all_states == [State.SUBMITTED] * 20
    assert rig.api.most_under_way == 1
    assert 5.0 < rig.api.calls[1].began - rig.api.calls[0].ended < 7.0
    for call, following in pairwise(rig.api.calls[1:]):
        looks = [moment for moment in rig.api.ledger_reads if call.ended <= moment < following.began]
        assert len(looks) == 1
        assert following.began - call.ended < 1.0


def test_a_price_whose_row_comes_late_is_bought_side_by_side_from_then_on():
    rig = play(submitting(*jobs_of(60), ledger_lag=8.0))
    row_appears = rig.api.calls[0].began + 8.0
    before = [call for call in rig.api.calls if call.began < row_appears]
    assert len(before) > 1
    assert all(one.ended <= other.began for one, other in pairwise(before))
    assert rig.api.most_under_way > 1


def test_a_row_that_comes_after_the_last_look_still_bounds_the_loss():
    rig = play(submitting(*jobs_of(200), otherwise=DEAR, ledger_lag=8.0))
    assert rig.stop_reasons == [StopReason.CREDITS]
    assert len(rig.api.calls) < 15


def test_one_proven_price_proves_no_other():
    cheap, dear = jobs_of(3), [job_of(f"dear{number}", price=2100) for number in range(20)]
    script = {job.input["prompt"]: [ScriptedCreate(answer=ACCEPT.answer, cost=9000)] for job in dear}
    rig = play(submitting(*cheap, *dear, creates=script, ledger_lag=1.0))
    assert rig.api.created == ["000", "001", "002", "dear0"]
    assert rig.stop_reasons == [StopReason.CREDITS]


def test_a_later_rise_is_found_by_the_regular_look():
    options = RunOptions(concurrency=1000, submit_concurrency=1)
    script = {f"{number:03}": [DEAR] for number in range(50, 400)}
    rig = play(submitting(*jobs_of(400), options=options, creates=script))
    assert rig.stop_reasons == [StopReason.CREDITS]
    risen = [call for call in rig.api.calls if call.name >= "050"]
    assert risen[-1].ended - risen[0].began < 3.0


def test_the_regular_look_is_one_workers_work_and_not_too_frequent():
    rig = play(submitting(*jobs_of(800), ledger_seconds=3.0))
    reads = rig.api.ledger_reads[1:]
    assert len(reads) > 3
    # The last one is the look at the end.
    assert all(later - earlier >= 5.0 for earlier, later in pairwise(reads[:-1]))


def test_a_rise_of_the_last_jobs_is_found_at_the_end():
    script = {f"{number:03}": [DEAR] for number in (8, 9)}
    rig = play(submitting(*jobs_of(10), creates=script))
    assert rig.stop_reasons == [StopReason.CREDITS]
    assert [rig.entry(name).primary.credits for name in ("008", "009")] == [2100, 2100]
    assert rig.budget_tracker.spent == rig.api.charged


def test_a_rise_of_the_last_jobs_is_found_at_the_end_though_the_ledger_lags():
    script = {f"{number:03}": [DEAR] for number in (8, 9)}
    rig = play(submitting(*jobs_of(10), creates=script, ledger_lag=2.0))
    assert rig.stop_reasons == [StopReason.CREDITS]
    assert [rig.entry(name).primary.credits for name in ("008", "009")] == [2100, 2100]


def test_a_price_that_fell_changes_nothing():
    rig = play(submitting(*jobs_of(5), otherwise=ScriptedCreate(answer=ACCEPT.answer, cost=50)))
    assert rig.stop_reasons == []
    assert rig.entry("000").primary.credits == 420


def test_a_first_job_that_is_refused_leaves_its_price_unknown():
    rig = play(submitting(*jobs_of(10), creates={"000": [REJECT], "001": [LOST], "002": [DEAR]}))
    assert rig.api.created == ["000", "001", "002"]
    assert rig.stop_reasons == [StopReason.CREDITS]


def test_a_first_job_that_has_to_wait_keeps_the_others_waiting():
    rig = play(submitting(*jobs_of(10), creates={"000": [busy(60.0), ACCEPT]}))
    assert rig.api.created[:2] == ["000", "000"]
    assert rig.api.calls[2].began > 60.0


def test_a_ledger_that_cannot_be_read_is_told_and_left_alone_for_a_while():
    jobs = [job_of(f"p{price}", price=price) for price in range(100, 120)]
    rig = play(submitting(*jobs, ledger=[LedgerError("the ledger failed 3 times")] * 100))
    assert len(rig.api.ledger_reads) == 1
    assert len(rig.listener.of(Warned)) == 1
    assert rig.all_states == [State.SUBMITTED] * 20


def test_a_ledger_that_can_be_read_again_is_read_again():
    options = RunOptions(concurrency=2000, submit_concurrency=1)
    script = {f"{number:03}": [DEAR] for number in range(1000, 1800)}
    rig = play(submitting(*jobs_of(1800), options=options, creates=script, ledger=[LedgerError("HTTP 500")]))
    assert rig.stop_reasons == [StopReason.CREDITS]


def test_a_key_that_the_ledger_refuses_ends_the_submitting():
    rig = play(submitting(*jobs_of(5), ledger=[KeyRefusedError("the API refused the key")]))
    assert rig.api.created == ["000"]
    assert rig.stop_reasons == [StopReason.KEY]


def test_a_true_cost_that_the_disk_refuses_does_not_cut_calls_off():
    """The dear task is found while another answer is still on its way."""
    slow = ScriptedCreate(answer=ACCEPT.answer, seconds=90.0)
    options = RunOptions(concurrency=1000, submit_concurrency=2)
    script = {"001": [slow], "002": [DEAR]}
    rig = play(
        submitting(
            *jobs_of(500),
            options=options,
            creates=script,
            recorder=MemoryRecorder(refuses=lambda number, entry: entry.primary.credits == 2100),
        )
    )
    assert rig.stop_reasons == [StopReason.CREDITS, StopReason.DISK]
    assert rig.state("001") is State.SUBMITTED


@pytest.mark.parametrize("seconds", [5.0, 0.25])
def test_ctrl_c_does_not_wait_for_the_ledger(seconds):
    rig = submitting(*jobs_of(1), ledger_seconds=500.0)

    async def interrupted() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, rig.stop_signal.request_stop, StopReason.INTERRUPT, "Ctrl-C")
        await rig.run()
        return loop.time()

    assert run_virtual(interrupted()) < seconds + 0.1
    rig.check_laws()


def test_ctrl_c_during_the_first_call_does_not_begin_to_read_the_ledger():
    rig = submitting(*jobs_of(3), ledger_seconds=500.0)

    async def interrupted() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, rig.stop_signal.request_stop, StopReason.TERMINATE, "SIGTERM")
        await rig.run()
        return loop.time()

    assert run_virtual(interrupted()) < 1.0
    assert rig.all_states == [State.SUBMITTED, None, None]
    assert rig.api.ledger_reads == []


def test_a_ledger_that_shows_nothing_at_all_holds_the_jobs_up_only_so_long():
    rig = play(submitting(*jobs_of(80), ledger_lag=1e9))
    alone, rest = rig.api.calls[:24], rig.api.calls[24:]
    assert all(one.ended <= two.began for one, two in pairwise(alone))
    assert any(two.began < one.ended for one, two in pairwise(rest))
    assert len(rig.api.created) == 80
    assert [event.message for event in rig.listener.of(Warned)] == [
        "the ledger shows none of the last 24 tasks: their price is not proven"
    ]
