"""A batch as the rules of lint look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from sora2batch.app.batch.batch import Batch
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.pending_job import AskedJob
from sora2batch.lint.subject import LintSubject
from sora2batch.lockfile.content import Lockfile
from sora2batch.manifest.tree import DiskTree
from sora2batch.media.facts import MediaFacts
from sora2batch.media.prober import FileProber, prober_for


def lint_subject(batch: Batch, jobs: Sequence[AskedJob] | None = None) -> LintSubject:
    """Gather what the rules need, of some of the jobs or of all."""
    tree = DiskTree(batch.manifest.path.parent)
    return LintSubject(
        manifest=batch.manifest,
        jobs=batch.expansion.all_jobs if jobs is None else jobs,
        catalog=batch.catalog,
        files=batch.expansion.files,
        tree=tree,
        lockfiles=partial(_lockfiles, batch),
        result_facts=ResultFacts(prober_for(tree)).look_at,
    )


class ResultFacts:
    """Looks at results of jobs that other jobs send."""

    def __init__(self, prober: FileProber) -> None:
        self._prober = prober

    def look_at(self, found: FileInput) -> MediaFacts | None:
        """Tell what a result is; None where it is not in its place, or is not what was made."""
        try:
            facts = self._prober.probe(found.file)
        except Sora2BatchError:
            return None
        return facts if facts.sha256 == found.sha256 else None


def _lockfiles(batch: Batch) -> Mapping[str, Lockfile]:
    try:
        return {batch.lock_path.name: batch.read_lockfile(), **batch.lockfiles_beside()}
    except Sora2BatchError:  # commands that need them tell why
        return {}
