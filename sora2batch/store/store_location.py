"""Where a store is: ``s3://bucket/prefix``, ``gs://``, ``az://`` or ``file:///folder``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

from sora2batch.ground.errors import UsageError
from sora2batch.ground.loopback import is_loopback

_HINT = "such as s3://bucket/prefix, gs://bucket, az://container or file:///srv/media"
_PUBLIC_HINT = "such as https://cdn.example.com/campaigns"
_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]{1,254}")
_SEGMENT = re.compile(r"[A-Za-z0-9!_.'()@$&=+, -]+")
"""What every cloud writes into a URL in the same way."""
_SCHEMES = {"s3": "bucket", "gs": "bucket", "az": "container", "file": "folder"}


class StoreLocation(NamedTuple):
    """A bucket and where in it; nothing of it is a secret."""

    url: str
    """In normal form, without a trailing slash; what messages show."""
    scheme: str
    """``s3``, ``gs``, ``az`` or ``file``."""
    bucket: str
    """Or container; of ``file`` the folder's path."""
    prefix: str
    """Without slashes at its ends; empty for none, and for ``file``."""
    public_url: str | None
    """Where everybody can read the objects, without a trailing slash."""


def parse_location(url: str, *, public_url: str | None = None) -> StoreLocation:
    """Read a store's URL.

    Raises:
        UsageError: it is none, or it carries what might be a secret; it is not shown then.
    """
    url = url.strip()
    parts = _split(url, "the store's URL", _HINT)
    if parts.scheme not in _SCHEMES:
        raise _unusable("it must begin with s3://, gs://, az:// or file:///")
    where = _folder(parts) if parts.scheme == "file" else _bucket(parts)
    return where._replace(public_url=_public(public_url) if public_url else None)


def _split(url: str, what: str, hint: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise UsageError(f"{what} cannot be used: it is no URL", hint=hint) from None
    if "@" in parts.netloc:
        raise UsageError(
            f"{what} cannot be used: it must not carry a user name or a password",
            hint="credentials come from the environment and the clouds' own files only",
        )
    # urlsplit drops line breaks and tabs without a word.
    if "?" in url or "#" in url or not url.isprintable():
        raise UsageError(
            f"{what} cannot be used: it must end with its path, without ?, # or line breaks", hint=hint
        )
    return parts


def _bucket(parts: SplitResult) -> StoreLocation:
    kind = _SCHEMES[parts.scheme]
    if not _BUCKET.fullmatch(parts.netloc):
        raise _unusable(f"it names no {kind}" if not parts.netloc else f"its {kind} has no valid name")
    prefix = parts.path.strip("/")
    for segment in prefix.split("/") if prefix else ():
        if segment in {".", ".."} or not _SEGMENT.fullmatch(segment):
            raise _unusable("its prefix may have letters of ASCII, digits, and !_.'()@$&=+,- between slashes")
    url = f"{parts.scheme}://{parts.netloc}{f'/{prefix}' if prefix else ''}"
    return StoreLocation(url, parts.scheme, parts.netloc, prefix, None)


def _folder(parts: SplitResult) -> StoreLocation:
    if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
        raise _unusable("a folder is named by its whole path, after three slashes")
    path = Path(url2pathname(parts.path))
    if "\0" in str(path) or ".." in path.parts:
        raise _unusable("its path must not have .. in it")
    return StoreLocation(path.as_uri(), "file", str(path), "", None)


def _public(url: str) -> str:
    what = "the store's public_url"
    parts = _split(url.strip(), what, _PUBLIC_HINT)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{what} cannot be used: it must begin with https://", hint=_PUBLIC_HINT)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise UsageError(
            f"{what} cannot be used: the API is not given plain http",
            hint="use https://; http:// is for this machine only",
        )
    return url.strip().rstrip("/")


def _unusable(why: str) -> UsageError:
    return UsageError(f"the store's URL cannot be used: {why}", hint=_HINT)
