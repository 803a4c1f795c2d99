"""The servers of a store that are not the cloud's own: R2, MinIO, emulators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from sora2batch.ground.errors import UsageError
from sora2batch.ground.loopback import is_loopback


class CloudEndpoint(NamedTuple):
    """A base URL that was looked at; None for the cloud's own."""

    url: str | None
    host: str
    """Empty for the cloud's own."""
    is_http: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.host)


def first_of(environ: Mapping[str, str], *names: str) -> str | None:
    """Take the first variable that is set to something."""
    return next((value for name in names if (value := environ.get(name, "").strip())), None)


def find_endpoint(environ: Mapping[str, str], *names: str, allow_http: str) -> CloudEndpoint:
    """Take the endpoint from the first of some variables.

    Raises:
        UsageError: it is no URL, has credentials in it, or would send them in the clear over a network.
    """
    name = next((name for name in names if environ.get(name, "").strip()), names[0])
    url = environ.get(name, "").strip()
    return read_endpoint(url, name, may_be_http=is_yes(environ, allow_http), allow_http=allow_http)


def read_endpoint(url: str, origin: str, *, may_be_http: bool, allow_http: str) -> CloudEndpoint:
    """Look at an endpoint's URL; empty stands for the cloud's own."""
    if not url:
        return CloudEndpoint(None, "")
    scheme, host = _split(url)
    if scheme not in {"http", "https"} or not host or not url.isprintable() or set(url) & set("@?#"):
        # It is not shown: it may hold a password.
        raise UsageError(
            f"{origin} names no usable address of a store",
            hint="such as https://ACCOUNT.r2.cloudflarestorage.com or http://127.0.0.1:9000",
        )
    endpoint = CloudEndpoint(url.rstrip("/"), host, scheme == "http")
    if endpoint.is_http and not (endpoint.is_loopback or may_be_http):
        raise UsageError(
            f"{origin}: credentials and files would travel in the clear to {host}",
            hint=f"use https://; or set {allow_http}=true, if that network is yours",
        )
    return endpoint


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def is_yes(environ: Mapping[str, str], name: str) -> bool:
    """Read a variable that is true or false."""
    return environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}
