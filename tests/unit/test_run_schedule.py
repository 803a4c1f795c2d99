from __future__ import annotations

import asyncio

import pytest

from fakes.loop import run_virtual
from sora2batch.run.schedule import Schedule


def test_a_schedule_hands_out_what_is_due_first():
    async def main() -> list[tuple[str, float]]:
        loop, schedule = asyncio.get_running_loop(), Schedule[str]()
        for name, due in (("c", 3.0), ("a", 1.0), ("b", 1.0), ("d", 0.0)):
            schedule.put(name, due)
        found = [(await schedule.next(), round(loop.time(), 3)) for _ in range(4)]
        assert len(schedule) == 0
        return found

    assert run_virtual(main()) == [("d", 0.0), ("a", 1.0), ("b", 1.0), ("c", 3.0)]


def test_an_item_that_is_due_sooner_overtakes_the_one_waited_for():
    async def main() -> None:
        schedule = Schedule[str]()
        schedule.put("later", 100.0)
        waiting = asyncio.create_task(schedule.next())
        await asyncio.sleep(1.0)
        schedule.put("sooner", 2.0)
        assert await waiting == "sooner"
        assert asyncio.get_running_loop().time() == pytest.approx(2.0)

    run_virtual(main())


def test_the_end_of_a_schedule_wakes_everybody():
    async def main() -> list[str | None]:
        schedule = Schedule[str]()
        schedule.put("never", 100.0)
        waiting = [asyncio.create_task(schedule.next()) for _ in range(5)]
        await asyncio.sleep(1.0)
        schedule.end()
        return [await one for one in waiting] + [await schedule.next()]

    assert run_virtual(main()) == [None] * 6
