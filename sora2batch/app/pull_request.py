"""Plans for a pull request: `plan --format markdown`."""

from __future__ import annotations

from sora2batch.app.output.output import Printer
from sora2batch.app.planning import Planned
from sora2batch.gallery.sheet.sheet_file import find_sheet
from sora2batch.plan.render_markdown import plan_markdown


def print_markdown(planned: Planned, printer: Printer) -> None:
    """Print a plan, with a link to the contact sheet that lies beside the manifest."""
    batch = planned.batch
    sheet = find_sheet(batch.layout.sheets, batch.manifest.file, simulated=batch.simulated)
    printer.output_lines(plan_markdown(planned.plan, planned.comparison, sheet, planned.outlook))
