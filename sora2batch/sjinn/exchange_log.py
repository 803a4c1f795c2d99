"""What is asked of hosts and what they answer, for a log. Where nobody keeps one this does nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from time import perf_counter

from sora2batch.sjinn.redaction import loggable, loggable_url
from sora2batch.sjinn.secret import ApiKey

_LOGGER = logging.getLogger(__name__)
_numbers = count(1)


class NotedExchange:
    """One call of the API; the numbers tell calls apart that are under way together."""

    __slots__ = ("_began", "_body", "_key", "_name", "_number")

    def __init__(self, name: str, body: bytes, key: ApiKey) -> None:
        self._name = name
        self._body = body
        self._key = key
        self._number = next(_numbers)
        self._began = perf_counter()

    def answered(self, status: int, body: bytes) -> None:
        """Note a whole answer."""
        self._tell(f"answered HTTP {status} in {self._took}: {loggable(body, sent=self._body)}")

    def lost(self, reason: str, *, was_sent: bool) -> None:
        """Note that there is no whole answer."""
        kind = "no whole answer" if was_sent else "not sent"
        self._tell(f"{kind} after {self._took}: {loggable(reason.encode(), sent=self._body)}")

    def broken_off(self) -> None:
        """Note that this process waits no longer; the call may have been sent."""
        self._tell(f"broken off after {self._took}")

    def asked(self) -> None:
        """Note that it is about to be sent."""
        self._tell(f"asks {loggable(self._body, sent=self._body)}")

    @property
    def _took(self) -> str:
        return f"{perf_counter() - self._began:.3f} s"

    def _tell(self, words: str) -> None:
        _LOGGER.info("%s", self._key.redact(f"api #{self._number} {self._name}: {words}"))


@contextmanager
def exchange(name: str, body: bytes, key: ApiKey) -> Iterator[NotedExchange | None]:
    """Note a call and whatever becomes of it; None where nobody keeps a log."""
    if not _LOGGER.isEnabledFor(logging.INFO):
        yield None
        return
    noted = NotedExchange(name, body, key)
    noted.asked()
    try:
        yield noted
    except BaseException:
        noted.broken_off()
        raise


@contextmanager
def fetching(url: str, name: str, key: ApiKey | None) -> Iterator[list[str]]:
    """Note how long a file took to fetch, and what came of it, which goes into the list."""
    outcome: list[str] = []
    if not _LOGGER.isEnabledFor(logging.INFO):
        yield outcome
        return
    number, began = next(_numbers), perf_counter()
    label = f"file #{number} {name}"
    _told(f"{label}: asks {loggable_url(url)}", key)
    try:
        yield outcome
    except BaseException as error:
        outcome.append(str(error) or type(error).__name__)
        raise
    finally:
        _told(f"{label}: after {perf_counter() - began:.3f} s: {'; '.join(outcome)}", key)


def _told(words: str, key: ApiKey | None) -> None:
    _LOGGER.info("%s", key.redact(words) if key else words)
