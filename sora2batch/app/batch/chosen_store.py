"""Which store a batch has: by the environment, else by its manifest."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from sora2batch.ground.loopback import is_loopback
from sora2batch.manifest.model import StoreOptions

STORE_VARIABLE = "SORA2BATCH_STORE"
_SERVERS = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "gs": ("GOOGLE_BASE_URL", "STORAGE_EMULATOR_HOST"),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
"""Where each kind of store is told of another server than the cloud's own."""


class ChosenStore(NamedTuple):
    """The user's own store, as it is configured; nothing was opened."""

    url: str
    public_url: str | None
    outputs: bool
    """Whether results go there, too."""


def choose_store(options: StoreOptions, environ: Mapping[str, str] = os.environ) -> ChosenStore | None:
    """Take the environment's store, else the manifest's; None where neither names one."""
    given = environ.get(STORE_VARIABLE, "").strip()
    url = given or options.url
    return ChosenStore(url, options.public_url, options.outputs) if url else None


def is_on_this_machine(store: ChosenStore, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a simulated run may use a store: it is a folder, or its server is on loopback."""
    scheme = store.url.partition("://")[0]
    server = next(
        (found for name in _SERVERS.get(scheme, ()) if (found := environ.get(name, "").strip())), ""
    )
    return scheme == "file" or is_loopback(_host(server))


def is_temporary(store: ChosenStore, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a store's credentials are known to end, and with them the URLs that they sign."""
    is_signed = store.public_url is None and store.url.startswith("s3://")
    return is_signed and bool(environ.get("AWS_SESSION_TOKEN", "").strip())


def _host(url: str) -> str:
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
