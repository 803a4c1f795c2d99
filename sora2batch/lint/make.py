"""A manifest and its jobs -> what may be a slip in them, beside what shows while they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from sora2batch.ground.problem import Problem
from sora2batch.lint.dear_first import dear_beginnings
from sora2batch.lint.fetchable import unfetchable_urls
from sora2batch.lint.long_prompt import long_prompts
from sora2batch.lint.near_duplicate import near_duplicates
from sora2batch.lint.picture_fit import unfit_pictures
from sora2batch.lint.subject import Finding, LintSubject
from sora2batch.lint.text_condition import text_conditions
from sora2batch.lint.unused_result import unused_results
from sora2batch.lint.wrong_ending import wrong_endings
from sora2batch.manifest.suppression import judged
from sora2batch.matrix.diagnostics import AffectedJobs

_Check: TypeAlias = Callable[[LintSubject], Iterator[Finding]]
_CHECKS: tuple[_Check, ...] = (
    text_conditions,
    near_duplicates,
    long_prompts,
    unfetchable_urls,
    unfit_pictures,
    dear_beginnings,
    wrong_endings,
    unused_results,
)


def lint(subject: LintSubject) -> tuple[Problem, ...]:
    """Find what may be a slip, without what the manifest does not want to hear of."""
    return gathered(subject, (finding for check in _CHECKS for finding in check(subject)))


def gathered(subject: LintSubject, findings: Iterable[Finding]) -> tuple[Problem, ...]:
    """Tell once what jobs share, and leave out what the manifest does not want to hear of."""
    found: dict[Problem, AffectedJobs] = {}
    for finding in findings:
        jobs = found.setdefault(finding.problem, AffectedJobs())
        if finding.key is not None:
            jobs.add(finding.key)
    manifest = subject.manifest
    comments = manifest.document.ignore_comments
    names = manifest.data_file_lines if comments and found else ()
    return tuple(
        judged(
            [replace(problem, message=f"{problem.message}{jobs}") for problem, jobs in found.items()],
            manifest.lint,
            comments,
            file=manifest.document.file,
            data_files=[(manifest.data_file(name), line) for name, line in names],
        )
    )
