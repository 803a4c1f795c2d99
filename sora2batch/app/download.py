"""The missing files of one batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.app.batch.loader import loader_for
from sora2batch.app.execution.execution import carry_out
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.input_restore import load_with_inputs
from sora2batch.app.output.output import Display
from sora2batch.ground.errors import ExitCode
from sora2batch.plan.selection import Selection
from sora2batch.run.stages import Stages


def download(
    printer: Display, *, manifest: Path, select: Sequence[str], simulated: bool, tools_dirs: Sequence[Path]
) -> ExitCode:
    """Fetch what is missing or differs; submit nothing.

    Raises:
        Sora2BatchError: nothing was fetched, or the results could not be written down.
    """
    batch, _ = load_with_inputs(loader_for(tools_dirs, simulated=simulated), manifest, printer)
    selection = Selection(select=tuple(select), only=True)
    return carry_out(
        batch, RunRequest(selection=selection, stages=Stages.DOWNLOAD, printer=printer)
    ).file_exit_code
