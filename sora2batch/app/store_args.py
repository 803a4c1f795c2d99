"""What `push` and `pull` are given, and whom they tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import BatchLoader, loader_for
from sora2batch.app.output.output import Printer
from sora2batch.run.event import Event, Listener, Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreArgs:
    """The command line, as given."""

    manifest: Path
    select: tuple[str, ...]
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]

    @property
    def loader(self) -> BatchLoader:
        """How the manifest is to be loaded."""
        return loader_for(self.tools_dirs, simulated=self.simulated)

    def load(self) -> Batch:
        """Load the batch.

        Raises:
            Sora2BatchError: that is not possible.
        """
        return self.loader.load(self.manifest)


def tell_warnings(printer: Printer) -> Listener:
    """Hear of events what should be known of a store; here no other happens."""

    def hear(happened: Event, /) -> None:
        if isinstance(happened, Warned):
            printer.error(happened.message)

    return hear
