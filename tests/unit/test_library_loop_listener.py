"""What a run tells is heard in the caller's loop, in order, whether or not it has to be awaited."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from sora2batch.library.loop_listener import LoopListener

WHO: ContextVar[str] = ContextVar("who", default="nobody")


def listener(function, **more):
    return LoopListener(asyncio.get_running_loop(), function, **more)


def tell(heard: LoopListener, *words: object) -> None:
    thread = threading.Thread(target=lambda: [heard(word) for word in words])
    thread.start()
    thread.join()


async def turns(number: int = 3) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def test_a_plain_function_hears_at_once_and_in_the_callers_context():
    told = []
    WHO.set("me")
    heard = listener(lambda word: told.append((word, WHO.get())))
    tell(heard, 1, 2)
    await turns()
    assert told == [(1, "me"), (2, "me")]
    await heard.end()


async def test_one_that_is_awaited_hears_in_order_and_the_end_waits_for_it():
    gate, told = asyncio.Event(), []

    async def slow(word):
        told.append(f"{word} begins")
        await gate.wait()
        told.append(f"{word} ends")

    heard = listener(slow)
    tell(heard, 1, 2)
    await turns()
    assert told == ["1 begins"]
    ending = asyncio.create_task(heard.end())
    await turns()
    assert not ending.done()
    gate.set()
    await ending
    assert told == ["1 begins", "1 ends", "2 begins", "2 ends"]


async def test_a_task_that_a_function_begins_is_awaited_too():
    told = []

    async def later(word):
        told.append(word)

    heard = listener(lambda word: asyncio.create_task(later(word)))
    tell(heard, 1, 2, 3)
    await turns()
    await heard.end()
    assert told == [1, 2, 3]


async def test_where_only_the_newest_counts_what_is_out_of_date_is_left_out():
    gate, told = asyncio.Event(), []

    async def slow(word):
        told.append(word)
        await gate.wait()

    heard = listener(slow, most_waiting=1)
    tell(heard, 1, 2, 3, 4)
    await turns()
    gate.set()
    await heard.end()
    assert told == [1, 4]


@pytest.mark.parametrize("first", [ValueError("a slip"), asyncio.CancelledError()])
async def test_what_it_raises_ends_nothing_and_slips_are_told(first):
    told, slips = [], []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: slips.append(context["exception"]))

    async def fail(word):
        await asyncio.sleep(0)
        if word == 1:
            raise first
        told.append(word)

    heard = listener(fail)
    tell(heard, 1, 2)
    await turns()
    await heard.end()
    assert told == [2]
    assert slips == ([first] if isinstance(first, ValueError) else [])


async def test_who_is_cancelled_while_it_waits_for_a_listener_leaves_it():
    told = []

    async def hang(word):
        told.append(word)
        try:
            await asyncio.Event().wait()
        finally:
            told.append("left")

    heard = listener(hang)
    tell(heard, 1, 2)
    await turns()
    ending = asyncio.create_task(heard.end())
    await turns()
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    await turns()
    assert told == [1, "left"]
