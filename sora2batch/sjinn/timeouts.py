"""How long to wait, and how often to ask again."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

LONGEST_RETRY_AFTER = 3600.0
"""Seconds; a server that asks for more is asked again after an hour."""
FIRST_BACKOFF_SECONDS = 1.0
"""After the first failure; it doubles with each."""
LONGEST_BACKOFF_SECONDS = 30.0

Sleeper: TypeAlias = Callable[[float], Awaitable[None]]
"""Waits some seconds: ``asyncio.sleep``, or a fake that only takes notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """The limits of waiting for the API; all in seconds but ``attempts``."""

    connect_seconds: float = 10.0
    """For one connection: TCP and TLS."""
    create_seconds: float = 120.0
    """For a whole create call. What has not answered by then is in doubt."""
    read_seconds: float = 30.0
    """For every other whole call."""
    attempts: int = 3
    """How often the ledger and the account are asked before giving up; they cost nothing."""


DEFAULT_TIMEOUTS = Timeouts()


def backoff_seconds(failures: int, retry_after_seconds: float | None = None) -> float:
    """Choose the wait after the n-th failure, from 1: 1, 2, 4 … 30 s, or what the server asked, to 30 s."""
    own = min(FIRST_BACKOFF_SECONDS * 2.0 ** min(failures - 1, 10), LONGEST_BACKOFF_SECONDS)
    return own if retry_after_seconds is None else min(max(own, retry_after_seconds), LONGEST_BACKOFF_SECONDS)


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Find a header whatever its case."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), None)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Read ``Retry-After`` as seconds from now, 0 to 3600; None if it is absent or makes no sense.

    Source: RFC 9110, section 10.2.3.
    """
    text = (header(headers, "Retry-After") or "").strip()
    seconds = _as_number(text)
    if seconds is None:
        seconds = _as_date(text, now)
    if seconds is None or math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _as_number(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if seconds >= 0 else None


def _as_date(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - now).total_seconds()
    except (ValueError, OverflowError):
        return None
