from __future__ import annotations

import pytest

from fakes.still_clock import StillClock
from sora2batch.sjinn.downloader import Downloader


@pytest.fixture
def root(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
async def downloader(clock):
    """Tries three times and never sleeps."""
    async with Downloader(clock=clock, attempts=3, sleep=clock.sleep) as downloader:
        yield downloader
