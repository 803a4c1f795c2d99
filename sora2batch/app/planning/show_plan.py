"""Plans on standard output."""

from __future__ import annotations

from sora2batch.app.output.output import MOST_LINES_AT_A_TERMINAL, Printer
from sora2batch.app.planning.planning import Planned
from sora2batch.plan.render_text import comparison_lines, plan_lines, short_plan_lines


def print_text(planned: Planned, printer: Printer) -> None:
    """Print a plan for a person; at a terminal a long one is summed up by group.

    Raises:
        UsageError: a setting is no good.
    """
    plan, outlook = planned.plan, planned.outlook
    is_long = len(plan.jobs) > MOST_LINES_AT_A_TERMINAL
    lines_of = short_plan_lines if is_long and printer.is_terminal else plan_lines
    printer.output_listing(lines_of(plan, outlook))
    if planned.comparison:
        printer.output_listing(comparison_lines(planned.comparison, outlook.credit_price))
