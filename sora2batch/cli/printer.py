"""Messages on standard error: results go to standard output, everything else here."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import click

from sora2batch.ground.cells import without_controls


@dataclass(frozen=True, slots=True, kw_only=True)
class Chatter:
    """How much to tell."""

    level: int = 0
    """-1 quiet, 0 as usual, 1 verbose, 2 very verbose."""

    @classmethod
    def of(cls, verbose: int, *, quiet: bool) -> Chatter:
        """Read the flags."""
        return cls(level=-1 if quiet else verbose)

    def say(self, message: str) -> None:
        """Tell something that most people want to know."""
        if self.level >= 0:
            complain(message)

    def detail(self, message: str) -> None:
        """Tell something that few people want to know."""
        if self.level >= 1:
            complain(message)


def complain(message: str) -> None:
    """Tell something that everybody must know; a run does not end because nobody listens."""
    with suppress(OSError):
        click.echo(without_controls(message), err=True)
