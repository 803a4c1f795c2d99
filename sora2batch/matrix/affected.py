"""The jobs that share a problem or a notice: the first one's name, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass, field

from sora2batch.ground.problem import Source


@dataclass(slots=True, kw_only=True)
class AffectedJobs:
    """None where it shows before there are jobs."""

    first: str | None = None
    count: int = 0
    sources: dict[Source, None] = field(default_factory=dict)
    """Where the values of the first few were written."""

    def add(self, key: str) -> None:
        """Count one more job."""
        self.first = self.first or key
        self.count += 1

    def __str__(self) -> str:
        match self.count - 1:
            case -1:
                return ""
            case 0:
                return f" (job {self.first})"
            case 1:
                return f" (job {self.first} and 1 more job)"
            case more:
                return f" (job {self.first} and {more} more jobs)"
