"""The inputs of tasks are fetched between create and ready, beside everything else that the server does."""

from __future__ import annotations

import asyncio
from hashlib import sha256

import aiohttp
from yarl import URL

from sora2batch.media.facts import MAX_BYTES
from sora2batch.media.kind import MediaKind
from sora2batch.simulator.fault import FaultKind
from sora2batch.simulator.input_fetch import InputError, fetch, input_session, simulated_refusal
from sora2batch.simulator.input_picture import InputPictures
from sora2batch.simulator.loopback_url import loopback_url
from sora2batch.simulator.media_input import InputFetch
from sora2batch.simulator.service import SimulatedService
from sora2batch.simulator.task import Task

_AT_ONCE = 8


class InputWork:
    """Fetches what tasks need, each when its time has come, and tells the service what came of it."""

    def __init__(self, service: SimulatedService, pictures: InputPictures, *, speed: float) -> None:
        self._service = service
        self._pictures = pictures
        self._speed = speed
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def begin(self) -> None:
        """Take over the tasks whose inputs nobody fetches yet."""
        for task in self._service.take_unfetched():
            work = asyncio.create_task(self._get_inputs(task))
            self._under_way.add(work)
            work.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Drop what is under way."""
        works = tuple(self._under_way)
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def _get_inputs(self, task: Task) -> None:
        await asyncio.sleep(self._service.seconds_to_fetch(task))
        contents: dict[str, str] = {}
        failure = None
        for wanted in task.fetches:
            try:
                await self._get(wanted, contents)
            except InputError as error:
                failure = f"The {wanted.kind} could not be fetched: {error}"
                break
        self._service.receive_inputs(task.id, contents, failure=failure)

    async def _get(self, wanted: InputFetch, contents: dict[str, str]) -> None:
        if wanted.fault is FaultKind.INPUT_SLOW:
            await asyncio.sleep(60 / self._speed)
        elif wanted.fault and (refusal := simulated_refusal(wanted.fault)):
            raise refusal
        url = loopback_url(wanted.url)
        if url is None:  # on another machine, which is never contacted
            return
        self._session = self._session or input_session()
        async with self._room:
            contents[wanted.url] = await self._fetch(self._session, url, wanted.kind)

    async def _fetch(self, session: aiohttp.ClientSession, url: URL, kind: MediaKind) -> str:
        """Fetch a file, keep it if it is a picture, and give its sha256."""
        if kind is not MediaKind.IMAGE:
            digest = sha256()
            await fetch(session, url, limit=MAX_BYTES[kind], take=digest.update)
            return digest.hexdigest()
        content = bytearray()
        await fetch(session, url, limit=MAX_BYTES[kind], take=content.extend)
        return await asyncio.to_thread(self._pictures.add, bytes(content))
