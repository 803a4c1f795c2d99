"""One thing that ``doctor`` has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sora2batch.app.backend.known_secrets import redact
from sora2batch.ground.errors import ExitCode, Sora2BatchError


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

    @classmethod
    def fine(cls, name: str, message: str) -> Check:
        """Say that all is well."""
        return cls(name=name, verdict=Verdict.FINE, message=message)

    @classmethod
    def note(cls, name: str, message: str) -> Check:
        """Say what one should know, and what keeps no run from its work."""
        return cls(name=name, verdict=Verdict.NOTE, message=message)

    @classmethod
    def bad(cls, name: str, message: str, exit_code: ExitCode = ExitCode.USAGE) -> Check:
        """Say what has to be mended before a run."""
        return cls(name=name, verdict=Verdict.BAD, message=message, exit_code=exit_code)

    @classmethod
    def failed(cls, name: str, error: Sora2BatchError) -> Check:
        """Say what went wrong while it was looked at, and what to do; secrets are taken out of it."""
        return cls.bad(name, redact(sentence_of(error)), error.exit_code)


def sentence_of(error: Sora2BatchError) -> str:
    """Write an error and what to do about it as one check tells them."""
    return f"{error.message}; {error.hint}" if error.hint else error.message
