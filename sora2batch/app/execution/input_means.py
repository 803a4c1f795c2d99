"""Is there a way for the API to fetch the files of inputs? Looked into before anybody is asked for money."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.chosen_store import STORE_VARIABLE, is_temporary
from sora2batch.app.output.output import Printer
from sora2batch.ground.errors import UsageError
from sora2batch.ground.file_input import file_inputs_in
from sora2batch.ground.pending_job import AskedJob
from sora2batch.store.store_location import StoreLocation, parse_location


def check_inputs(batch: Batch, jobs: Sequence[AskedJob], printer: Printer) -> None:
    """Refuse jobs with files where no store can give them to the API; tell what may go wrong later.

    Raises:
        UsageError: there is no store, or it can make no URLs, or it cannot be opened.
    """
    location = way_of_inputs(batch, jobs)
    if location is None:
        return
    from sora2batch.store.make import open_store  # noqa: PLC0415  # loads the network

    open_store(location, os.environ)
    if batch.store and is_temporary(batch.store):
        printer.info(
            "notice: the store's credentials are temporary, and the URLs that they sign end with them: "
            "a task that begins later cannot fetch its picture"
        )


def way_of_inputs(batch: Batch, jobs: Iterable[AskedJob]) -> StoreLocation | None:
    """Say from where the API fetches the files of some jobs; None where they have none.

    Raises:
        UsageError: there is no store, or it can make no URLs.
    """
    # Results of other jobs have URLs of their own; should these not answer, their jobs wait.
    own = (
        found for job in jobs for found in file_inputs_in(job.input) if found.sha256 in batch.expansion.files
    )
    file = next((found.file for found in own), None)
    if file is None or batch.simulated:
        return None
    if batch.store is None:
        raise UsageError(
            f"{batch.manifest.file}: the API takes URLs only, and {file} has none: no store is configured",
            hint=f"write `store: {{url: s3://bucket/prefix}}` into the manifest, or set {STORE_VARIABLE}",
        )
    location = parse_location(batch.store.url, public_url=batch.store.public_url)
    if location.scheme == "file" and location.public_url is None:
        raise UsageError(
            f"{batch.manifest.file}: the API takes URLs only, and a folder such as {location.url} has none",
            hint="use a bucket, or name in store.public_url where everybody can read the folder",
        )
    return location
