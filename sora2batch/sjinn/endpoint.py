"""Where the API is, and whether a key may travel there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from typing import Self
from urllib.parse import SplitResult, urlsplit

from sora2batch.ground.errors import UsageError
from sora2batch.ground.loopback import is_loopback
from sora2batch.sjinn.request_body import CALLS
from sora2batch.sjinn.secret import ApiKey

URL_VARIABLE = "SORA2BATCH_API_URL"
DEFAULT_URL = "https://sjinn.ai/api/un-api"
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
_PATH = re.compile(r"[A-Za-z0-9/._~!$&'()*+,;=:@%-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The API's base URL in normal form, so that every reader of it sees the same host."""

    url: str
    """``scheme://host[:port]/path``, without a trailing slash."""
    scheme: str
    host: str
    """Without brackets, in lower case."""
    origin: str = field(default=URL_VARIABLE, compare=False)
    """Who says so."""

    @classmethod
    def parse(cls, text: str, *, origin: str = URL_VARIABLE) -> Self:
        """Read a base URL.

        Raises:
            UsageError: it is no http(s) URL of a host, or it carries credentials, a query or a fragment.
        """
        parts, port = _split(text.strip(), origin)
        host = (parts.hostname or "").lower()
        bracketed = f"[{host}]" if ":" in host else host
        url = f"{parts.scheme}://{bracketed}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
        return cls(url=url, scheme=parts.scheme, host=host, origin=origin)

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine: localhost, 127.0.0.0/8 or ::1."""
        return is_loopback(self.host)

    def guard(self, key: ApiKey) -> None:
        """Make sure that the key may be sent here.

        Raises:
            UsageError: the key would travel in the clear over a network.
        """
        del key  # It says that there is one; nothing here depends on what it is.
        if self.scheme == "http" and not self.is_loopback:
            raise UsageError(
                f"the API key would be sent in the clear to {self.host}",
                hint=f"use an https:// address in {self.origin}; plain http is for this machine only",
            )

    def call(self, name: str) -> str:
        """Spell the URL of one call, such as ``create_tool_task``."""
        return f"{self.url}/{name}"


def _split(text: str, origin: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _unusable("it is no URL", origin) from error
    if parts.scheme not in {"http", "https"}:
        raise _unusable("it must start with https:// (or http:// for this machine)", origin)
    if "@" in parts.netloc:
        raise _unusable("it must not carry a user name or a password", origin)
    # urlsplit drops line breaks and tabs without a word.
    if "?" in text or "#" in text or not text.isprintable():
        raise _unusable("it must end with its path, without ?, # or line breaks", origin)
    if parts.path.rstrip("/").rpartition("/")[2] in CALLS:
        raise _unusable("it must end before the name of a call", origin)
    if port == 0 or not _is_host(parts.hostname or "") or not _PATH.fullmatch(parts.path):
        raise _unusable("its host, port or path is not valid", origin)
    return parts, port


def _is_host(host: str) -> bool:
    if ":" not in host:
        return _HOST.fullmatch(host) is not None
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False


def _unusable(why: str, origin: str) -> UsageError:
    # The URL itself is not shown: it may hold a password.
    return UsageError(f"the API's address ({origin}) cannot be used: {why}", hint=f"such as {DEFAULT_URL}")
