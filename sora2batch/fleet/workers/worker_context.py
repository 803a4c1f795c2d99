"""What the lanes of one worker share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sora2batch.fleet.database.database import Database
from sora2batch.fleet.workers.open_stores import OpenStores
from sora2batch.fleet.workers.worker_settings import DEFAULT_WORKER_SETTINGS, WorkerSettings
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import Clock
from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Look
from sora2batch.run.entries import ApiIdentity
from sora2batch.run.event import Event
from sora2batch.run.folder import Fetcher
from sora2batch.run.port import VideoApi

WHOLE_WORKER = ""
"""Stands for the manifest where something concerns no batch."""


class FleetListener(Protocol):
    """Whoever wants to hear what a worker does; ``partial(listener, manifest)`` is a batch's ``Listener``."""

    def __call__(self, manifest: str, happened: Event, /) -> None:
        """Take note of an event of a batch, named by its manifest's path in its repository."""
        ...


class FileLooking(Protocol):
    """Who looks at finished files."""

    async def look(self, job: Job, files: JsonObject, path: Path, /) -> Look | str:
        """Tell what somebody should look at in a file; or why nothing can be said of it.

        Args:
            job: whose result it is.
            files: what each file of its input is, by sha256, as the table ``job`` has it.
            path: the file.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerContext:
    """A worker's way to the world."""

    database: Database
    account: str
    """``HOST/IDENTITY``"""
    worker: int
    """The id of its row."""
    api: VideoApi
    clock: Clock
    """The API's own time, as far as it has told it."""
    identity: ApiIdentity
    fetcher: Fetcher
    stores: OpenStores
    looking: FileLooking
    folder: Path
    """For temporary files, of this worker alone."""
    listener: FleetListener
    settings: WorkerSettings = DEFAULT_WORKER_SETTINGS


class CreateTasks(Protocol):
    """One turn of an account's create lane; tests put something else in its place."""

    async def __call__(self, context: WorkerContext, stopping: asyncio.Event, /) -> None:
        """Create tasks for what is reserved, until nothing is or *stopping* is set; wait for calls under way.

        Cancelled as well, it leaves calls that have no answer as they are.
        """
        ...
