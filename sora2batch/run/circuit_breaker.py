"""A store that keeps failing is left alone: told once, and not asked for ever."""

from __future__ import annotations

from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.run.event import Listener, Warned
from sora2batch.store.store_error import StoreDeniedError, StoreUnavailableError

_MOST_IN_A_ROW = 3


class FileError(Sora2BatchError):
    """A file is not what it should be, here or there; other files may be well."""

    exit_code = ExitCode.OPEN


class CircuitBreaker:
    """Counts failures of the store in a row; what the first one says is told."""

    def __init__(self, listener: Listener, *, consequence: str) -> None:
        self._listener = listener
        self._consequence = consequence
        self._in_a_row = 0
        self._is_told = False

    @property
    def is_open(self) -> bool:
        """Tell whether the store has failed so often that it is not asked any more."""
        return self._in_a_row >= _MOST_IN_A_ROW

    def note_success(self) -> None:
        """The store did what it was to do."""
        if not self.is_open:
            self._in_a_row = 0

    def note_failure(self, error: Sora2BatchError) -> None:
        """Something went wrong, of which the first is told; files at fault do not count against the store."""
        self._in_a_row += isinstance(error, StoreUnavailableError | StoreDeniedError)
        if self._is_told:
            return
        self._is_told = True
        self._listener(Warned(message=f"{error.sentence}; {self._consequence}"))
