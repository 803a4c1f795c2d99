"""What ``doctor`` finds out about the API: is there a key, does it answer, what time is it there?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

from sora2batch.app.backend.api_client import open_client
from sora2batch.app.backend.connection import Access, find_access
from sora2batch.app.checks.check import Check
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.errors import Sora2BatchError

_CLOCK_SECONDS = 60


def check_api() -> Iterator[Check]:
    """Look for the key, and ask the API for the account."""
    try:
        access = find_access(os.environ)
        yield Check.fine("key", f"found; it is sent to {access.endpoint.url} only")
        yield from run_loop(partial(_ask, access))
    except Sora2BatchError as error:
        yield Check.failed("API", error)


async def _ask(access: Access) -> list[Check]:
    async with open_client(access) as client:
        account = await client.account()
        drift = (client.clock.now() - SystemClock().now()).total_seconds()
    checks = [Check.fine("API", f"answers; {account.balance:,} credits")]
    if abs(drift) > _CLOCK_SECONDS:
        message = f"this machine's clock differs by {drift:,.0f} s from the API's; the API's is used"
        checks.append(Check.note("clock", message))
    return checks
