"""Which store a batch has: by the environment, else by its manifest."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from sora2batch.app.config.settings import find_settings
from sora2batch.ground.loopback import is_loopback
from sora2batch.manifest.model import NO_STORE, Manifest

if TYPE_CHECKING:
    from sora2batch.app.config.layered_setting import Found, Layer

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


def choose_store(manifest: Manifest | None, environ: Mapping[str, str] = os.environ) -> ChosenStore | None:
    """Take the store that is configured for a manifest, or for this folder; None where there is none.

    Raises:
        UsageError: a setting is no good.
    """
    options = manifest.store if manifest else NO_STORE
    folder = manifest.path.parent if manifest else Path()
    found = find_settings(("store.url", "store.public_url"), folder, environ=environ, manifest=manifest)
    url, public_url = (
        (found[0].value, _of_the_same_bucket(*found)) if found else (options.url, options.public_url)
    )
    return ChosenStore(url, public_url, options.outputs) if url else None


def _of_the_same_bucket(url: Found[str | None], public: Found[str | None]) -> str | None:
    """Take what goes with a bucket; what stands beside another one in its own file is that one's."""
    beside: dict[Layer, object] = {one.layer: one.value for one in url.others} | {url.layer: url.value}
    return public.value if beside.get(public.layer, url.value) == url.value else None


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
