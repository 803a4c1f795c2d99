"""The event loop of a run: uvloop's where it is installed (the extra ``speed``), asyncio's own elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


def run_fast(work: Coroutine[Any, Any, _T]) -> _T:
    """Do what ``asyncio.run`` does, signals and cancellation included, on the fastest loop there is."""
    with asyncio.Runner(loop_factory=_factory()) as runner:
        return runner.run(work)


def _factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        from uvloop import new_event_loop  # noqa: PLC0415  # an extra
    except ImportError:
        return asyncio.new_event_loop
    make: Callable[[], asyncio.AbstractEventLoop] = new_event_loop
    return make
