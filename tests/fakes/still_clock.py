"""A clock that stands still until it is moved, and a sleeper that only takes notes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class StillClock:
    def __init__(self, moment: datetime = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)) -> None:
        self.moment = moment
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
