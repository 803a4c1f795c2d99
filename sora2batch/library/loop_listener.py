"""Functions of a script that hear of a run, called in the event loop that awaits it; some are coroutines."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from inspect import isasyncgenfunction, isawaitable
from typing import Any

from sora2batch.ground.errors import UsageError
from sora2batch.library.worker_thread import call_in


class LoopListener:
    """Passes on what any thread tells, one after the other, in its order.

    Where the function returns something to be awaited, that is done before it is called again; what is told
    meanwhile waits. What it raises goes where the loop tells of errors, and ends nothing.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        function: Callable[[Any], object],
        *,
        most_waiting: int | None = None,
    ) -> None:
        """Listen with a function.

        Args:
            loop: in which it is called.
            function: of one argument.
            most_waiting: how much waits at most while it is awaited; then the oldest is left out.
        """
        self._loop = loop
        self._function = function
        self._context = copy_context()
        self._waiting: deque[object] = deque(maxlen=most_waiting)
        self._telling: asyncio.Task[None] | None = None

    def __call__(self, told: object, /) -> None:
        """Pass something on; a loop that is gone hears nothing any more."""
        call_in(self._loop, self._hear, told, context=self._context)

    async def end(self) -> None:
        """Return when everything was heard.

        Raises:
            asyncio.CancelledError: this was cancelled, and so is what is being heard; the rest is not.
        """
        try:
            while self._telling and self._loop.is_running():
                await asyncio.wait([self._telling])
        except asyncio.CancelledError:
            self._waiting.clear()
            if self._telling:
                self._telling.cancel()
            raise

    def _hear(self, told: object) -> None:
        if self._telling:
            self._waiting.append(told)
        elif isawaitable(answer := self._function(told)):
            self._telling = self._loop.create_task(self._go_on(answer))

    async def _go_on(self, answer: Awaitable[object]) -> None:
        try:
            await self._guarded(answer)
            while self._waiting:
                await self._guarded(self._tell(self._waiting.popleft()))
        finally:
            self._telling = None

    async def _tell(self, told: object) -> None:
        answer = self._function(told)
        if isawaitable(answer):
            await answer

    async def _guarded(self, answer: Awaitable[object]) -> None:
        try:
            await answer
        except asyncio.CancelledError:
            if self._telling and self._telling.cancelling():
                raise
        except Exception as error:  # noqa: BLE001 - it ends nothing
            message = f"what listens to a run raised: {self._function!r}"
            self._loop.call_exception_handler({"message": message, "exception": error})


def check_listener(name: str, given: object) -> None:
    """Refuse what cannot listen.

    Raises:
        UsageError: it is no function, or one that would hear nothing.
    """
    if isasyncgenfunction(given):
        raise UsageError(
            f"{name} is an async generator, which nobody reads: write `async def` without `yield`"
        )
    if given is not None and not callable(given):
        raise UsageError(f"{name} is {given!r}, must be a function, which may be `async def`")
