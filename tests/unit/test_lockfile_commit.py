from __future__ import annotations

import asyncio
import threading

import pytest

from sora2batch.lockfile.commit import GroupCommit


class Disk:
    """Writes batches when it is let, and remembers them."""

    def __init__(self) -> None:
        self.log: list[object] = []
        self.settled: list[tuple[int, object]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.refuse: dict[int, Exception] = {}

    def write(self, items):
        self.gate.wait(5)
        self.log.append(list(items))
        return [self.refuse.get(item) for item in items]

    def on_written(self, item, error):
        self.settled.append((item, error))


@pytest.fixture
async def disk():
    return Disk()


@pytest.fixture
async def commits(disk):
    commits = GroupCommit(disk.write, disk.on_written)
    yield commits
    disk.gate.set()
    commits.shut()


async def test_callers_that_come_together_share_a_batch(disk, commits):
    await asyncio.gather(*(commits.put(number) for number in range(50)))
    assert disk.log == [list(range(50))]


async def test_callers_that_come_during_a_write_share_the_next_batch(disk, commits):
    disk.gate.clear()
    first = commits.put(0)
    await asyncio.sleep(0)
    others = [commits.put(number) for number in range(1, 20)]
    disk.gate.set()
    await asyncio.gather(first, *others)
    assert disk.log == [[0], list(range(1, 20))]


async def test_an_item_is_settled_before_its_caller_goes_on(disk, commits):
    await commits.put(1)
    assert disk.settled == [(1, None)]


async def test_a_caller_that_is_cancelled_does_not_lose_its_item(disk, commits):
    async def put(item):
        await commits.put(item)

    disk.gate.clear()
    waiting = [asyncio.create_task(put(number)) for number in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    waiting[1].cancel()
    disk.gate.set()
    await asyncio.wait(waiting)
    await commits.put(9)
    assert [item for item, _ in disk.settled] == [0, 1, 2, 9]
    assert [task.cancelled() for task in waiting] == [True, True, False]


async def test_each_caller_gets_its_own_answer(disk, commits):
    disk.refuse[1] = OSError("full")
    answers = await asyncio.gather(*(commits.put(number) for number in range(3)), return_exceptions=True)
    assert answers == [None, disk.refuse[1], None]
    assert disk.settled == [(0, None), (1, disk.refuse[1]), (2, None)]


async def test_a_bug_in_the_write_reaches_every_caller_of_the_batch(disk):
    def broken(_):
        raise RuntimeError("bug")

    commits = GroupCommit(broken, disk.on_written)
    answers = await asyncio.gather(commits.put(1), commits.put(2), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["bug", "bug"]
    commits.shut()


async def test_work_comes_after_what_was_put_before_it_and_before_later_batches(disk, commits):
    disk.gate.clear()
    first = commits.put(0)
    await asyncio.sleep(0)
    second = commits.put(1)
    work = commits.put_work(lambda: disk.log.append("work"))
    disk.gate.set()
    await first
    third = commits.put(2)
    await asyncio.gather(second, work, third)
    position = disk.log.index("work")
    assert any(1 in batch for batch in disk.log[:position])


async def test_work_is_done_under_a_stream_of_items(disk, commits):
    done = False

    def work():
        nonlocal done
        done = True

    async def stream():
        while not done:
            await commits.put(1)

    streams = [asyncio.create_task(stream()) for _ in range(4)]
    await commits.put_work(work)
    await asyncio.wait(streams, timeout=5)
    assert all(task.done() for task in streams)


async def test_an_error_of_work_is_its_callers_alone(disk, commits):
    def work():
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        await commits.put_work(work)
    await commits.put(1)
    assert disk.log == [[1]]


async def test_shut_waits_for_the_turn_under_way_and_begins_no_other(disk):
    commits = GroupCommit(disk.write, disk.on_written)
    first = commits.put(1)
    await asyncio.sleep(0)
    second = commits.put(2)
    commits.shut()
    assert disk.log == [[1]]
    await first
    assert second.cancelled()
