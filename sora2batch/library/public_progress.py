"""How far a run has come, as scripts read it."""

from __future__ import annotations

from typing import NamedTuple

from sora2batch.app.tracking.run_progress import RunProgress
from sora2batch.library.html_table import block, line
from sora2batch.plan.outlook import Duration


class Progress(NamedTuple):
    """How far a run has come at one moment; ``str`` of it is a line for a person."""

    to_submit: int
    """Jobs that this run is to submit."""
    submitted: int
    to_generate: int
    """Tasks that it is to see done, those that were open before included."""
    generated: int
    to_download: int
    """Jobs whose files it is to fetch."""
    downloaded: int
    not_submitted: int
    """Jobs that have no task after all: rejected, in doubt or put off."""
    failed: int
    """Tasks that failed or took too long."""
    not_downloaded: int
    """Results that cannot be had now."""
    spent: int
    """Over all runs, in credits."""
    budget: int
    """In credits."""
    left: Duration | None
    """How many more seconds generations take; None where none is to come, or nobody can tell."""
    words: str
    """All of it in a line."""

    @classmethod
    def of(cls, now: RunProgress) -> Progress:
        """Take down how far a run has come."""
        forecast = now.forecast
        return cls(
            to_submit=now.to_submit,
            submitted=now.submitted,
            to_generate=now.to_generate,
            generated=now.generated,
            to_download=now.to_download,
            downloaded=now.downloaded,
            not_submitted=now.refused,
            failed=now.failed,
            not_downloaded=now.missing,
            spent=now.spent,
            budget=now.budget,
            left=forecast.left if forecast else None,
            words=f"{now.line}; {forecast.words}" if forecast else now.line,
        )

    @property
    def fraction(self) -> float:
        """How much of it is done, 0.0 to 1.0, each stage of each job alike; what went wrong is done, too."""
        to_do = self.to_submit + self.to_generate + self.to_download
        downloads = self.to_download > 0
        generates = self.to_generate > 0
        lost = self.not_submitted * (1 + generates + downloads) + self.failed * (1 + downloads)
        lost += self.not_downloaded
        done = self.submitted + self.generated + self.downloaded + lost
        return min(1.0, done / to_do) if to_do else 1.0

    def __str__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return block(f'<progress value="{self.fraction:.3f}"></progress>', line(self.words))
