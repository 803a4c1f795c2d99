"""A bucket of a cloud is opened; the only way to what needs the extra ``store``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from obstore.exceptions import BaseError

from sora2batch.ground.errors import UsageError
from sora2batch.store.azure_access import connect_azure
from sora2batch.store.cloud_bucket import CloudBucket, CloudStore
from sora2batch.store.cloud_client import StoreTimeouts
from sora2batch.store.cloud_endpoint import CloudEndpoint
from sora2batch.store.gcs_access import connect_gcs
from sora2batch.store.s3_access import connect_s3
from sora2batch.store.store_location import StoreLocation

_Connect: TypeAlias = Callable[
    [StoreLocation, Mapping[str, str], StoreTimeouts], tuple[CloudStore, CloudEndpoint]
]
_CONNECT: Mapping[str, _Connect] = {"s3": connect_s3, "gs": connect_gcs, "az": connect_azure}


def open_cloud(location: StoreLocation, environ: Mapping[str, str], timeouts: StoreTimeouts) -> CloudBucket:
    """Open a bucket; nothing is sent yet.

    Raises:
        UsageError: there are no credentials, or a variable cannot be used.
    """
    try:
        store, endpoint = _CONNECT[location.scheme](location, environ, timeouts)
    except (BaseError, OSError, ValueError):
        pass  # its text may quote a key, so not even a traceback shall have it
    else:
        return CloudBucket(store, location, endpoint, timeouts)
    raise UsageError(
        f"{location.url} cannot be opened with what the environment says",
        hint="look at the variables and files with the credentials: something in them has not the right form",
    )
