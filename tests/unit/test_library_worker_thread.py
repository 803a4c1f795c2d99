"""Work in a thread that a loop waits for; whatever becomes of the loop, the work comes to its end."""

import asyncio
import threading

import pytest

from sora2batch.app.process.loop import run_loop
from sora2batch.library.worker_thread import call_in, in_thread


class Work:
    """Waits in a loop of its own until it is told, or interrupted."""

    def __init__(self):
        self.begun, self.ended = threading.Event(), threading.Event()

    def __call__(self):
        try:
            run_loop(self._wait)
        finally:
            self.ended.set()

    async def _wait(self):
        self.begun.set()
        await asyncio.sleep(30)


async def test_what_the_work_returns_and_raises_comes_through():
    assert await in_thread(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 / 0)


async def test_what_goes_wrong_while_it_is_cancelled_is_told_as_the_cause():
    work = Work()

    def fail():
        try:
            work()
        except KeyboardInterrupt:
            raise OSError("the disk is full") from None

    task = asyncio.create_task(in_thread(fail))
    await asyncio.to_thread(work.begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as cancelled:
        await task
    assert str(cancelled.value.__cause__) == "the disk is full"


def test_a_loop_that_is_closed_under_it_interrupts_the_work():
    work, told = Work(), []
    loop, waiting = asyncio.new_event_loop(), in_thread(work)

    async def begin():
        waiting.send(None)

    loop.run_until_complete(begin())
    assert work.begun.wait(10)
    loop.close()
    waiting.close()
    assert work.ended.wait(10)
    call_in(loop, told.append, "nobody hears")
    assert told == []
