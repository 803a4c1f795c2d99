"""How slowly a body may come: a host that sends a byte now and then would hold a download for ever."""

from __future__ import annotations

from dataclasses import dataclass, field

from sora2batch.ground.clock import Clock

_WINDOW_SECONDS = 60.0
_LEAST_BYTES = 60 * 1024


@dataclass(slots=True)
class Flow:
    """Counts what comes in, minute by minute."""

    clock: Clock
    _began: float = field(init=False)
    _bytes: int = 0

    def __post_init__(self) -> None:
        self._began = self.clock.monotonic()

    def has_dried_up(self, count: int) -> bool:
        """Note some bytes; tell whether less than 1 KiB a second came for a whole minute."""
        self._bytes += count
        now = self.clock.monotonic()
        if now - self._began < _WINDOW_SECONDS:
            return False
        is_slow = self._bytes < _LEAST_BYTES
        self._began, self._bytes = now, 0
        return is_slow
