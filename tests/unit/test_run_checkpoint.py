from __future__ import annotations

import asyncio

import pytest

from fakes.loop import run_virtual
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.run.checkpoint import regular_checkpoints
from sora2batch.run.event import Warned


class CountingStore:
    def __init__(self, error: Sora2BatchError | None = None) -> None:
        self.moments: list[float] = []
        self._error = error

    async def checkpoint(self) -> None:
        self.moments.append(asyncio.get_running_loop().time())
        if self._error:
            raise self._error


@pytest.mark.parametrize("error", [None, Sora2BatchError("the disk is full")])
def test_the_lockfile_is_written_every_ten_seconds_even_if_it_failed_before(error):
    store, told = CountingStore(error), []

    async def main() -> None:
        async with regular_checkpoints(store, told.append):
            await asyncio.sleep(35.0)

    run_virtual(main())
    assert len(store.moments) == 3
    gaps = [later - sooner for sooner, later in zip([0.0, *store.moments], store.moments, strict=False)]
    assert max(gaps) <= 10.0
    assert [type(event) for event in told] == ([Warned] * 3 if error else [])
