"""What a run says where nobody sits at a terminal goes into Python's log, its events to whoever listens."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sora2batch.app.output.failure import print_error
from sora2batch.app.tracking.run_progress import RunProgress
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.terminal_width import without_controls
from sora2batch.library.public_progress import Progress
from sora2batch.run.event import Event, Listener, Ticked

LOGGER = logging.getLogger("sora2batch")
"""What is told during a run: INFO, DEBUG, and ERROR."""


class LogDisplay:
    """What a run has as its display: it asks nobody."""

    level = 1
    is_terminal = False
    can_ask = False

    def __init__(self, listener: Listener, watcher: Callable[[Progress], None]) -> None:
        """Say where events go, and once a second how far the run has come."""
        self._listener = listener
        self._watcher = watcher

    def info(self, message: str) -> None:
        """Tell something that most people want to know."""
        LOGGER.info("%s", without_controls(message))

    def debug(self, message: str) -> None:
        """Tell something that few people want to know."""
        LOGGER.debug("%s", without_controls(message))

    def error(self, message: str) -> None:
        """Tell something that everybody must know."""
        LOGGER.error("%s", without_controls(message))

    def failure(self, error: Sora2BatchError) -> None:
        """Tell of an error that does not end the run."""
        print_error(error, self)

    def output(self, text: str | bytes) -> None:
        """Tell a result."""
        self.info(text if isinstance(text, str) else text.decode("utf-8", "replace"))

    def output_lines(self, lines: Iterable[str]) -> None:
        """Tell a result of several lines."""
        for line in lines:
            self.output(line)

    output_listing = output_lines

    def output_file(self, data: bytes) -> None:
        """Tell a result that is a file."""
        self.output(data)

    def confirm(self, question: str) -> bool:
        """Agree to nothing: whoever called says beforehand whether it may cost something."""
        del question
        return False

    @contextmanager
    def progress(self, run_progress: RunProgress) -> Iterator[Listener]:
        """Pass a run's events on; how far it has come is told when it begins, at each tick, at its end."""

        def hear(event: Event) -> None:
            run_progress.hear(event)
            self._listener(event)
            if isinstance(event, Ticked):
                self._watcher(Progress.of(run_progress))

        self._watcher(Progress.of(run_progress))
        yield hear
        self._watcher(Progress.of(run_progress))
