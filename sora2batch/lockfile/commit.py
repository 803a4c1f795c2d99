"""Group commit: what many callers want written goes to one thread, and all that wait go at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")

Work = Callable[[], None]


class GroupCommit(Generic[T]):
    """Batches of items, and now and then a piece of work of its own, one after the other in one thread.

    There is no task that somebody could cancel: each piece of work is begun by the end of the one before. So
    an item that was put is written and settled whatever becomes of the caller that waits for it.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Sequence[Exception | None]],
        on_written: Callable[[T, BaseException | None], None],
    ) -> None:
        self._write = write
        self._on_written = on_written
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._items: list[tuple[T, asyncio.Future[None]]] = []
        self._works: deque[tuple[Work, asyncio.Future[None]]] = deque()
        self._is_busy = False
        self._is_shut = False
        self._work_is_next = False

    def put(self, item: T) -> asyncio.Future[None]:
        """Have an item written; the future ends when it is, or with why it is not."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._items.append((item, future))
        self._wake()
        return future

    def put_work(self, work: Work) -> asyncio.Future[None]:
        """Have work done in the thread, after all items put so far and while no batch is under way."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._works.append((work, future))
        self._wake()
        return future

    def shut(self) -> None:
        """Wait for the work under way, blocking, and begin no other."""
        self._is_shut = True
        for _, future in (*self._items, *self._works):
            future.cancel()
        self._thread.shutdown(wait=True)

    def _wake(self) -> None:
        if not self._is_busy:
            self._is_busy = True
            # Callers that are ready in this round of the loop still join the batch.
            self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        if self._is_shut:
            return
        if self._works and (self._work_is_next or not self._items):
            self._work_is_next = False
            self._begin_work(*self._works.popleft())
        elif self._items:
            self._work_is_next = bool(self._works)
            self._begin_batch()
        else:
            self._is_busy = False

    def _begin_batch(self) -> None:
        batch, self._items = self._items, []
        running = self._loop.run_in_executor(self._thread, self._write, [item for item, _ in batch])
        running.add_done_callback(partial(self._end_batch, batch))

    def _end_batch(
        self,
        batch: Sequence[tuple[T, asyncio.Future[None]]],
        running: asyncio.Future[Sequence[Exception | None]],
    ) -> None:
        bug = running.exception()
        answers: Sequence[BaseException | None] = [bug] * len(batch) if bug else running.result()
        for (item, future), answer in zip(batch, answers, strict=True):
            self._on_written(item, answer)
            _answer(future, answer)
        self._begin()

    def _begin_work(self, work: Work, future: asyncio.Future[None]) -> None:
        running = self._loop.run_in_executor(self._thread, work)
        running.add_done_callback(partial(self._end_work, future))

    def _end_work(self, future: asyncio.Future[None], running: asyncio.Future[None]) -> None:
        _answer(future, running.exception())
        self._begin()


def _answer(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
