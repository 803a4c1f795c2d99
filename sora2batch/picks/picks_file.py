"""A picks file that is kept up to date while people mark what they like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sora2batch.ground.edited_file import write_edited
from sora2batch.ground.errors import UsageError
from sora2batch.ground.output_file import check_folder
from sora2batch.ground.plainfile import followed_inside, read_inside, reason
from sora2batch.picks.picks import Pick, Picks, parse_picks
from sora2batch.picks.picks_merge import merge_picks
from sora2batch.picks.picks_text import head_of, picks_text

_TRIES = 5
"""Somebody else writes the file just now; nobody does so five times in a row."""
_NOTHING = b"picks: []\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class PicksFile:
    """The file by its name; nothing of it is remembered, for others write it too."""

    path: Path
    manifest: str
    """The bare name of the manifest whose jobs are picked."""
    makes_folder: bool = False
    """Whether a folder that is not there is made with the first pick; else the file is refused."""

    def read(self) -> Picks:
        """Read what stands in it; nothing where there is no such file.

        Raises:
            ManifestError: it is no picks file.
            UsageError: it cannot be read, or written where it is.
        """
        return self._parsed(self._text())

    def save(self, made: Sequence[Pick]) -> None:
        """Put picks into it, whole or not at all; what others have written meanwhile stays.

        Raises:
            ManifestError: it is no picks file any more, and stays as it is.
            UsageError: it cannot be read or written.
        """
        for _ in range(_TRIES):
            text = self._text()
            news = self._with(text, made)
            if news is None:
                return
            if self._text() == text:
                self._make_folder()
                write_edited(followed_inside(self.path), news)
                return
        raise UsageError(f"{self.path} is being written by somebody else all the time")

    def _with(self, text: bytes | None, made: Sequence[Pick]) -> bytes | None:
        """Make the next text; None where nothing would be said that is not said already."""
        before = self._parsed(text)
        picks = merge_picks(before.picks, made)
        if picks == before.picks:
            return None
        head = {"head": head_of(text.decode())} if text else {}
        return picks_text(before.manifest or self.manifest, picks, **head).encode()

    def _parsed(self, text: bytes | None) -> Picks:
        return parse_picks(text or _NOTHING, file=self.path.as_posix())

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            folder = self.path.parent.as_posix()
            raise UsageError(f"the folder {folder} cannot be made: {reason(error)}") from error

    def _text(self) -> bytes | None:
        if not self.makes_folder:
            check_folder(self.path)
        try:
            return read_inside(self.path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            message = f"the picks file {self.path.as_posix()} cannot be read: {reason(error)}"
            raise UsageError(message) from error
