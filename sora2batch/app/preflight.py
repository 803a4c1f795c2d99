"""URLs of jobs looked at before they are paid for: ``validate --images``, and a ``run`` that spends much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.lint_batch import lint_subject
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.job import Job
from sora2batch.ground.problem import Problem
from sora2batch.ground.rule import Level
from sora2batch.ground.text import counted
from sora2batch.lint.make import gathered
from sora2batch.lint.visited import Address, addresses_in, visited_urls
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.media.visit import Visit

_SPARE = timedelta(hours=1)


def refuse_bad_urls(batch: Batch, jobs: Sequence[Job], printer: Printer) -> None:
    """Look at the URLs of jobs that are about to be paid for, and tell what may go wrong.

    Raises:
        ManifestError: one gives no picture; nothing was sent.
    """
    found = look_at_urls(batch, printer, jobs)
    errors = [one for one in found if one.level is Level.ERROR]
    for one in found:
        if one.level is not Level.ERROR:
            printer.info(one.line)
    if errors:
        raise ManifestError(errors)


def look_at_urls(batch: Batch, printer: Printer, jobs: Sequence[Job] | None = None) -> Sequence[Problem]:
    """Fetch each URL of some jobs, or of all, once; tell what is wrong with what is there."""
    subject = lint_subject(batch, jobs)
    addresses = list(addresses_in(subject))
    if addresses:
        printer.info(
            f"{batch.manifest.file}: looking at {counted(len(addresses), 'URL')} (--no-images does not)"
        )
    visits = _visits(addresses) if addresses else {}
    now = SystemClock().now()
    # A task may wait as long before it begins as we wait for its end.
    until = now + timedelta(seconds=2 * batch.manifest.run.timeout) + _SPARE
    return gathered(subject, visited_urls(subject, visits, now=now, until=until))


def _visits(addresses: Sequence[Address]) -> Mapping[Address, Visit]:
    from sora2batch.app.backend.visit_urls import visit_urls  # noqa: PLC0415  # loads the network

    return run_loop(partial(visit_urls, addresses))
