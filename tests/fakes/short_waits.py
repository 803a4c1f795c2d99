"""Nobody is there who needs the pauses: what waits before it asks again waits a moment only."""

from __future__ import annotations

from collections.abc import Callable

from sora2batch.run import pace, poll_answer
from sora2batch.sjinn import timeouts


def shorten_waits(seconds: float, put: Callable[[object, str, float], None] = setattr) -> None:
    """Make every backoff short, the first one and those that follow.

    Args:
        seconds: of the first one; the longest is twenty times that.
        put: ``monkeypatch.setattr`` where others come after.
    """
    longest = seconds * 20
    put(timeouts, "FIRST_BACKOFF_SECONDS", seconds)
    put(timeouts, "LONGEST_BACKOFF_SECONDS", longest)
    put(pace, "FIRST_PAUSE_SECONDS", seconds)
    put(pace, "LONGEST_PAUSE_SECONDS", longest)
    put(poll_answer, "LONGEST_BACKOFF_SECONDS", longest)
