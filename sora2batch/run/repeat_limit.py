"""After the same refusal so many times in a row nothing more is sent: one cause must not fail them all."""

from __future__ import annotations

import re

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.stop_reason import StopReason
from sora2batch.run.stop_signal import StopSignal
from sora2batch.sjinn.answer import Refusal

_QUOTED = re.compile(r""" "[^"]*" | '[^']*' | `[^`]*` | “[^”]*” | «[^»]*» """, re.VERBOSE)
_LINK = re.compile(r"https?://\S+")
_NAME = re.compile(r"\w*\d[\w.:/-]*")
_NO_WORD = re.compile(r"\W+")
_SHOWN = 200


class SameCauseError(Sora2BatchError):
    """Job after job came to the same end."""


def cause_of(refusal: Refusal) -> tuple[str, str]:
    """Reduce a refusal to what it has in common with others of its cause.

    What differs from job to job is left out: quoted texts, links, ids, numbers, times. Case and punctuation
    do not count.
    """
    text = _QUOTED.sub(" ", refusal.message)
    text = _NAME.sub(" ", _LINK.sub(" ", text))
    return str(refusal.code or ""), _NO_WORD.sub(" ", text).strip().casefold()


class RepeatLimit:
    """Counts the same end of jobs in a row, and ends the submitting when it came too often."""

    def __init__(self, stop_signal: StopSignal, *, limit: int, end: str) -> None:
        """Start counting.

        Args:
            stop_signal: what is set.
            limit: how often; at 1 any cause will do.
            end: what became of each job: ``was rejected``, ``failed``.
        """
        self._stop_signal = stop_signal
        self._limit = limit
        self._end = end
        self._cause: tuple[str, str] | None = None
        self._count = 0

    def add(self, key: str, refusal: Refusal) -> None:
        """Take note of a job that came to this end."""
        if self._limit == 1:
            self._stop_signal.request_stop(StopReason.FAIL_FAST, f"{key} {self._end}")
            return
        cause = cause_of(refusal)
        self._count = self._count + 1 if cause == self._cause else 1
        self._cause = cause
        if self._count == self._limit:
            message = (
                f"{self._count:,} jobs in a row {_plural(self._end)} for the same reason: {_told(refusal)}"
            )
            error = SameCauseError(
                f"no more jobs were submitted: {message}",
                hint="mend the cause, then run again; run.stop_after in the manifest says how many it takes",
            )
            self._stop_signal.request_stop(StopReason.FAIL_FAST, message, error=error)

    def interrupt(self) -> None:
        """Take note of a job that did not: counting begins anew."""
        self._cause = None


def _plural(end: str) -> str:
    return end.replace("was ", "were ")


def _told(refusal: Refusal) -> str:
    code = "" if refusal.code in {None, 0, ""} else f" (code {refusal.code})"
    message = refusal.message
    return f"{message if len(message) <= _SHOWN else f'{message[: _SHOWN - 1]}…'}{code}"
