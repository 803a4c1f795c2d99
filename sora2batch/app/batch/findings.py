"""What may be a slip in a batch, as far as it shows without the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.lint_batch import lint_subject
from sora2batch.ground.problem import Problem
from sora2batch.lint.make import lint
from sora2batch.manifest.model import Manifest


def findings_of(batch: Batch) -> Iterator[Problem]:
    """List what may be a slip in a sound manifest, each in a file as it was given on the command line."""
    for finding in batch.expansion.findings:
        yield replace(finding, file=_as_given(finding.file, batch.manifest))
    yield from lint(lint_subject(batch))


def _as_given(file: str, manifest: Manifest) -> str:
    return manifest.document.file if file == manifest.file else manifest.data_file(file)
