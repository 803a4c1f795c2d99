"""Plans on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sora2batch.app.output.output import Printer
from sora2batch.plan.action import Plan
from sora2batch.plan.render_text import comparison_lines, plan_lines, short_plan_lines

if TYPE_CHECKING:  # few plans compare
    from sora2batch.plan.compare import Comparison

_LINES_AT_A_TERMINAL = 200


def print_text(plan: Plan, comparison: Comparison | None, printer: Printer) -> None:
    """Print a plan for a person; at a terminal a long one is summed up by group."""
    is_long = len(plan.jobs) > _LINES_AT_A_TERMINAL
    printer.output_lines(short_plan_lines(plan) if is_long and printer.is_terminal else plan_lines(plan))
    if comparison:
        printer.output_lines(comparison_lines(comparison))
