"""Waits that can be ended at once, among steps that must not be disturbed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Interruption:
    """Ends what tasks wait for, and nothing else: a task is cancelled only inside a block that allows it."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[Any]] = set()
        self._is_over = False

    @contextmanager
    def wait(self) -> Iterator[None]:
        """Let the current task be cancelled within the block.

        Raises:
            asyncio.CancelledError: waiting has ended, now or before.
        """
        if self._is_over:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            yield
        finally:
            self._waiting.discard(task)

    def end(self) -> None:
        """End all waits, present and future."""
        self._is_over = True
        for task in tuple(self._waiting):
            if task is not asyncio.current_task():
                task.cancel()
