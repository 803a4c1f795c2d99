"""Waits that can be ended at once, among steps that must not be disturbed."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from typing import Any


class CancelScope:
    """Ends what tasks wait for, and nothing else: a task is cancelled only inside a block that allows it."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[Any]] = set()
        self._is_over = False

    def wait(self) -> AbstractContextManager[None]:
        """Let the current task be cancelled within the block.

        Raises:
            asyncio.CancelledError: waiting has ended, now or before.
        """
        if self._is_over:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        assert task is not None
        return _Wait(self._waiting, task)

    def end(self) -> None:
        """End all waits, present and future."""
        self._is_over = True
        for task in tuple(self._waiting):
            if task is not asyncio.current_task():
                task.cancel()


class _Wait(AbstractContextManager[None]):
    """One task at a place where it may be cancelled. A class: a generator takes three times as long."""

    __slots__ = ("_task", "_waiting")

    def __init__(self, waiting: set[asyncio.Task[Any]], task: asyncio.Task[Any]) -> None:
        self._waiting = waiting
        self._task = task

    def __enter__(self) -> None:
        self._waiting.add(self._task)

    def __exit__(self, *_: object) -> None:
        self._waiting.discard(self._task)
