from __future__ import annotations

import asyncio

import pytest

from fakes.loop import DeadlockError, run_virtual


def test_the_virtual_loop_finds_a_deadlock():
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(DeadlockError):
        run_virtual(main())
