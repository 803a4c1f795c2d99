"""Files of inputs where the API can fetch them: stored once, then signed and looked at before each call.

Nothing here costs anything, and nothing is reserved while it works: a store that fails makes jobs wait. A URL
with a signature goes into the call and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import file_inputs_in, map_files
from sora2batch.ground.job import Job
from sora2batch.ground.signed_url import SignedUrl
from sora2batch.matrix.input_file import InputFile
from sora2batch.run.event import Deferred, Listener, Uploaded, Warned
from sora2batch.store.content_object import ContentObject
from sora2batch.store.store_error import StoreDeniedError, StoreUnavailableError

LONGEST_SECONDS = 7 * 24 * 3600
"""What S3 and R2 take at most."""
_FRESH_SECONDS = 60.0
"""So long one signed URL serves further jobs with the same file."""
_UPLOADS = 8
_MOST_FAILURES = 3


class UrlStore(Protocol):
    """The user's own store, as far as inputs need it. Where it fails it raises a ``Sora2BatchError``."""

    async def put_file(self, item: ContentObject, path: Path, /) -> bool:
        """Put a file there unless it is there; tell whether it was new. Other bytes are refused."""
        ...

    async def length_of(self, name: str, /) -> int | None:
        """Ask how long an object is; None if there is no such object."""
        ...

    async def signed_url(self, name: str, /, *, seconds: int) -> SignedUrl:
        """Make a URL with which anybody can GET an object for some time."""
        ...

    async def check_url(self, url: SignedUrl, /, *, bytes: int, must_be_public: bool) -> None:  # noqa: A002 - as an object's
        """GET that very URL: it must answer with the whole object."""
        ...


class InputUrls(Protocol):
    """Puts URLs that the API can fetch in the place of files."""

    async def prepare(self, jobs: Iterable[Job], /) -> None:
        """Do beforehand what takes long, for all jobs in their order; failures come up when a job is sent."""
        ...

    async def put_into(self, job: Job, /) -> JsonObject:
        """Write a job's input as the API takes it.

        Raises:
            Sora2BatchError: a file cannot be fetched by the API now; the job has to wait.
        """
        ...


async def urls_or_deferral(job: Job, urls: InputUrls, listener: Listener) -> JsonObject | None:
    """Write a job's input as the API takes it; None if the job has to wait, which is told."""
    try:
        return await urls.put_into(job)
    except Sora2BatchError as error:
        message = f"not submitted, nothing was charged: {error.sentence}"
        listener(Deferred(job=job, message=message, is_news=not isinstance(error, _LeftAloneError)))
        return None


class _LeftAloneError(StoreUnavailableError):
    """The store has failed so often that it is not asked again in this run."""


class NoInputUrls:
    """Inputs without files are sent as they are; with one there is no way to send it."""

    async def prepare(self, jobs: Iterable[Job], /) -> None:
        """Do nothing."""

    async def put_into(self, job: Job, /) -> JsonObject:
        """Hand the input on."""
        for found in file_inputs_in(job.input):
            raise Sora2BatchError(f"{found.file} is in no store, so the API cannot fetch it")
        return job.input


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlTerms:
    """How URLs are made."""

    seconds: int
    """For how long one is signed."""
    must_be_public: bool
    """Whether the API fetches from the internet: then a URL on this machine, or in plain http, is refused."""


class _Signed(NamedTuple):
    url: SignedUrl
    at: float
    """By the loop's clock."""


class StoredInputUrls:
    """Uploads what is not in the store yet, a bounded number at once, and signs late."""

    def __init__(
        self,
        store: UrlStore,
        files: Mapping[str, InputFile],
        folder: Path,
        terms: UrlTerms,
        listener: Listener,
    ) -> None:
        self._store = store
        self._files = files
        self._folder = folder
        self._terms = terms
        self._listener = listener
        self._places = asyncio.Semaphore(_UPLOADS)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._there: set[str] = set()
        self._signed: dict[str, _Signed] = {}
        self._failed_uploads = 0
        """Beforehand, in a row; then the rest is left to the jobs themselves."""
        self._failures = 0
        """Of the store in a row, while jobs waited for it."""

    async def prepare(self, jobs: Iterable[Job], /) -> None:
        """Upload the files of all jobs, in the jobs' order; what fails is tried again for the job itself."""
        wanted = dict.fromkeys(found.sha256 for job in jobs for found in file_inputs_in(job.input))
        queue = iter(wanted)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(_UPLOADS, len(wanted))):
                group.create_task(self._work(queue))

    async def put_into(self, job: Job, /) -> JsonObject:
        """Write a job's input with a URL for each file, which has just answered with that file.

        Raises:
            Sora2BatchError: the store fails, or a file is another one now.
        """
        urls = {found.sha256: await self._url(found.sha256) for found in file_inputs_in(job.input)}
        return map_files(job.input, lambda found: urls[found.sha256].reveal()) if urls else job.input

    async def _work(self, queue: Iterable[str]) -> None:
        for digest in queue:
            if self._failed_uploads >= _MOST_FAILURES:
                return
            try:
                async with self._locks[digest]:
                    await self._upload(digest)
            except Sora2BatchError as error:  # the job itself will tell
                self._failed_uploads += _is_of_the_store(error)
            else:
                self._failed_uploads = 0

    async def _url(self, digest: str) -> SignedUrl:
        now = asyncio.get_running_loop().time
        async with self._locks[digest]:
            known = self._signed.get(digest)
            if known is None or now() - known.at > _FRESH_SECONDS:
                at = now()
                known = self._signed[digest] = _Signed(await self._ask_for_url(digest), at)
            return known.url

    async def _ask_for_url(self, digest: str) -> SignedUrl:
        """Have a URL made, unless the store has failed so often that no more jobs are kept waiting for it."""
        if self._failures >= _MOST_FAILURES:
            raise _LeftAloneError("the store has failed before", hint="run again later")
        try:
            url = await self._signed_anew(digest)
        except Sora2BatchError as error:
            self._note_failure(error)
            raise
        self._failures = 0
        return url

    def _note_failure(self, error: Sora2BatchError) -> None:
        if not _is_of_the_store(error):
            return
        self._failures += 1
        if self._failures == _MOST_FAILURES:
            told = f"the store has failed {_MOST_FAILURES} times in a row"
            self._listener(Warned(message=f"{told}: all other jobs with files wait for the next run"))

    async def _signed_anew(self, digest: str) -> SignedUrl:
        """Sign a URL and look whether it answers; an object that has vanished is put there once more."""
        was_there = digest in self._there
        await self._upload(digest)
        try:
            return await self._checked_url(digest)
        except Sora2BatchError:
            name = object_of(self._files[digest]).name
            if not was_there or await self._store.length_of(name) is not None:
                raise
        self._there.discard(digest)
        await self._upload(digest)
        return await self._checked_url(digest)

    async def _checked_url(self, digest: str) -> SignedUrl:
        what = object_of(self._files[digest])
        url = await self._store.signed_url(what.name, seconds=self._terms.seconds)
        await self._store.check_url(url, bytes=what.bytes, must_be_public=self._terms.must_be_public)
        return url

    async def _upload(self, digest: str) -> None:
        if digest in self._there:
            return
        file = self._files[digest]
        try:
            async with self._places:
                is_new = await self._store.put_file(object_of(file), self._folder / file.file)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Sora2BatchError(f"{file.file} cannot be read: {reason}") from error
        self._there.add(digest)
        self._listener(Uploaded(file=file.file, bytes=file.facts.bytes, is_new=is_new))


def _is_of_the_store(error: Sora2BatchError) -> bool:
    """Tell whether the store is to blame, and not one file."""
    return isinstance(error, StoreUnavailableError | StoreDeniedError)


def object_of(file: InputFile) -> ContentObject:
    """Tell what a file is called in the store."""
    facts = file.facts
    return ContentObject(
        sha256=facts.sha256, suffix=facts.type.suffix, bytes=facts.bytes, mime=facts.type.mime
    )
