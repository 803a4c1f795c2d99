"""What the create lane of an account works with, in one worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sora2batch.fleet.database.database import Database
from sora2batch.fleet.tables.batch_row import BatchRow
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import Clock
from sora2batch.run.entries import ApiIdentity
from sora2batch.run.event import Listener
from sora2batch.run.input_urls import InputUrls
from sora2batch.run.port import VideoApi


class BatchUrls(InputUrls, Protocol):
    """What puts URLs in the place of a batch's files, which are made known while it is open."""

    def add(self, files: JsonObject, /) -> None:
        """Make the files of one job known, as its row has them."""
        ...


OpenUrls: TypeAlias = Callable[[BatchRow], AbstractAsyncContextManager[BatchUrls]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneContext:
    """What one worker has to submit with."""

    database: Database
    account: str
    worker: int
    """Its row."""
    api: VideoApi
    clock: Clock
    """The API's own time, as far as it has told it."""
    identity: ApiIdentity
    open_urls: OpenUrls
    listener_of: Callable[[str], Listener]
    """Who hears what happens to a batch, by its manifest's path."""
    say: Callable[[str], None]
    """Told in words what is no event."""
    stopping: asyncio.Event
    """Set when the worker is to end."""
    grace_seconds: float = 8.0
    """How long answers of calls under way are waited for when the worker ends."""
    again_seconds: float = 30.0
    """How long what cannot be sent now is left alone."""
    unsure: set[int]
    """Rows of which this process does not know whether its fence was committed, and did not send; its own."""
