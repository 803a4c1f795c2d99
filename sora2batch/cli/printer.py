"""The printer of the command line: standard output and standard error, a person at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sora2batch.app.output.failure import print_error
from sora2batch.cli import standard_output
from sora2batch.cli.color import AUTO, is_colored
from sora2batch.cli.table import (
    BAR_PROGRESS,
    BOARDS,
    EVENT_LINE,
    EVENT_NOTES,
    LINE_PROGRESS,
    LIVE_SCREEN,
    PAINTED,
    WORK_BAR,
    WORK_LINES,
    resolve,
)
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.terminal_width import without_controls
from sora2batch.ground.text import without_workflow_commands

if TYPE_CHECKING:
    from sora2batch.app.batch.snapshot import BatchSnapshot
    from sora2batch.app.output.output import Screen
    from sora2batch.app.tracking.run_progress import RunProgress
    from sora2batch.ground.clock import Clock
    from sora2batch.run.event import Event, Listener


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClickPrinter:
    """What commands get as their ``Printer`` and ``Display``."""

    level: int = 0
    color: str = AUTO
    note: Callable[[str], None] | None = None
    """Where everything is noted down that anybody might be told."""

    @classmethod
    def of(cls, verbose: int, *, quiet: bool, color: str = AUTO) -> ClickPrinter:
        """Read the flags."""
        return cls(level=-1 if quiet else verbose, color=color)

    @property
    def is_terminal(self) -> bool:
        """Whether results are read on a terminal."""
        return sys.stdout.isatty()

    @property
    def can_ask(self) -> bool:
        """Whether somebody is there to answer."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def info(self, message: str) -> None:
        """Tell something that most people want to know."""
        self._tell(message, least=0)

    def debug(self, message: str) -> None:
        """Tell something that few people want to know."""
        self._tell(message, least=1)

    def error(self, message: str) -> None:
        """Tell something that everybody must know; a run does not end because nobody listens."""
        self._tell(message, least=self.level)

    def _tell(self, message: str, *, least: int) -> None:
        if self.note:
            self.note(message)
        if self.level < least:
            return
        shown = _in_a_log(without_controls(message))
        with suppress(OSError):
            if is_colored(self.color, sys.stderr):
                click.echo(resolve(PAINTED)(shown), err=True, color=True)
            else:
                click.echo(shown, err=True)

    def failure(self, error: Sora2BatchError) -> None:
        """Tell of an error that does not end the program."""
        print_error(error, self)

    def output(self, text: str | bytes) -> None:
        """Print a line or more of the result; bytes are a document, and stay as they are."""
        standard_output.echo(_in_a_log(text) if isinstance(text, str) else text)

    def output_lines(self, lines: Iterable[str]) -> None:
        """Print any number of lines in a few big writes."""
        standard_output.echo_lines(lines)

    def output_listing(self, lines: Iterable[str]) -> None:
        """Print lines that begin with what they are about, where colours are wanted in its colour."""
        told = map(_in_a_log, lines)
        if is_colored(self.color, sys.stdout):
            standard_output.echo_lines(map(resolve(PAINTED), told), is_colored=True)
        else:
            standard_output.echo_lines(told)

    def output_file(self, data: bytes) -> None:
        """Print a file byte for byte."""
        standard_output.write_out(data)

    def confirm(self, question: str) -> bool:
        """Ask for a yes; Ctrl-C and the end of the input are a no."""
        try:
            return click.confirm(question, err=True)
        except click.Abort:
            self.error("")
            return False

    @property
    def can_redraw(self) -> bool:
        """Whether results are read on a terminal that can be drawn over."""
        return self.is_terminal and _is_capable()

    def bell(self) -> bool:
        """Ring the terminal's bell; tell whether there is one."""
        if not sys.stderr.isatty():
            return False
        with suppress(OSError):
            click.echo("\a", err=True, nl=False)
        return True

    def event(self, manifest: str, happened: Event) -> None:
        """Tell in a line what happened."""
        resolve(EVENT_LINE)(self, manifest, happened)

    def progress(self, run_progress: RunProgress) -> AbstractContextManager[Listener]:
        """Show a run's events on standard error, in the way that suits it."""
        opened: AbstractContextManager[Listener]
        if self._draws:
            opened = resolve(BAR_PROGRESS)(run_progress, self, is_colored=is_colored(self.color, sys.stderr))
            if self.note:  # bars tell it past this printer
                opened = resolve(EVENT_NOTES)(opened, self.note)
        else:
            opened = resolve(LINE_PROGRESS)(run_progress, self)
        return opened

    def work(self, name: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Show how far a long work has come on standard error, in the way that suits it."""
        opened: AbstractContextManager[Callable[[int], None]]
        if self._draws:
            opened = resolve(WORK_BAR)(name, total, is_colored=is_colored(self.color, sys.stderr))
        else:
            opened = resolve(WORK_LINES)(name, total, self)
        return opened

    @property
    def _draws(self) -> bool:
        """Whether standard error is a terminal that is watched."""
        return self.level >= 0 and sys.stderr.isatty() and _is_capable()

    def boards(self, snapshots: Sequence[BatchSnapshot], clock: Clock) -> None:
        """Draw statuses at a terminal."""
        resolve(BOARDS)(snapshots, clock.now(), is_colored=is_colored(self.color, sys.stdout))

    def screen(self, clock: Clock, interval: float) -> AbstractContextManager[Screen]:
        """Open a live view."""
        opened: AbstractContextManager[Screen]
        opened = resolve(LIVE_SCREEN)(clock, interval, is_colored=is_colored(self.color, sys.stdout))
        return opened


def _in_a_log(text: str) -> str:
    """Make a text for people fit for a log of GitHub Actions, where some lines are commands."""
    return without_workflow_commands(text) if "GITHUB_ACTIONS" in os.environ else text


def _is_capable() -> bool:
    return os.environ.get("TERM") != "dumb"
