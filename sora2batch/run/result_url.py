"""Results as inputs of other jobs: at the API's own URL, asked for anew just before it is sent.

These URLs expire, so none is kept. Where a task's URL answers no more, the file is taken from the store;
where there is none, the job waits. Nothing is reserved meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple, Protocol, assert_never

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import FileInput, file_inputs_in, map_files
from sora2batch.ground.job import Job
from sora2batch.ground.signed_url import SignedUrl
from sora2batch.run.input_urls import InputUrls, NoInputUrls
from sora2batch.run.made_files import MadeFile, MadeFiles
from sora2batch.run.pace import backoff_seconds
from sora2batch.run.recorded_url import recorded_url
from sora2batch.sjinn import answer as api
from sora2batch.store.store_error import StoreUnavailableError

_FRESH_SECONDS = 60.0
"""So long one URL serves further jobs with the same file."""
_TRIES = 3
"""Where the API or its host has trouble of the kind that passes."""
_LONGEST_WAIT_SECONDS = 10.0
_MOST_IN_VAIN = 3
"""Results in a row without a URL, after which the others are asked for once: all may be forgotten."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultHost:
    """Where results are asked for."""

    api: StatusApi
    probe: UrlProbe
    name: str | None
    """The API's host: of tasks that another one made it knows nothing. None for the simulator."""
    must_be_public: bool
    """Whether the API fetches from the internet."""


class _Named(NamedTuple):
    """A URL that has just given the file."""

    url: SignedUrl
    at: float
    """By the loop's clock."""


class _Gone(NamedTuple):
    """Why there is none."""

    reason: str
    at: float
    may_pass: bool = False
    """Whether it is worth asking again at once."""
    asked_seconds: float | None = None
    """How long the API wants to be left alone."""


class ResultUrls:
    """Puts the URLs of results in their places, and leaves all other files to somebody else."""

    def __init__(self, host: ResultHost, made: MadeFiles, others: InputUrls) -> None:
        self._host = host
        self._made = made
        self._others = others
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._known: dict[str, _Named | _Gone] = {}
        self._in_vain = 0

    async def prepare(self, jobs: Iterable[Job], /) -> None:
        """Have the files uploaded that no job has made."""
        own = [job for job in jobs if not any(map(self._is_made, file_inputs_in(job.input)))]
        await self._others.prepare(own)

    async def put_into(self, job: Job, /) -> JsonObject:
        """Write a job's input with a URL for each file, which has just answered.

        Raises:
            Sora2BatchError: a file cannot be fetched by the API now; the job has to wait.
        """
        found = {one.sha256: await self._find(made) for one, made in self._results_in(job)}
        if not found:
            return await self._others.put_into(job)
        input = map_files(job.input, lambda one: _put(one, found))
        gone = {digest: one.reason for digest, one in found.items() if isinstance(one, _Gone)}
        try:
            return await self._others.put_into(job._replace(input=input))
        except Sora2BatchError as error:
            raise self._told(error, gone) from error

    def _results_in(self, job: Job) -> list[tuple[FileInput, MadeFile]]:
        found = ((one, self._made.get(one.sha256)) for one in file_inputs_in(job.input))
        return [(one, made) for one, made in found if made]

    def _is_made(self, found: FileInput) -> bool:
        return self._made.get(found.sha256) is not None

    def _told(self, error: Sora2BatchError, gone: Mapping[str, str]) -> Sora2BatchError:
        """Say why a result's own URL is of no use, besides what keeps its file from being sent."""
        if not gone:
            return error
        digest, reason = next(iter(gone.items()))
        made = self._made.get(digest)
        key = made.key if made else digest
        has_none = isinstance(self._others, NoInputUrls)
        hint = "with a store the file itself would be sent: docs/files.md" if has_none else error.hint
        return Sora2BatchError(f"the result of {key} cannot be sent: {reason}; {error.message}", hint=hint)

    async def _find(self, made: MadeFile) -> _Named | _Gone:
        now = asyncio.get_running_loop().time
        key = f"{made.task_id}/{made.place}"
        async with self._locks[key]:
            known = self._known.get(key)
            if known is None or now() - known.at > _FRESH_SECONDS:
                known = self._known[key] = await self._find_now(made)
            return known

    async def _find_now(self, made: MadeFile) -> _Named | _Gone:
        """Ask for the URL and look whether it gives the file, a few times where the trouble may pass."""
        most = 1 if self._in_vain >= _MOST_IN_VAIN else _TRIES
        for tries in count(1):
            found = await self._look(made)
            if isinstance(found, _Named):
                self._in_vain = 0
                return found
            if not found.may_pass or tries >= most:
                self._in_vain += 1
                return found
            seconds = found.asked_seconds or backoff_seconds(tries, base=1.0, most=_LONGEST_WAIT_SECONDS)
            await asyncio.sleep(min(seconds, _LONGEST_WAIT_SECONDS))
        raise AssertionError("counting never ends")

    async def _look(self, made: MadeFile) -> _Named | _Gone:
        now = asyncio.get_running_loop().time
        if made.host not in {None, self._host.name}:
            return _Gone(f"it was made at {made.host}, which is not asked", now())
        match await self._host.api.status(made.task_id):
            case api.Finished(urls):
                return await self._probe(_same_file(urls, made), made)
            case api.Unreadable(reason, seconds):
                return _Gone(f"the API does not tell its URL: {reason}", now(), True, seconds)
            case api.KeyRefused(refusal):
                return _Gone(f"the API does not tell its URL: {refusal.message}", now(), True)
            case api.Working() | api.Failed():
                return _Gone("the API no longer says that its task is done", now())
            case answer:
                assert_never(answer)

    async def _probe(self, text: str | None, made: MadeFile) -> _Named | _Gone:
        now = asyncio.get_running_loop().time
        if text is None:
            return _Gone("the API names no file of its task any more", now())
        url, public = SignedUrl(text), self._host.must_be_public
        try:
            await self._host.probe.check(url, length=made.bytes, must_be_public=public)
        except Sora2BatchError as error:
            return _Gone(url.redact(error.message), now(), isinstance(error, StoreUnavailableError))
        return _Named(url, now())


def _put(one: FileInput, found: Mapping[str, _Named | _Gone]) -> JsonValue:
    known = found.get(one.sha256)
    return known.url.reveal() if isinstance(known, _Named) else one.to_json()


def _same_file(urls: tuple[str, ...], made: MadeFile) -> str | None:
    """Find a task's file among those that the API names now: by its URL, else by its place."""
    same = next((url for url in urls if made.url and recorded_url(url) == made.url), None)
    if same is None and made.place < len(urls):
        return urls[made.place]
    return same
