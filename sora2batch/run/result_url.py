"""Results as inputs of other jobs: at the API's own URL, asked for anew just before it is sent.

These URLs expire, so none is kept. Where a task's URL answers no more, the file is taken from the store; where
there is none, the job waits. Nothing is reserved meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import FileInput, file_inputs_in, map_files
from sora2batch.ground.job import Job
from sora2batch.ground.signed_url import SignedUrl
from sora2batch.run.input_urls import InputUrls
from sora2batch.run.made_files import MadeFile, MadeFiles
from sora2batch.run.recorded_url import recorded_url
from sora2batch.sjinn import answer as api

_FRESH_SECONDS = 60.0
"""So long one URL serves further jobs with the same file."""


class StatusApi(Protocol):
    """The API, as far as it names the files of a task."""

    async def status(self, task_id: str, /) -> api.StatusAnswer:
        """Ask how a task is doing; costs nothing."""
        ...


class UrlProbe(Protocol):
    """Finds out whether a URL gives a file."""

    async def check(self, url: SignedUrl, *, length: int, must_be_public: bool) -> None:
        """Return if it gives a file of this length.

        Raises:
            Sora2BatchError: it does not.
        """
        ...


class _Named(NamedTuple):
    url: SignedUrl | None
    """None where the task's own URL answers no more."""
    at: float
    """By the loop's clock."""


class ResultUrls:
    """Puts the URLs of results in their places, and leaves all other files to somebody else."""

    def __init__(
        self, api: StatusApi, probe: UrlProbe, made: MadeFiles, others: InputUrls, *, must_be_public: bool
    ) -> None:
        self._api = api
        self._probe = probe
        self._made = made
        self._others = others
        self._must_be_public = must_be_public
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._named: dict[str, _Named] = {}

    async def prepare(self, jobs: Iterable[Job], /) -> None:
        """Have the files uploaded that no job has made."""
        own = [job for job in jobs if not any(map(self._is_made, file_inputs_in(job.input)))]
        await self._others.prepare(own)

    async def put_into(self, job: Job, /) -> JsonObject:
        """Write a job's input with a URL for each file, which has just answered.

        Raises:
            Sora2BatchError: a file cannot be fetched by the API now; the job has to wait.
        """
        files = [found for found in file_inputs_in(job.input) if self._is_made(found)]
        if not files:
            return await self._others.put_into(job)
        urls = {found.sha256: url for found in files if (url := await self._url(found.sha256))}
        input = map_files(job.input, lambda found: _put(found, urls))
        try:
            return await self._others.put_into(job._replace(input=input))
        except Sora2BatchError as error:
            gone = next((found for found in files if found.sha256 not in urls), None)
            if gone is None:
                raise
            raise self._gone(gone, error) from error

    def _is_made(self, found: FileInput) -> bool:
        return self._made.get(found.sha256) is not None

    def _gone(self, found: FileInput, error: Sora2BatchError) -> Sora2BatchError:
        made = self._made.get(found.sha256)
        key = made.key if made else found.file
        message = f"the API's URL of {key} answers no more, and it cannot be had otherwise: {error.message}"
        return Sora2BatchError(message, hint="with a store (docs/files.md) the file itself would be sent")

    async def _url(self, digest: str) -> SignedUrl | None:
        now = asyncio.get_running_loop().time
        async with self._locks[digest]:
            known = self._named.get(digest)
            if known is None or now() - known.at > _FRESH_SECONDS:
                known = self._named[digest] = _Named(await self._ask(digest), now())
            return known.url

    async def _ask(self, digest: str) -> SignedUrl | None:
        made = self._made.get(digest)
        answer = await self._api.status(made.task_id) if made else None
        if made is None or not isinstance(answer, api.Finished):
            return None
        found = _same_file(answer.urls, made)
        if found is None:
            return None
        url = SignedUrl(found)
        try:
            await self._probe.check(url, length=made.bytes, must_be_public=self._must_be_public)
        except Sora2BatchError:
            return None
        return url


def _put(found: FileInput, urls: dict[str, SignedUrl]) -> JsonValue:
    url = urls.get(found.sha256)
    return url.reveal() if url else found.to_json()


def _same_file(urls: tuple[str, ...], made: MadeFile) -> str | None:
    """Find a task's file among those that the API names now: by its URL, else by its place."""
    same = next((url for url in urls if made.url and recorded_url(url) == made.url), None)
    if same is None and made.place < len(urls):
        return urls[made.place]
    return same
