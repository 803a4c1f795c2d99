"""Which URLs of results may be followed, and how to name one without giving its signature away."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from sora2batch.sjinn.api_error import DownloadError

_PATH = re.compile(r"[\w%~+-]+(?:/[\w%.~+-]+)*/[\w%.~+-]*\.\w{2,5}(?:\?\S*)?")
"""``result/fox.mp4``: its first part is no host, for it has no dot, and its last one has an ending."""
_LONGEST_HOST = 253


def check_location(url: str) -> str:
    """Hand a URL back if it may be fetched.

    Raises:
        DownloadError: it is no http(s) URL of a host, or it carries a user name or a password.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise DownloadError("the file's address is no http(s) URL")
    if "@" in parts.netloc:
        raise DownloadError("the file's address carries a user name or a password")
    return url


def resolve(address: str, *, home: str) -> str | None:
    """Make a URL of what the API wrote, which may be a path on its own host; None if no file can be there.

    A name without a scheme, such as ``cdn.example.com/a.mp4``, might be either, so it is not guessed at.
    """
    if _PATH.fullmatch(address):
        address = f"/{address}"
    if address.startswith("/") and "\\" not in address:
        try:
            address = urljoin(home, address)
        except ValueError:
            return None
    parts = _split(address)
    is_usable = parts is not None and parts.scheme in {"http", "https"} and parts.hostname
    return address if is_usable else None


def follow_redirect(origin: str, location: str) -> str:
    """Choose where a redirect leads.

    Raises:
        DownloadError: it leads to what is no http(s) URL, to one with credentials, or from https to http.
    """
    try:
        target = check_location(urljoin(origin, location))
    except (DownloadError, ValueError) as error:
        raise DownloadError(f"{host_of(origin)} redirects to what cannot be fetched") from error
    if urlsplit(origin).scheme == "https" and urlsplit(target).scheme != "https":
        raise DownloadError(f"{host_of(origin)} redirects from https to plain http")
    return target


def host_of(url: str) -> str:
    """Name a URL's host, which is all of it that a message may show."""
    parts = _split(url)
    return ((parts.hostname if parts else None) or "the host")[:_LONGEST_HOST]


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
