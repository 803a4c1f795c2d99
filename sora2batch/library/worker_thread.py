"""Work in a thread, awaited in the caller's event loop: that of a notebook runs already and must go on.

The work brings event loops of its own. No signal handler is installed: a notebook's are its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from threading import Thread
from typing import Any, TypeVar

from sora2batch.app.process.interrupter import Interrupter

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Do the work in a thread of its own and wait for its end, however often this is cancelled.

    Being cancelled does to the work what Ctrl-C does to the command line: calls under way get their answers,
    what is known is written down, then it ends; once more, and it ends at once. The thread is no daemon:
    should the loop be gone, the process still waits for what was paid for to be written down.

    Raises:
        asyncio.CancelledError: this was cancelled, and the work has ended; what else went wrong is its cause.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    interrupter = Interrupter()

    def body() -> None:
        interrupter.take_over()
        try:
            tell, told = done.set_result, work()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            call_in(loop, done.set_exception, error)
        else:
            call_in(loop, tell, told)

    Thread(target=body, name="sora2batch").start()
    return await _end_of(done, interrupter)


def call_in(
    loop: asyncio.AbstractEventLoop,
    function: Callable[..., object],
    *arguments: Any,  # noqa: ANN401
    context: Context | None = None,
) -> None:
    """Have a function called in the loop by whatever thread; a loop that is gone hears nothing any more."""
    with suppress(RuntimeError):  # it is closed
        loop.call_soon_threadsafe(function, *arguments, context=context)


async def _end_of(done: asyncio.Future[T], interrupter: Interrupter) -> T:
    cancelled: asyncio.CancelledError | None = None
    while not done.done():
        try:
            await asyncio.wait([done])
        except asyncio.CancelledError as error:
            cancelled = error
            interrupter.interrupt()
        except GeneratorExit:  # the loop is gone
            interrupter.interrupt()
            raise
    if cancelled:
        raise cancelled from done.exception()
    return done.result()
