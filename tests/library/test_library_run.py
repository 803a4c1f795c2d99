"""``await sora2batch.run(…)``: in a loop that goes on, with the command line's care for money."""

import asyncio
import signal
import threading

import pytest

import sora2batch
from fakes.service import RESULT
from sora2batch import events
from sora2batch.simulator.calls import Call

ONCE_EACH = {f"A {animal}.": 1 for animal in ("ant", "bee", "cow", "doe", "eel", "fox")}


class Heard(list):
    """A listener."""

    def of(self, kind):
        return [event for event in self if isinstance(event, kind)]


async def begun(studio, **options):
    """Start a run and wait until its first call is on its way; it is not answered yet."""
    studio.service.stall(Call.CREATE)
    task = asyncio.create_task(sora2batch.run(studio.load(), yes=True, **options))
    await asyncio.to_thread(studio.service.wait_for, Call.CREATE)
    return task


async def test_a_run_pays_once_and_the_loop_goes_on_meanwhile(studio):
    heard, threads, handlers = Heard(), set(), set()
    turns = 0

    async def turn():
        nonlocal turns
        while True:
            await asyncio.sleep(0.005)
            turns += 1

    def listen(event):
        heard.append(event)
        threads.add(threading.current_thread())
        handlers.add(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    turning = asyncio.create_task(turn())
    result = await sora2batch.run(studio.load(), yes=True, on_event=listen)
    turning.cancel()
    assert (result.ok, result.reason, result.exit_code) == (True, None, sora2batch.ExitCode.DONE)
    assert studio.paid == ONCE_EACH
    assert turns > 10
    assert threads == {threading.main_thread()}
    assert handlers == {before} == {signal.getsignal(signal.SIGINT)}
    assert {event.job.key for event in heard.of(events.Submitted)} == {job.key for job in studio.load().jobs}
    assert len(heard.of(events.Downloaded)) == 6
    assert heard.of(events.Spent)[-1].charged == 600
    assert all(result.status.paths(job.key)[0].is_file() for job in studio.load().jobs)
    assert not any(thread.name == "sora2batch" for thread in threading.enumerate())

    again = await sora2batch.run(studio.load(), yes=True)
    assert again.ok
    assert studio.paid == ONCE_EACH


async def test_being_cancelled_twice_waits_for_nobody_and_what_is_in_doubt_is_not_paid_again(studio):
    task = await begun(studio)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sora2batch.read_lockfile(studio.load()).in_doubt_credits == 100
    studio.service.recover()
    await asyncio.to_thread(studio.service.drain)
    await sora2batch.run(studio.load(), yes=True)
    assert studio.paid == ONCE_EACH


async def test_being_cancelled_at_once_sends_nothing(studio):
    task = asyncio.create_task(sora2batch.run(studio.load(), yes=True))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert studio.paid == {}
    assert not list(studio.manifest.parent.glob("*.journal.jsonl"))
    assert (await sora2batch.run(studio.load(), yes=True)).ok


@pytest.mark.parametrize("call", [Call.ACCOUNT, Call.CREATE, Call.STATUS, RESULT])
async def test_whatever_it_waits_for_it_can_be_cancelled_and_the_next_run_goes_on(studio, call):
    studio.service.stall(call)
    task = asyncio.create_task(sora2batch.run(studio.load(), yes=True))
    await asyncio.to_thread(studio.service.wait_for, call)
    task.cancel()
    if call is Call.CREATE:  # the answers of these are waited for
        studio.service.recover()
    with pytest.raises(asyncio.CancelledError):
        await task
    studio.service.recover()
    await asyncio.to_thread(studio.service.drain)
    known = sora2batch.read_lockfile(studio.load())
    assert {entry.input["prompt"] for entry in known.entries.values()} == set(studio.paid)
    assert (await sora2batch.run(studio.load(), yes=True)).ok
    assert studio.paid == ONCE_EACH


async def test_a_timeout_is_one_more_way_to_be_cancelled(studio):
    studio.service.stall(Call.ACCOUNT)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await sora2batch.run(studio.load(), yes=True)
    assert studio.paid == {}


async def test_two_runs_of_a_batch_in_one_process_do_not_pay_twice(studio):
    first = await begun(studio)
    with pytest.raises(sora2batch.LockHeldError):
        await sora2batch.run(studio.load(), yes=True)
    studio.service.recover()
    assert (await first).ok
    assert studio.paid == ONCE_EACH


async def test_without_a_yes_nothing_is_paid(studio):
    with pytest.raises(sora2batch.UsageError, match="600 credits") as refused:
        await sora2batch.run(studio.load())
    assert refused.value.hint == "say yes=True if that is what you want"
    assert (await sora2batch.run(studio.load(), limit=0)).ok
    assert studio.paid == {}


async def test_a_budget_that_does_not_suffice_is_refused_before_anything_is_sent(studio):
    with pytest.raises(sora2batch.BudgetError):
        await sora2batch.run(studio.load(max_credits=599), yes=True)
    assert studio.service.calls[Call.CREATE] == 0


async def test_a_plan_is_carried_out_as_it_was_seen_or_not_at_all(studio):
    plan = sora2batch.plan(studio.load(), where="animal=fox")
    other = sora2batch.plan(studio.load(), where=["animal=ant"])
    assert (await sora2batch.run(plan, yes=True)).exit_code is sora2batch.ExitCode.DONE
    assert studio.paid == {"A fox.": 1}
    with pytest.raises(sora2batch.StalePlanError, match="lockfile changed"):
        await sora2batch.run(other, yes=True)
    with pytest.raises(sora2batch.UsageError, match=r"give select, limit, simulate and the like to plan\(\)"):
        await sora2batch.run(plan, yes=True, limit=1)
    assert studio.paid == {"A fox.": 1}


async def test_a_plan_by_a_lockfile_that_knows_less_pays_nothing_twice(studio):
    await sora2batch.run(studio.load(), yes=True, select="*fox")
    plan = sora2batch.plan(studio.load(), sora2batch.Lockfile(manifest="small.yaml"))
    assert plan.money.to_spend == 600
    assert (await sora2batch.run(plan, yes=True)).ok
    assert studio.paid == ONCE_EACH


async def test_what_fails_raises_nothing_and_is_told(studio):
    studio.service.fail_generations()
    heard, told = Heard(), []
    options = {"on_event": heard.append, "on_progress": told.append}
    result = await sora2batch.run(studio.load(), yes=True, limit=1, **options)
    assert (result.ok, result.exit_code) == (False, sora2batch.ExitCode.FAILED)
    assert [one.state for one in result.status.jobs][:2] == ["failed", "pending"]
    assert len(heard.of(events.Failed)) == 1
    assert told[-1].fraction == 1.0


async def test_a_listener_that_raises_does_not_end_a_run_that_spends_money(studio):
    told = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))

    def listen(event):
        raise RuntimeError("a slip in somebody's notebook")

    assert (await sora2batch.run(studio.load(), yes=True, on_event=listen)).ok
    assert studio.paid == ONCE_EACH
    assert len(told) >= 12


async def test_how_far_it_has_come_is_told_from_the_beginning_to_the_end(studio):
    told = []
    await sora2batch.run(studio.load(), yes=True, on_progress=told.append)
    first, last = told[0], told[-1]
    assert (first.fraction, first.submitted, first.to_submit, first.spent) == (0.0, 0, 6, 0)
    assert (last.fraction, last.downloaded, last.to_download, last.spent) == (1.0, 6, 6, 600)
    assert str(last).startswith("6/6 submitted, 6/6 generated, 6/6 downloaded, ")
    assert "; 600 of 10,000 credits; after " in str(last)
    assert '<progress value="1.000">' in last._repr_html_()


async def test_what_the_command_line_says_is_logged(studio, caplog):
    caplog.set_level("INFO", logger="sora2batch")
    await sora2batch.run(studio.load(), yes=True, limit=2)
    assert "small.yaml: 2 to submit" in caplog.messages
    assert not any("sk-never" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"limit": -1}, "limit is -1, must be a whole number from 0 on"),
        ({"limit": 1.5}, "limit is 1.5, must be a whole number from 0 on"),
        ({"limit": True}, "limit is True, must be a whole number from 0 on"),
        ({"concurrency": 0}, "concurrency is 0, must be a whole number from 1 to 10,000"),
        ({"concurrency": "8"}, "concurrency is '8', must be a whole number from 1 to 10,000"),
        ({"yes": "no"}, "yes is 'no', must be True or False: it agrees to what a run costs"),
    ],
)
async def test_what_is_no_number_and_no_yes_pays_nothing(studio, given, told):
    with pytest.raises(sora2batch.UsageError) as refused:
        await sora2batch.run(studio.load(), **{"yes": True, **given})
    assert refused.value.message == told
    assert studio.paid == {}


def test_neither_does_a_plan_or_a_budget_take_what_is_no_number(studio):
    with pytest.raises(sora2batch.UsageError, match="limit is -1"):
        sora2batch.plan(studio.load(), limit=-1)
    for wrong in (-1, "1000", float("inf"), 10**30):
        with pytest.raises(sora2batch.UsageError, match="max_credits is"):
            studio.load(max_credits=wrong)


async def test_a_listener_may_be_a_coroutine_and_is_awaited_call_by_call(studio):
    order, told, loops = [], [], set()

    async def listen(event):
        order.append(("begun", event))
        loops.add(asyncio.get_running_loop())
        await asyncio.sleep(0)
        order.append(("ended", event))

    async def watch(progress):
        await asyncio.sleep(0)
        told.append(progress)

    assert (await sora2batch.run(studio.load(), yes=True, on_event=listen, on_progress=watch)).ok
    assert studio.paid == ONCE_EACH
    assert loops == {asyncio.get_running_loop()}
    begun_, ended_ = order[::2], order[1::2]
    assert {word for word, _ in begun_} == {"begun"}
    assert [event for _, event in begun_] == [event for _, event in ended_]
    assert told[-1].fraction == 1.0


@pytest.mark.parametrize("given", [7, "print"])
async def test_what_cannot_listen_is_refused_before_anything_is_sent(studio, given):
    async def generator(event):
        yield event

    for listener in (given, generator):
        with pytest.raises(sora2batch.UsageError, match="on_event is"):
            await sora2batch.run(studio.load(), yes=True, on_event=listener)
    assert studio.paid == {}
