"""What the lockfile keeps of a result's URL: never its query, which may be a signature and expires."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from sora2batch.lockfile.entry import Output
from sora2batch.sjinn.result_urls import LONGEST_URL, MOST_URLS


def recorded_url(url: str) -> str | None:
    """Cut credentials, query and fragment off a URL; None if it is no http(s) URL, or longer than any is."""
    if len(url) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def recorded_outputs(urls: Sequence[str]) -> tuple[Output, ...]:
    """Write down where results are before they are fetched; no more of them than are fetched."""
    kept = (recorded_url(url) for url in urls[:MOST_URLS])
    return tuple(Output(url=url) for url in kept if url)
