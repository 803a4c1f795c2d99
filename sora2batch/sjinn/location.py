"""Which URLs of results may be followed, and how to name one without giving its signature away."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

from sora2batch.sjinn.error import DownloadError


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
    return (parts.hostname if parts else None) or "the host"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
