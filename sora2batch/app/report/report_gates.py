"""The gates of a batch for its page: what can be picked, what that will cost, what is left for it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.gallery.page.gate import Gates
from sora2batch.gallery.page.offers import PickedJobs, gates_in
from sora2batch.ground.job import Credits
from sora2batch.lockfile.content import Lockfile
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.model import Manifest
from sora2batch.manifest.tree import DiskTree, MissingFileError
from sora2batch.matrix.expand import expand
from sora2batch.matrix.stage import RecordedResults, Stages
from sora2batch.plan.action import Action, Plan


class GateKeeper:
    """Knows what the picks of a manifest decide; it is expanded once more for that, and not at every look."""

    def __init__(self) -> None:
        self._manifest: Manifest | None = None
        self._stages: Stages | None = None
        self._picked: PickedJobs | None = None

    def gates(self, batch: Batch, plan: Plan, lockfile: Lockfile) -> Gates | None:
        """Tell of the gates; None where the manifest has none.

        Args:
            batch: with the jobs of now.
            plan: of all of them.
            lockfile: what is known.
        """
        gates = gates_in(batch.manifest.groups)
        if not gates:
            return None
        if self._manifest is not batch.manifest:
            self._manifest, self._stages = batch.manifest, _open_stages(batch)
            self._picked = PickedJobs(batch.manifest.groups, self._stages.asked) if self._stages else None
        if self._stages is None or self._picked is None:
            return Gates(gates=gates, offers=(), free=_free(plan, ()))
        gated = self._picked.clauses
        folder = batch.layout.output_name(batch.manifest.output.dir)
        possible = self._stages.anew(RecordedResults(lockfile.entries, folder)).jobs
        sent = {job.key for job in possible if job.fingerprint in lockfile.entries}
        offers = self._picked.offers(key for key in gated if key not in sent)
        return Gates(gates=gates, offers=offers, free=_free(plan, gated))


def _open_stages(batch: Batch) -> Stages | None:
    """Expand a manifest as if everything had been picked; None where that would be too much."""
    manifest = batch.manifest
    names = frozenset(axis.picks for group in manifest.groups for axis in group.job_axes if axis.picks)
    try:
        stages = expand(manifest, batch.catalog, _WithoutPicks(manifest.path.parent, names)).stages
    except ManifestError:
        return None
    return stages.without_gates() if stages else None


class _WithoutPicks(DiskTree):
    """A folder as it stands, but for its picks."""

    def __init__(self, root: Path, names: frozenset[str]) -> None:
        super().__init__(root)
        self._names = names

    def read(self, name: str) -> bytes:
        """Read a file."""
        if name in self._names:
            raise MissingFileError(f'"{name}" is not there')
        return super().read(name)


def _free(plan: Plan, gated: Collection[str]) -> Credits:
    """Work out what is left once everything is paid that no pick decides."""
    due = sum(one.credits for one in plan.with_action(Action.SUBMIT) if one.job.key not in gated)
    later = sum(one.credits for one in plan.waiting if one.job.key not in gated)
    return Credits(plan.money.budget - plan.money.spent - due - later)
