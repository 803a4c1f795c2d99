"""A client of the API that a key and an address open; loads the network."""

from __future__ import annotations

from sora2batch.app.backend.connection import Access
from sora2batch.ground.clock import Clock, SystemClock
from sora2batch.sjinn.client import SjinnClient


def open_client(access: Access, clock: Clock | None = None) -> SjinnClient:
    """Make a client; nothing is sent yet. It goes by *clock* until an answer tells it the time."""
    return SjinnClient(access.endpoint, access.key, clock=clock or SystemClock())
