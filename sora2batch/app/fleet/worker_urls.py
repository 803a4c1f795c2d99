"""URLs for the files of inputs, made by a worker: it has no manifest, only what rows say of files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from sora2batch.app.execution.input_access import is_public, signing_seconds
from sora2batch.fleet.tables.batch_row import BatchRow
from sora2batch.fleet.tables.job_files import read_files
from sora2batch.fleet.workers.worker_context import WorkerContext
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Job
from sora2batch.matrix.input_file import InputFile
from sora2batch.run.event import Event
from sora2batch.run.input_urls import InputUrls, NoInputUrls, StoredInputUrls, UrlTerms
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.result_url import ResultHost, ResultUrls
from sora2batch.store.cloud_client import StoreTimeouts
from sora2batch.store.url_check import UrlChecker

_NO_FOLDER = "inputs"
"""Of a worker's own: nothing is in there, for whoever reserves has put every file in the store."""


class WorkerUrls:
    """The files of a batch at URLs; they are made known while it is open."""

    def __init__(self, urls: InputUrls, files: dict[str, InputFile], made: MadeFiles) -> None:
        self._urls = urls
        self._files = files
        self._made = made

    def add(self, files: JsonObject, /) -> None:
        """Make the files of one job known, as its row has them."""
        found = read_files(files)
        self._files.update(found.files)
        for digest in files:
            if made := found.made.get(digest):
                self._made.note(digest, made)

    async def prepare(self, jobs: Iterable[Job], /) -> None:
        """Get ready for jobs."""
        await self._urls.prepare(jobs)

    async def put_into(self, job: Job, /) -> JsonObject:
        """Write a job's input as the API takes it.

        Raises:
            Sora2BatchError: a file cannot be fetched by the API now.
        """
        return await self._urls.put_into(job)


@asynccontextmanager
async def open_worker_urls(context: WorkerContext, batch: BatchRow) -> AsyncIterator[WorkerUrls]:
    """Open what puts URLs in the place of a batch's files.

    Raises:
        UsageError: its store cannot be opened here.
    """
    files: dict[str, InputFile] = {}
    made = MadeFiles(())
    public = is_public(context.identity.host)

    def listen(happened: Event, /) -> None:
        context.listener(batch.manifest, happened)

    others: InputUrls = NoInputUrls()
    if batch.store_url:
        store = await context.stores.open(batch.store_url, batch.public_url)
        terms = UrlTerms(seconds=signing_seconds(batch.run_options), must_be_public=public)
        others = StoredInputUrls(store, files, context.folder / _NO_FOLDER, terms, listen)
    async with UrlChecker("the API's host", StoreTimeouts()) as probe:
        host = ResultHost(api=context.api, probe=probe, name=context.identity.host, must_be_public=public)
        yield WorkerUrls(ResultUrls(host, made, others), files, made)
