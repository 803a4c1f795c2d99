"""How long clouds are waited for, and how often they are asked again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

_HUNG_SECONDS = 120.0
"""Without a byte; a part of 5 MiB has so long to go up, for there the answer is waited for all the while."""
_LONGEST_REQUEST = timedelta(hours=2)


class StoreTimeouts(NamedTuple):
    """Seconds, for a question and for a try."""

    connect: float = 5.0
    retry: float = 30.0
    """From the first try of a request on; later no other is begun."""
    first_wait: float = 0.2
    longest_wait: float = 5.0
    tries: int = 6
    answer: float = 60.0
    """For a whole question with all its tries."""
    slowest_bytes_per_second: int = 32 * 1024
    """What goes up or down more slowly counts as hung."""

    def for_bytes(self, length: int) -> float:
        """Tell for how long so much may travel."""
        return self.answer + length / self.slowest_bytes_per_second


TIMEOUTS = StoreTimeouts()


def client_options(timeouts: StoreTimeouts, *, allow_http: bool) -> ClientConfig:
    """Configure the HTTP client."""
    return {
        "allow_http": allow_http,
        "connect_timeout": timedelta(seconds=timeouts.connect),
        "read_timeout": timedelta(seconds=_HUNG_SECONDS),
        "timeout": _LONGEST_REQUEST,
    }


def retry_config(timeouts: StoreTimeouts) -> RetryConfig:
    """Configure what is asked again: everything here may be, for what an object's name says never changes."""
    return {
        "max_retries": timeouts.tries - 1,
        "retry_timeout": timedelta(seconds=timeouts.retry),
        "backoff": {
            "init_backoff": timedelta(seconds=timeouts.first_wait),
            "max_backoff": timedelta(seconds=timeouts.longest_wait),
            "base": 2,
        },
    }
