"""Every problem of several manifests: errors, and what may be a slip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.discover import manifests_that_may_read
from sora2batch.app.batch.findings import findings_of
from sora2batch.app.batch.loader import BatchLoader, loader_for
from sora2batch.app.batch.source import Source, find_sources
from sora2batch.app.config.settings import is_strict
from sora2batch.app.output.excerpt import in_order, problem_lines
from sora2batch.app.output.json_document import print_json, problems_to_json
from sora2batch.app.output.output import Printer
from sora2batch.app.planning.strictness import strictly
from sora2batch.app.preflight import look_at_urls
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.pending_job import AskedJob, PendingJob
from sora2batch.ground.problem import START, Fault, Problem
from sora2batch.ground.rule import Level, Rule
from sora2batch.ground.text import counted
from sora2batch.manifest.manifest_error import ManifestError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ValidateArgs:
    """The command line, as given."""

    manifests: tuple[Path, ...]
    """With *changed*, any files."""
    tools_dirs: tuple[Path, ...]
    as_json: bool
    images: bool
    """Whether URLs are looked at."""
    strict: bool | None
    """None leaves it to the settings."""
    changed: bool

    @property
    def paths(self) -> Sequence[Path]:
        """The manifests and folders that are meant."""
        return manifests_that_may_read(self.manifests) if self.changed else self.manifests


class Checked(NamedTuple):
    """What is wrong with manifests, and what else is to be said of them."""

    problems: Sequence[Problem]
    """In order; what is no error is among them."""
    notices: Sequence[str]

    @property
    def is_valid(self) -> bool:
        """Whether none is an error."""
        return all(one.level is not Level.ERROR for one in self.problems)

    @property
    def exit_code(self) -> ExitCode:
        """What the program says at its end."""
        return ExitCode.DONE if self.is_valid else ExitCode.USAGE


def validate(args: ValidateArgs, printer: Printer) -> ExitCode:
    """Print what is wrong with any of the manifests.

    Raises:
        UsageError: a folder holds no manifest.
        CatalogError: a tool file is no good.
    """
    checked = check(args, printer)
    if args.as_json:
        document: JsonObject = {"valid": checked.is_valid, "problems": problems_to_json(checked.problems)}
        print_json(document | ({"notices": list(checked.notices)} if checked.notices else {}), printer)
    else:
        printer.output_listing(problem_lines(checked.problems))
    return checked.exit_code


def check(args: ValidateArgs, printer: Printer) -> Checked:
    """Find what is wrong with any of the manifests; tell of those that are sound.

    Raises:
        UsageError: a folder holds no manifest.
        CatalogError: a tool file is no good.
    """
    loader = loader_for(args.tools_dirs)
    problems: list[Problem] = []
    notices: list[str] = []
    for source in find_sources(args.paths):
        found = _load(source, loader)
        if isinstance(found, Batch):
            own = [*findings_of(found), *(look_at_urls(found, printer) if args.images else ())]
            strict = is_strict(found.manifest.path.parent, flag=args.strict)
            checked = Checked(list(strictly(own)) if strict else own, found.notices)
            _tell(found, checked, printer)
            problems += checked.problems
            notices += checked.notices
        else:
            problems += found
    return Checked(in_order(problems), notices)


def _load(source: Source, loader: BatchLoader) -> Batch | Sequence[Problem]:
    try:
        return loader.load_source(source)
    except ManifestError as error:
        return error.problems
    except UsageError as error:
        # A file that is not there hides the problems of no other.
        return [_missing(source, error)]


def _missing(source: Source, error: UsageError) -> Problem:
    fault = Fault(rule=Rule.UNREADABLE_FILE, message=error.message, hint=error.hint)
    return fault.at(source.path.as_posix(), START)


def _sums(asked: Sequence[AskedJob]) -> str:
    """Tell how many jobs there are and what they cost; those apart that rest on the results of others."""
    later = [job for job in asked if isinstance(job, PendingJob)]
    now = [job for job in asked if not isinstance(job, PendingJob)]
    jobs, price = counted(len(now), "job"), sum(job.credits for job in now)
    if not later:
        return f"{jobs}, {price:,} credits if all are submitted"
    rest = f"{len(later):,} more later for {'at most ' if any(job.gate for job in later) else ''}"
    return f"{jobs} for {price:,} credits now, {rest}{sum(job.credits for job in later):,}"


def _tell(batch: Batch, checked: Checked, printer: Printer) -> None:
    """Say what a sound manifest comes to, and what is to be said of its name."""
    state = "valid" if checked.is_valid else "not valid"
    printer.info(f"{batch.manifest.path}: {state}; {_sums(batch.expansion.asked)}")
    for notice in checked.notices:
        printer.info(f"notice: {notice}")
