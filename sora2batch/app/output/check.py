"""One thing that `doctor` has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sora2batch.ground.errors import ExitCode


class Verdict(StrEnum):
    """How something is."""

    FINE = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    message: str
    exit_code: ExitCode = ExitCode.USAGE
    """Where it is bad: what a run would end with."""
