"""Interrupts of a thread's event loops: none is lost, whenever one comes."""

import asyncio
from threading import Thread

import pytest

from sora2batch.app.process.interrupter import Interrupter, current_interrupter
from sora2batch.app.process.loop import on_signal, run_loop
from sora2batch.ground.stop_reason import StopReason
from sora2batch.run.stop_signal import StopSignal


def in_a_thread(work):
    """Do the work in a thread; what it raises is raised here."""
    raised = []

    def body():
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt is what this is about
            raised.append(error)

    thread = Thread(target=body)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


@pytest.fixture
def interrupter():
    return Interrupter()


@pytest.mark.parametrize("is_before", [True, False])
def test_an_interrupt_cancels_the_work_before_it_or_during_it(interrupter, is_before):
    steps = []

    async def wait():
        steps.append("begun")
        if not is_before:
            Thread(target=interrupter.interrupt).start()
        try:
            await asyncio.sleep(30)
        finally:
            steps.append("ended")

    def work():
        interrupter.take_over()
        if is_before:
            interrupter.interrupt()
        run_loop(wait)

    with pytest.raises(KeyboardInterrupt):
        in_a_thread(work)
    assert steps in ([], ["begun", "ended"])


def test_the_first_interrupt_is_taken_and_the_second_cancels(interrupter):
    stop_signal = StopSignal()

    async def wait():
        interrupter.interrupt()
        await asyncio.sleep(0)
        assert [stop.reason for stop in stop_signal.stops] == [StopReason.INTERRUPT]
        interrupter.interrupt()
        await asyncio.sleep(30)

    def work():
        interrupter.take_over()
        run_loop(wait, take=on_signal(stop_signal))

    with pytest.raises(KeyboardInterrupt):
        in_a_thread(work)


def test_an_interrupt_is_heard_by_one_loop_only(interrupter):
    async def nothing():
        await asyncio.sleep(0)

    def work():
        interrupter.take_over()
        interrupter.interrupt()
        with pytest.raises(KeyboardInterrupt):
            run_loop(nothing)
        run_loop(nothing)

    in_a_thread(work)


def test_other_threads_are_not_interrupted(interrupter):
    in_a_thread(interrupter.take_over)
    in_a_thread(lambda: pytest.fail("taken over") if current_interrupter() else None)
    assert current_interrupter() is None
