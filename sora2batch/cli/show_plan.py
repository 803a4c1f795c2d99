"""Plans on standard output, in a few big writes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from sora2batch.cli.result import echo
from sora2batch.plan.model import Plan
from sora2batch.plan.render_text import comparison_lines, plan_lines, short_plan_lines

if TYPE_CHECKING:  # few plans compare
    from sora2batch.plan.compare import Comparison

_LINES_AT_ONCE = 1000
_LINES_AT_A_TERMINAL = 200


def echo_text(plan: Plan, comparison: Comparison | None) -> None:
    """Print a plan for a person; at a terminal a long one is summed up by group."""
    is_long = len(plan.jobs) > _LINES_AT_A_TERMINAL
    _write(short_plan_lines(plan) if is_long and sys.stdout.isatty() else plan_lines(plan))
    if comparison:
        _write(comparison_lines(comparison))


def echo_markdown(plan: Plan, comparison: Comparison | None, sheet: str | None) -> None:
    """Print a plan for a pull request, with a link to the contact sheet of that name."""
    from sora2batch.plan.render_markdown import plan_markdown  # noqa: PLC0415  # for pull requests only

    _write(plan_markdown(plan, comparison, sheet))


def _write(lines: Iterable[str]) -> None:
    rows = iter(lines)
    while chunk := list(islice(rows, _LINES_AT_ONCE)):
        echo("\n".join(chunk))
