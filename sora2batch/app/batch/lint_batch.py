"""A batch as the rules of lint look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from sora2batch.app.batch.batch import Batch
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Job
from sora2batch.lint.subject import LintSubject
from sora2batch.lockfile.content import Lockfile
from sora2batch.manifest.tree import DiskTree


def lint_subject(batch: Batch, jobs: Sequence[Job] | None = None) -> LintSubject:
    """Gather what the rules need, of some of the jobs or of all."""
    return LintSubject(
        manifest=batch.manifest,
        jobs=batch.expansion.jobs if jobs is None else jobs,
        catalog=batch.catalog,
        files=batch.expansion.files,
        tree=DiskTree(batch.manifest.path.parent),
        lockfiles=partial(_lockfiles, batch),
    )


def _lockfiles(batch: Batch) -> Mapping[str, Lockfile]:
    try:
        return {batch.lock_path.name: batch.read_lockfile(), **batch.lockfiles_beside()}
    except Sora2BatchError:  # commands that need them tell why
        return {}
