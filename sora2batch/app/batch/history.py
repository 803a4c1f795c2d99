"""A batch as it stood in git: its jobs and its lockfile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.ground.job import Credits, Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.lockfile.codec import decode_lockfile
from sora2batch.lockfile.content import Lockfile
from sora2batch.manifest.git_tree import GitTree
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.tree import MissingFileError
from sora2batch.matrix.expand import Expansion, expand
from sora2batch.matrix.stage import Results


def expansion_at(batch: Batch, ref: str, results: Results) -> Expansion:
    """Expand the manifest as it stands in git at a ref; where it is new, there are no jobs.

    Args:
        batch: as it is now.
        ref: the git revision.
        results: what had been made then, for jobs that rest on others.

    Raises:
        Sora2BatchError: there is no such ref, or the manifest has problems there.
    """
    path = batch.manifest.path
    tree = GitTree(path.parent, ref)
    try:
        manifest = load_manifest(path, tree=tree)
    except MissingFileError:
        return Expansion(jobs=(), findings=(), data_digests=())
    return expand(manifest, batch.catalog, tree, results)


class PastState(NamedTuple):
    """A manifest as it stood in git; where it is new, there are no jobs and no budget."""

    jobs: Sequence[Job] = ()
    asked: Sequence[AskedJob] = ()
    """Those that rest on the results of others among them."""
    budget: Credits | None = None


def state_at(batch: Batch, ref: str) -> PastState:
    """Expand the manifest as it stands in git at a ref.

    Raises:
        Sora2BatchError: there is no such ref, or the manifest has problems there.
    """
    path = batch.manifest.path
    tree = GitTree(path.parent, ref)
    try:
        manifest = load_manifest(path, tree=tree)
    except MissingFileError:
        return PastState()
    expansion = expand(manifest, batch.catalog, tree)
    return PastState(expansion.jobs, expansion.asked, manifest.max_credits)


def lockfile_at(batch: Batch, ref: str) -> Lockfile:
    """Read the lockfile as it stands in git at a ref; where there is none, nothing was known.

    Raises:
        Sora2BatchError: there is no such ref, or the lockfile cannot be read.
    """
    path = batch.lock_path
    try:
        data = GitTree(path.parent, ref).read(path.name)
    except MissingFileError:
        return Lockfile(manifest="")
    return decode_lockfile(data, file=f"{ref}:{path.name}")
