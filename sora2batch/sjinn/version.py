"""Which version of a file has begun to arrive: the rest may come only from the very same one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sora2batch.sjinn.encoding import encoding_of

_LENGTH = re.compile(r"[0-9]{1,18}")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What tells one version of a file from another."""

    header: str
    """The name of the header that has the validator."""
    validator: str
    bytes: int
    """Its whole length."""


def version_of(headers: Mapping[str, str]) -> Version | None:
    """Read which version a whole answer begins to send; None if the rest could not be asked for.

    A strong ETag counts, else Last-Modified. Source: RFC 9110, section 13.1.5.
    """
    length = headers.get("Content-Length", "").strip()
    if encoding_of(headers) or not _LENGTH.fullmatch(length):
        return None
    etag = headers.get("ETag", "").strip()
    if etag.startswith('"'):
        return Version(header="ETag", validator=etag, bytes=int(length))
    modified = headers.get("Last-Modified", "").strip()
    return Version(header="Last-Modified", validator=modified, bytes=int(length)) if modified else None


def rest_fault(headers: Mapping[str, str], version: Version, *, start: int) -> str | None:
    """Say why an answer with status 206 is not the rest of that version from there on.

    Source: RFC 9110, section 15.3.7.
    """
    # Several ranges in one answer have no Content-Range of their own.
    told = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if told is None or encoding_of(headers):
        return "it did not say which part of the file it resumed"
    first, last, total = (int(number) for number in told.groups())
    if headers.get(version.header, "").strip() != version.validator or total != version.bytes:
        return "it resumed another version of the file"
    return None if first == start <= last < total else "it resumed the file at the wrong place"
