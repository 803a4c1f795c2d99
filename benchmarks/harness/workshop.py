"""Where a benchmark does its work, and how much of it: every size is an option."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """A folder of its own, and the sizes that were asked for."""

    folder: Path
    """Empty at first; removed afterwards."""
    pairs: int = 9
    """Of whole processes."""
    inner_pairs: int = 5
    """Of what is measured inside one process."""
    axes: tuple[int, ...] = (25, 20, 20)
    """Values of each axis of the middle matrix."""
    large_axes: tuple[int, ...] = (50, 50, 40)
    rows: int = 10_000
    """Of a list of jobs."""
    latency_seconds: float = 0.2
    """Of the slow server."""
    rounds: int = 80
    """How many times all calls at once are made: N = rounds x C."""
    instant_jobs: int = 10_000
    lines: int = 100_000
    """Of the journal and the large lockfile."""
    open_tasks: int = 10_000
    poll_seconds: float = 5.0
    files: int = 200
    file_bytes: int = 5_000_000
    picture_bytes: int = 2_000_000
    fleet_jobs: int = 2000
    """Carried out by workers."""
    fleet_tasks: int = 100_000
    """Open ones, asked about by workers."""
    seconds: float = 600.0
    """No single process may take longer."""

    def file(self, name: str, text: str | bytes) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path
