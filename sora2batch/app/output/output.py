"""What a command may say, as ports; ``cli`` passes the real things in, tests pass fakes.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from sora2batch.ground.errors import Sora2BatchError

if TYPE_CHECKING:  # for those who draw
    from sora2batch.app.batch.snapshot import BatchSnapshot
    from sora2batch.app.batch.watcher import BatchWatcher
    from sora2batch.app.tracking.run_progress import RunProgress
    from sora2batch.ground.clock import Clock
    from sora2batch.run.event import Event, Listener

MOST_LINES_AT_A_TERMINAL = 200
"""Of a listing by job; a longer one is summed up by group."""


class OutputError(Sora2BatchError):
    """Standard output takes no more, and somebody waits for it: a full disk, say."""


class Printer(Protocol):
    """Where words go."""

    @property
    def level(self) -> int:
        """How much to tell: -1 quiet, 0 as usual, 1 verbose, 2 very verbose."""
        ...

    @property
    def is_terminal(self) -> bool:
        """Whether results are read on a terminal."""
        ...

    def info(self, message: str) -> None:
        """Tell something that most people want to know."""
        ...

    def debug(self, message: str) -> None:
        """Tell something that few people want to know."""
        ...

    def error(self, message: str) -> None:
        """Tell something that everybody must know; a run does not end because nobody listens."""
        ...

    def failure(self, error: Sora2BatchError) -> None:
        """Tell of an error that does not end the program: what is wrong, and what to do about it."""
        ...

    def output(self, text: str | bytes) -> None:
        """Print a line or more of the result.

        Raises:
            OutputError: it cannot be written; that is told once, what comes after goes into the void.
        """
        ...

    def output_lines(self, lines: Iterable[str]) -> None:
        """Print any number of lines, which hold nothing that steers a terminal, in a few big writes.

        Raises:
            OutputError: as above.
        """
        ...

    def output_listing(self, lines: Iterable[str]) -> None:
        """Print such lines, each beginning with a state, a verdict or a sign: these are seen best in colours.

        Raises:
            OutputError: as above.
        """
        ...

    def output_file(self, data: bytes) -> None:
        """Print a file byte for byte.

        Raises:
            OutputError: as above.
        """
        ...


class RunDisplay(Printer, Protocol):
    """A printer through which a run can ask, and show its events."""

    @property
    def can_ask(self) -> bool:
        """Whether somebody is there to answer."""
        ...

    def confirm(self, question: str) -> bool:
        """Ask for a yes; Ctrl-C and the end of the input are a no."""
        ...

    def progress(self, run_progress: RunProgress) -> AbstractContextManager[Listener]:
        """Show a run's events while the block lasts."""
        ...


class Display(RunDisplay, Protocol):
    """A printer that can also ask, and draw what changes."""

    def bell(self) -> bool:
        """Ring the terminal's bell; tell whether there is one."""
        ...

    def work(self, name: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Show how far a long work has come while the block lasts; call it with how much more is done."""
        ...

    def boards(self, snapshots: Sequence[BatchSnapshot], clock: Clock) -> None:
        """Draw statuses at a terminal."""
        ...

    def event(self, manifest: str, happened: Event) -> None:
        """Tell in a line what happened to a job of a batch, or to whoever works on several of them."""
        ...

    @property
    def can_redraw(self) -> bool:
        """Whether results are read on a terminal that can be drawn over."""
        ...

    def screen(self, clock: Clock, interval: float) -> AbstractContextManager[Screen]:
        """Open what shows batches that are watched, looked at every *interval* seconds."""
        ...


class Screen(Protocol):
    """Where the watched are shown."""

    def show(self, watched: Sequence[BatchWatcher]) -> None:
        """Show them as they are now."""
        ...
