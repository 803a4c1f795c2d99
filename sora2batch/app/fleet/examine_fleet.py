"""What ``doctor`` does where a fleet is configured: it looks at that as well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.app.doctor import everything, tell_all
from sora2batch.app.fleet.queue_check import check_queue
from sora2batch.app.output.output import Printer
from sora2batch.ground.errors import ExitCode


def examine_fleet(
    printer: Printer, *, manifest: Path | None, tools_dirs: Sequence[Path], as_json: bool
) -> ExitCode:
    """Look at everything that a run needs, and at the fleet's database; print what was found."""
    return tell_all((*everything(manifest, tools_dirs), *check_queue()), printer, as_json=as_json)
