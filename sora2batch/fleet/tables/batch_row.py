"""A batch as the database has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, NamedTuple

from sora2batch.ground.job import Credits
from sora2batch.manifest.model import RunOptions

BATCH_COLUMNS = """
    batch.id, batch.manifest, batch.account, batch.budget, batch.options, batch.fail_fast, batch.store_url,
    batch.public_url, batch.stop_reason, batch.stop_message, batch.ended
"""
"""In the order of ``BatchRow``."""
CHECK = "check"
"""In the options of a batch: whether finished files are looked at, as ``output.check`` says."""
_OPTIONS = {one.name for one in fields(RunOptions)}


class BatchRow(NamedTuple):
    """One row of the table ``batch``, but for its sums."""

    id: int
    manifest: str
    """Its path in the repository."""
    account: str
    budget: Credits
    options: Mapping[str, Any]
    """``RunOptions``, field by field; what a newer program wrote besides is left alone."""
    fail_fast: bool
    store_url: str | None
    public_url: str | None
    stop_reason: str | None
    """The name of a ``StopReason``."""
    stop_message: str | None
    ended: int
    """How many tasks were seen to end."""

    @property
    def run_options(self) -> RunOptions:
        """How fast, how long and how stubbornly its jobs are submitted."""
        return RunOptions(**{name: value for name, value in self.options.items() if name in _OPTIONS})


def options_to_json(options: RunOptions) -> dict[str, Any]:
    """Write options as the database keeps them."""
    return asdict(options)
