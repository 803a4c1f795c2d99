"""The API's own clock: what it charged and when can only be compared with times that it would have told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from sora2batch.ground.clock import Clock

ALLOWANCE = timedelta(seconds=2)
"""Differences up to this are the network's and the header's, which has whole seconds only."""
_YEARS = range(2000, 3000)
"""A date out of these is no clock's; and with it, times could not be written or added any more."""


class ServerClock:
    """This machine's clock, set right by the ``Date`` headers of answers (RFC 9110, section 6.6.1).

    From one answer to the next only the monotonic clock counts: where the wall clock is moved meanwhile, a
    call must not be stamped later than it was made, or its charge would be looked for too late.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: tuple[datetime, float] | None = None
        """The time at the last answer, and the monotonic seconds then."""

    def observe(self, headers: Mapping[str, str]) -> None:
        """Compare clocks with an answer that has just come."""
        told = _date_of(headers)
        if told is None:
            return
        here = self._clock.now()
        self._told = (told if abs(told - here) > ALLOWANCE else here, self._clock.monotonic())

    @property
    def is_told(self) -> bool:
        """Tell whether any answer has told the time yet."""
        return self._told is not None

    def now(self) -> datetime:
        """Tell the time that the API would tell, in UTC."""
        if self._told is None:
            return self._clock.now()
        moment, seconds = self._told
        return moment + timedelta(seconds=self._clock.monotonic() - seconds)

    def monotonic(self) -> float:
        """Tell seconds on this machine's monotonic clock."""
        return self._clock.monotonic()


def _date_of(headers: Mapping[str, str]) -> datetime | None:
    text = next((value for name, value in headers.items() if name.lower() == "date"), None)
    return None if text is None else _moment(text)


@lru_cache(maxsize=4)  # all answers of a second say the same
def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.year not in _YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
