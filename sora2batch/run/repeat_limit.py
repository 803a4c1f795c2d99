"""After the same refusal so many times in a row nothing more is sent: one cause must not fail them all."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.stop_reason import StopReason
from sora2batch.run.stop_signal import StopSignal
from sora2batch.sjinn.answer import Refusal

_QUOTED = re.compile(r""" "[^"]*" | '[^']*' | `[^`]*` | “[^”]*” | «[^»]*» """, re.VERBOSE)
_LINK = re.compile(r"https?://\S+")
_NAME = re.compile(r"\w*\d[\w.:/-]*")
_NO_WORD = re.compile(r"\W+")
_SHOWN = 200


Cause: TypeAlias = tuple[str, str]
"""(code, the words without what differs from job to job)"""


class SameCauseError(Sora2BatchError):
    """Job after job came to the same end."""


def cause_of(refusal: Refusal) -> Cause:
    """Reduce a refusal to what it has in common with others of its cause.

    What differs from job to job is left out: quoted texts, links, ids, numbers, times. Case and punctuation
    do not count.
    """
    text = _QUOTED.sub(" ", refusal.message)
    text = _NAME.sub(" ", _LINK.sub(" ", text))
    return str(refusal.code or ""), _NO_WORD.sub(" ", text).strip().casefold()


class RepeatCount(NamedTuple):
    """How many jobs in a row came to the same end for the same cause."""

    cause: Cause | None = None
    times: int = 0

    def after(self, refusal: Refusal) -> RepeatCount:
        """Count one more, or begin anew."""
        cause = cause_of(refusal)
        return RepeatCount(cause, self.times + 1 if cause == self.cause else 1)


NO_REPEATS = RepeatCount()


def same_cause_message(times: int, end: str, refusal: Refusal) -> str:
    """Word why nothing more is submitted; *end* is what became of each job: ``was rejected``, ``failed``."""
    return f"{times:,} jobs in a row {_plural(end)} for the same reason: {_told(refusal)}"


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
        self._repeats = NO_REPEATS

    def add(self, key: str, refusal: Refusal) -> None:
        """Take note of a job that came to this end."""
        if self._limit == 1:
            self._stop_signal.request_stop(StopReason.FAIL_FAST, f"{key} {self._end}")
            return
        self._repeats = self._repeats.after(refusal)
        if self._repeats.times == self._limit:
            message = same_cause_message(self._limit, self._end, refusal)
            error = SameCauseError(
                f"no more jobs were submitted: {message}",
                hint="mend the cause, then run again; run.stop_after in the manifest says how many it takes",
            )
            self._stop_signal.request_stop(StopReason.FAIL_FAST, message, error=error)

    def interrupt(self) -> None:
        """Take note of a job that did not: counting begins anew."""
        self._repeats = NO_REPEATS


def _plural(end: str) -> str:
    return end.replace("was ", "were ")


def _told(refusal: Refusal) -> str:
    code = "" if refusal.code in {None, 0, ""} else f" (code {refusal.code})"
    message = refusal.message
    return f"{message if len(message) <= _SHOWN else f'{message[: _SHOWN - 1]}…'}{code}"
