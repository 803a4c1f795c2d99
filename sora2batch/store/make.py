"""A store is opened: by its location, with what the environment and the clouds' own files say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final, TypeAlias

from sora2batch.ground.errors import UsageError
from sora2batch.store.bucket import Bucket
from sora2batch.store.cloud_client import TIMEOUTS, StoreTimeouts
from sora2batch.store.content_store import ContentStore
from sora2batch.store.folder_bucket import FolderBucket
from sora2batch.store.store_location import StoreLocation

_OpenCloud: TypeAlias = Callable[[StoreLocation, Mapping[str, str], StoreTimeouts], Bucket]
_EXTRA: Final = "pip install 'sora2batch[store]'"


def open_store(
    location: StoreLocation, environ: Mapping[str, str], *, timeouts: StoreTimeouts = TIMEOUTS
) -> ContentStore:
    """Open a store; nothing is sent yet.

    Raises:
        UsageError: there are no credentials, the extra is not installed, or a variable cannot be used.
    """
    return ContentStore(location, _bucket(location, environ, timeouts), timeouts)


def _bucket(location: StoreLocation, environ: Mapping[str, str], timeouts: StoreTimeouts) -> Bucket:
    if location.scheme == "file":
        return FolderBucket(location)
    return _open_cloud(location)(location, environ, timeouts)


def _open_cloud(location: StoreLocation) -> _OpenCloud:
    try:
        # The library is an extra, and a folder is a store without it.
        module = import_module("sora2batch.store.cloud")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "obstore":
            raise
    else:
        open_cloud: _OpenCloud = module.open_cloud
        return open_cloud
    raise UsageError(f"{location.url} needs a library that is not installed", hint=_EXTRA)
