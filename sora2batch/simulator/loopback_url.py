"""Addresses on this machine: the only ones that the simulator fetches, and what of them names a file."""

from __future__ import annotations

import re
from ipaddress import ip_address

from yarl import URL

from sora2batch.ground.canonical import JsonValue

_CONTENT_NAME = re.compile(r"([0-9a-f]{64})(?:\.[a-z0-9]+)?")
_QUERY = re.compile(r"""(https?://(?:localhost|127\.[0-9.]+|\[::1\])(?::\d+)?(?:/[^\s"?]*)?)\?[^\s"]*""")


def loopback_url(text: str) -> URL | None:
    """Read a URL whose host is ``localhost`` or an address of the loopback network; None for any other.

    What is judged here is what is connected to: both read the URL with the same parser, as it is written.
    """
    try:
        url = URL(text, encoded=True)
        host = url.host or ""
        is_ours = url.scheme in {"http", "https"} and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return None
    return url if is_ours else None


def is_loopback(text: str) -> bool:
    """Tell whether a URL leads to this machine."""
    return loopback_url(text) is not None


def identity_of(text: str) -> JsonValue:
    """Say what counts of a URL when inputs are compared: no signature, and of a name with a hash the hash."""
    url = loopback_url(text)
    if url is None:
        return text
    found = _CONTENT_NAME.fullmatch(url.name)
    return {"sha256": found[1]} if found else str(url.with_query(None).with_fragment(None))


def without_signatures(text: str) -> str:
    """Leave the queries of addresses on this machine out: they are different each time."""
    return _QUERY.sub(r"\1", text) if "?" in text else text
