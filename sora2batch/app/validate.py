"""Every problem of several manifests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.source import Source, find_sources
from sora2batch.app.output.excerpt import in_order, problem_lines
from sora2batch.app.output.json_document import print_json, problems_to_json
from sora2batch.app.output.output import Printer
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.problem import START, Fault, Problem
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import counted
from sora2batch.manifest.manifest_error import ManifestError


def validate(
    printer: Printer, *, manifests: Sequence[Path], tools_dirs: Sequence[Path], as_json: bool
) -> ExitCode:
    """Print what is wrong with any of the manifests.

    Raises:
        UsageError: a folder holds no manifest.
        CatalogError: a tool file is no good.
    """
    loader = loader_for(tools_dirs)
    found: list[Problem] = []
    notices: list[str] = []
    for source in find_sources(manifests):
        try:
            batch = loader.load_source(source)
        except ManifestError as error:
            found += error.problems
        except UsageError as error:
            # A file that is not there hides the problems of no other.
            found.append(_missing(source, error))
        else:
            notices += _tell(batch, printer)
    problems = in_order(found)
    if as_json:
        document: JsonObject = {"valid": not problems, "problems": problems_to_json(problems)}
        print_json(document | ({"notices": list(notices)} if notices else {}), printer)
    else:
        printer.output_lines(problem_lines(problems))
    return ExitCode.USAGE if problems else ExitCode.DONE


def _missing(source: Source, error: UsageError) -> Problem:
    fault = Fault(rule=Rule.UNREADABLE_FILE, message=error.message, hint=error.hint)
    return fault.at(source.path.as_posix(), START)


def _tell(batch: Batch, printer: Printer) -> Sequence[str]:
    """Say what a manifest comes to, and what may be a slip in it."""
    jobs = batch.expansion.jobs
    price = sum(job.credits for job in jobs)
    printer.info(
        f"{batch.manifest.path}: valid; {counted(len(jobs), 'job')}, {price:,} credits if all are submitted"
    )
    notices = (*batch.notices, *batch.expansion.notices)
    for notice in notices:
        printer.info(f"notice: {notice}")
    return notices
