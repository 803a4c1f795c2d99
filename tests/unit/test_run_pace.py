from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from fakes.loop import run_virtual
from sora2batch.run.pace import ConcurrencyLimit, Pause


@pytest.mark.parametrize(("refusals", "most"), [(1, 1.0), (2, 2.0), (3, 4.0), (7, 60.0), (5000, 60.0)])
def test_pauses_double_up_to_a_minute(refusals, most):
    async def main() -> None:
        pause, seconds = Pause(), 0.0
        for _ in range(refusals):
            seconds = pause.refuse(None)
            await pause.wait()
        assert most / 2 <= seconds <= most

    run_virtual(main())


def test_who_has_waited_longest_is_next():
    order = []

    async def take(limit: ConcurrencyLimit, name: str) -> None:
        await limit.take()
        order.append(name)
        await asyncio.sleep(1.0)
        limit.free()

    async def main() -> None:
        limit = ConcurrencyLimit(2)
        async with asyncio.TaskGroup() as group:
            for name in "abcdef":
                group.create_task(take(limit, name))
        assert limit.open == 0

    run_virtual(main())
    assert order == list("abcdef")


def test_a_place_beyond_the_limit_is_not_handed_on():
    async def main() -> None:
        limit = ConcurrencyLimit(1)
        limit.occupy()
        limit.occupy()
        waiting = asyncio.create_task(limit.take())
        await asyncio.sleep(0)
        limit.free()
        await asyncio.sleep(1.0)
        assert not waiting.done()
        limit.free()
        await waiting
        assert limit.open == 1

    run_virtual(main())


def test_who_gives_up_waiting_for_a_place_takes_none():
    async def main() -> None:
        limit = ConcurrencyLimit(1)
        await limit.take()
        first, second = asyncio.create_task(limit.take()), asyncio.create_task(limit.take())
        await asyncio.sleep(0)
        first.cancel()
        limit.free()
        await second
        limit.free()
        assert limit.open == 0

    run_virtual(main())


def test_a_place_that_is_handed_over_to_one_who_gives_up_goes_to_the_next():
    async def main() -> None:
        limit = ConcurrencyLimit(1)
        await limit.take()
        first, second = asyncio.create_task(limit.take()), asyncio.create_task(limit.take())
        await asyncio.sleep(0)
        limit.free()
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        await second
        assert limit.open == 1

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
