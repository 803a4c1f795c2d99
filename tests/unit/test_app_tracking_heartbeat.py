from __future__ import annotations

import asyncio

from fakes.loop import run_virtual
from sora2batch.app.tracking.heartbeat import heartbeat
from sora2batch.run.event import Ticked


def test_every_second_is_told_until_the_end():
    heard = []

    async def work():
        with heartbeat(heard.append):
            await asyncio.sleep(3.5)
        await asyncio.sleep(10)

    run_virtual(work())
    assert heard == [Ticked()] * 3


def test_a_listener_that_cannot_hear_disturbs_nobody():
    def deaf(_):
        raise BrokenPipeError

    async def work():
        with heartbeat(deaf):
            await asyncio.sleep(5)
        return "done"

    assert run_virtual(work()) == "done"
