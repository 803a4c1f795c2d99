"""What is looked at before jobs are paid for: slips, and the URLs of a ``run`` that spends much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.lint_batch import lint_subject
from sora2batch.app.config.settings import run_options_for
from sora2batch.app.output.output import Printer
from sora2batch.app.planning.strictness import refuse_errors, strictly
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.option_words import option, said
from sora2batch.ground.problem import Problem
from sora2batch.ground.rule import Level
from sora2batch.ground.text import counted
from sora2batch.lint.make import gathered, lint
from sora2batch.lint.seen_before import changed_pictures, seen_inputs
from sora2batch.lint.subject import LintSubject
from sora2batch.lint.visited import Address, addresses_in, visited_urls
from sora2batch.lockfile.entry import Seen
from sora2batch.media.visit import Visit

_SPARE = timedelta(hours=1)
_MOST_TOLD = 20


def check_before_paying(
    batch: Batch, jobs: Sequence[Job], printer: Printer, *, looks_at_urls: bool, is_strict: bool = False
) -> Mapping[Fingerprint, Seen]:
    """Tell what may be a slip in jobs that are about to be paid for, also at their URLs.

    What is returned is what was seen there; nothing where nobody looked.

    Raises:
        ManifestError: a URL gives no picture; nothing was sent.
    """
    subject = lint_subject(batch, jobs)
    _tell(lint(subject), printer)
    if not looks_at_urls:
        return {}
    visits = _visits(subject, printer, f"; {option('images', False)} does not")
    found = _judged(subject, visits)
    found = list(strictly(found)) if is_strict else found
    _tell([one for one in found if one.level is not Level.ERROR], printer)
    refuse_errors(found)
    return seen_inputs(subject, visits)


def look_at_urls(batch: Batch, printer: Printer) -> Sequence[Problem]:
    """Fetch each URL of all jobs once; tell what is wrong with what is there."""
    subject = lint_subject(batch)
    return _judged(subject, _visits(subject, printer, ""))


def _tell(found: Sequence[Problem], printer: Printer) -> None:
    for one in found[:_MOST_TOLD]:
        printer.info(f"{one.level}: {one}")
    if (more := len(found) - _MOST_TOLD) > 0:
        way = said("`sora2batch validate`", "`validate`")
        printer.info(f"… and {more:,} more ({way} lists them)")


def _judged(subject: LintSubject, visits: Mapping[Address, Visit]) -> Sequence[Problem]:
    now = SystemClock().now()
    # A task may wait as long before it begins as we wait for its end.
    until = now + timedelta(seconds=2 * run_options_for(subject.manifest).timeout) + _SPARE
    findings = visited_urls(subject, visits, now=now, until=until)
    return gathered(subject, chain(findings, changed_pictures(subject, visits)))


def _visits(subject: LintSubject, printer: Printer, way_out: str) -> Mapping[Address, Visit]:
    if not (addresses := addresses_in(subject)):
        return {}
    printer.info(f"{subject.manifest.file}: looking at {counted(len(addresses), 'URL')}{way_out}")
    from sora2batch.app.backend.visit_urls import visit_urls  # noqa: PLC0415  # loads the network

    return run_loop(partial(visit_urls, addresses))
