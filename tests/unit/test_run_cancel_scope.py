from __future__ import annotations

import asyncio

from fakes.loop import run_virtual
from sora2batch.run.cancel_scope import CancelScope


def test_only_a_wait_is_interrupted():
    log = []

    async def work(scope: CancelScope) -> None:
        with scope.wait():
            await asyncio.sleep(1.0)
        await asyncio.sleep(5.0)
        log.append("kept")
        with scope.wait():
            log.append("waited")

    async def main() -> None:
        scope = CancelScope()
        async with asyncio.TaskGroup() as group:
            first = group.create_task(work(scope))
            await asyncio.sleep(0.5)
            second = group.create_task(work(scope))
            await asyncio.sleep(0.6)
            scope.end()
        assert first.cancelled()
        assert second.cancelled()

    run_virtual(main())
    assert log == ["kept"]


def test_who_interrupts_is_not_interrupted():
    async def main() -> str:
        scope = CancelScope()
        with scope.wait():
            scope.end()
            await asyncio.sleep(1.0)
        return "untouched"

    assert run_virtual(main()) == "untouched"
