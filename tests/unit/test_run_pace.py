from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from fakes.loop import DeadlockError, run_virtual
from sora2batch.run.cancel_scope import CancelScope
from sora2batch.run.pace import ConcurrencyLimit, Pause, backoff_seconds
from sora2batch.run.schedule import Schedule


@pytest.mark.parametrize(("refusals", "most"), [(1, 1.0), (2, 2.0), (3, 4.0), (7, 60.0), (5000, 60.0)])
def test_backoff_doubles_up_to_a_minute(refusals, most):
    assert most / 2 <= backoff_seconds(refusals) <= most


def test_slots_are_handed_out_in_turn():
    order = []

    async def take(slots: ConcurrencyLimit, name: str) -> None:
        await slots.take()
        order.append(name)
        await asyncio.sleep(1.0)
        slots.free()

    async def main() -> None:
        slots = ConcurrencyLimit(2)
        async with asyncio.TaskGroup() as group:
            for name in "abcdef":
                group.create_task(take(slots, name))
        assert slots.open == 0

    run_virtual(main())
    assert order == list("abcdef")


def test_a_slot_beyond_the_limit_is_not_handed_on():
    async def main() -> None:
        slots = ConcurrencyLimit(1)
        slots.occupy()
        slots.occupy()
        waiting = asyncio.create_task(slots.take())
        await asyncio.sleep(0)
        slots.free()
        await asyncio.sleep(1.0)
        assert not waiting.done()
        slots.free()
        await waiting
        assert slots.open == 1

    run_virtual(main())


def test_who_gives_up_waiting_for_a_slot_takes_none():
    async def main() -> None:
        slots = ConcurrencyLimit(1)
        await slots.take()
        first, second = asyncio.create_task(slots.take()), asyncio.create_task(slots.take())
        await asyncio.sleep(0)
        first.cancel()
        slots.free()
        await second
        slots.free()
        assert slots.open == 0

    run_virtual(main())


def test_a_slot_that_is_handed_over_to_one_who_gives_up_goes_to_the_next():
    async def main() -> None:
        slots = ConcurrencyLimit(1)
        await slots.take()
        first, second = asyncio.create_task(slots.take()), asyncio.create_task(slots.take())
        await asyncio.sleep(0)
        slots.free()
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        await second
        assert slots.open == 1

    run_virtual(main())


def test_a_pause_grows_with_each_refusal_and_is_forgotten_with_an_answer():
    async def main() -> None:
        pause = Pause()
        for most in (1.0, 2.0, 4.0):
            assert most / 2 <= pause.refuse(None) <= most
            await pause.wait()
        pause.accept()
        assert pause.refuse(None) <= 1.0

    run_virtual(main())


def test_a_pause_is_lengthened_but_never_shortened():
    async def main() -> None:
        loop, pause = asyncio.get_running_loop(), Pause()
        assert not pause.is_on
        assert pause.refuse(10.0) == 10.0
        assert pause.refuse(5.0) == 0.0
        assert pause.refuse(None) == 0.0
        waiting = asyncio.create_task(pause.wait())
        await asyncio.sleep(4.0)
        assert pause.refuse(20.0) == 20.0
        assert pause.is_on
        await waiting
        assert loop.time() == pytest.approx(24.0)

    run_virtual(main())


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


def test_only_a_wait_is_interrupted():
    log = []

    async def work(interruption: CancelScope) -> None:
        with interruption.wait():
            await asyncio.sleep(1.0)
        await asyncio.sleep(5.0)
        log.append("kept")
        with interruption.wait():
            log.append("waited")

    async def main() -> None:
        interruption = CancelScope()
        async with asyncio.TaskGroup() as group:
            first = group.create_task(work(interruption))
            await asyncio.sleep(0.5)
            second = group.create_task(work(interruption))
            await asyncio.sleep(0.6)
            interruption.end()
        assert first.cancelled()
        assert second.cancelled()

    run_virtual(main())
    assert log == ["kept"]


def test_who_interrupts_is_not_interrupted():
    async def main() -> str:
        interruption = CancelScope()
        with interruption.wait():
            interruption.end()
            await asyncio.sleep(1.0)
        return "untouched"

    assert run_virtual(main()) == "untouched"


def test_the_virtual_loop_finds_a_deadlock():
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(DeadlockError):
        run_virtual(main())
