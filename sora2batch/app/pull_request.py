"""Plans for a pull request: `plan --format markdown`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from sora2batch.app.output.failure import Failure
from sora2batch.app.output.output import Printer
from sora2batch.app.planning.plan import PlanArgs, plan_and_show
from sora2batch.app.planning.planning import Planned
from sora2batch.gallery.sheet.sheet_file import find_sheet
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.text import without_workflow_commands
from sora2batch.plan.markdown import code, within
from sora2batch.plan.plan_comment import Section, comment_lines, marker_of
from sora2batch.plan.render_markdown import COMMENT_ROOM

_MOST_PROBLEMS = 50


def plan_for_review(args: PlanArgs, printer: Printer) -> ExitCode:
    """Print plans as one comment.

    Raises:
        Sora2BatchError: there is nothing to show: a manifest, the lockfile, a flag.
    """

    def show(plans: Sequence[Planned], refusals: Sequence[Sora2BatchError]) -> None:
        if told := args.worth_telling(plans, refusals):
            printer.output_lines(_for_a_log(comment_of(told, args.manifests)))

    return plan_and_show(args, printer, show)


def _for_a_log(lines: Iterable[str]) -> Iterable[str]:
    """In GitHub Actions standard output may be a log, where some lines are commands."""
    return map(without_workflow_commands, lines) if "GITHUB_ACTIONS" in os.environ else lines


def comment_of(plans: Sequence[Planned], paths: Iterable[Path]) -> Sequence[str]:
    """Make the lines of the comment; each plan has a link to the contact sheet beside its manifest.

    Args:
        plans: at least one.
        paths: the manifests and folders as they were given, by which an older comment is found again.
    """
    return tuple(comment_lines([_section(one) for one in plans], marker_of([_name(path) for path in paths])))


def _section(planned: Planned) -> Section:
    batch = planned.batch
    sheet = find_sheet(batch.layout.sheets, batch.manifest.file, simulated=batch.simulated)
    return Section(planned.plan, planned.comparison, sheet, planned.outlook)


def _name(path: Path) -> str:
    """Name a path as other machines do, too."""
    return path.name if path.is_absolute() else path.as_posix()


def failure_comment(failure: Failure, paths: Iterable[Path]) -> Sequence[str]:
    """Make the comment that stands in a plan's place when there is none."""
    problems = (f"- {code(str(problem))}" for problem in failure.problems)
    hint = [f"Hint: {code(failure.hint)}", ""] if failure.hint else []
    count = len(failure.problems)
    return (
        marker_of([_name(path) for path in paths]),
        "### There is no plan",
        "",
        code(failure.message),
        "",
        *hint,
        *within(problems, count, "problems", room=COMMENT_ROOM // 2, most=_MOST_PROBLEMS),
    )
