"""How the API gets to the files of inputs: through the user's store, or at the simulator's own address."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from sora2batch.app.backend.backend import Backend
from sora2batch.app.backend.open_store import batch_store
from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.files_and_results import FilesAndResults
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.file_input import file_inputs_in, map_files
from sora2batch.ground.job import Job
from sora2batch.ground.loopback import is_loopback
from sora2batch.ground.signed_url import SignedUrl
from sora2batch.manifest.model import RunOptions
from sora2batch.matrix.input_file import InputFile
from sora2batch.run.event import Listener
from sora2batch.run.input_urls import (
    LONGEST_SECONDS,
    InputUrls,
    NoInputUrls,
    StoredInputUrls,
    UrlStore,
    UrlTerms,
)
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.result_url import ResultHost, ResultUrls
from sora2batch.store.cloud_client import StoreTimeouts
from sora2batch.store.content_object import ContentObject
from sora2batch.store.content_store import ContentStore
from sora2batch.store.url_check import UrlChecker

_SPARE_SECONDS = 3600


@asynccontextmanager
async def open_input_urls(
    batch: Batch, jobs: Sequence[Job], backend: Backend, listener: Listener, made: MadeFiles | None = None
) -> AsyncIterator[InputUrls]:
    """Open what puts URLs in the place of files, for the jobs that are to be submitted.

    Args:
        batch: the manifest.
        jobs: those that are known already.
        backend: the API.
        listener: who hears of uploads.
        made: what tasks have made, where jobs may send that; None where none do.

    Raises:
        UsageError: the store cannot be opened; nothing was sent.
    """
    if made is None and not any(True for job in jobs for _ in file_inputs_in(job.input)):
        yield NoInputUrls()
        return
    files = batch.expansion.files if made is None else FilesAndResults(batch, made)
    async with batch_store(batch, os.environ) as store:
        if store is not None:
            others = _stored(batch, files, _url_store(store, backend), backend, listener)
        else:
            others = NoInputUrls() if backend.input_url is None else _LocalInputUrls(files, backend)
        if made is None:
            yield others
            return
        async with UrlChecker("the API's host", StoreTimeouts()) as probe:
            public = is_public(backend.host)
            host = ResultHost(api=backend.api, probe=probe, name=backend.host, must_be_public=public)
            yield ResultUrls(host, made, others)


def is_public(api_host: str | None) -> bool:
    """Tell whether the API fetches from the internet."""
    host = urlsplit(f"//{api_host}").hostname if api_host else None
    return host is not None and not is_loopback(host)


def _stored(
    batch: Batch, files: Mapping[str, InputFile], store: UrlStore, backend: Backend, listener: Listener
) -> InputUrls:
    terms = UrlTerms(seconds=signing_seconds(batch.run_options()), must_be_public=is_public(backend.host))
    return StoredInputUrls(store, files, batch.manifest.path.parent, terms, listener)


def signing_seconds(options: RunOptions) -> int:
    """Tell for how long URLs are signed: a task may wait as long before it begins as we wait for its end."""
    return min(LONGEST_SECONDS, int(2 * options.timeout) + _SPARE_SECONDS)


def _url_store(store: ContentStore, backend: Backend) -> UrlStore:
    """A folder has no URLs; the simulator reads the file itself."""
    is_folder = store.location.scheme == "file" and store.location.public_url is None
    return _SimulatedUrls(store, backend) if is_folder and backend.input_url else store


class _SimulatedUrls:
    """A folder's objects, read by the simulator where they came from."""

    def __init__(self, store: ContentStore, backend: Backend) -> None:
        self._store = store
        self._backend = backend

    async def put_file(self, item: ContentObject, path: Path, /) -> bool:
        """Put a file there unless it is there."""
        return await self._store.put_file(item, path)

    async def length_of(self, name: str, /) -> int | None:
        """Ask how long an object is."""
        return await self._store.length_of(name)

    async def signed_url(self, name: str, /, *, seconds: int) -> SignedUrl:
        """Name the simulator's own address of it."""
        del seconds
        assert self._backend.input_url is not None
        return SignedUrl(self._backend.input_url(name.rpartition("/")[2]))

    async def check_url(self, url: SignedUrl, /, *, bytes: int, must_be_public: bool) -> None:  # noqa: A002 - as an object's
        """Leave it to the simulator."""


class _LocalInputUrls:
    """Files that the simulator reads by itself: there is no store, or it must not be touched."""

    def __init__(self, files: Mapping[str, InputFile], backend: Backend) -> None:
        self._files = files
        self._backend = backend

    async def prepare(self, jobs: object, /) -> None:
        """Do nothing: they are there."""

    async def put_into(self, job: Job, /) -> JsonObject:
        """Write a job's input with the simulator's own addresses."""
        return map_files(job.input, lambda found: self._url(found.sha256))

    def _url(self, digest: str) -> str:
        assert self._backend.input_url is not None
        return self._backend.input_url(f"{digest}{self._files[digest].facts.type.suffix}")
