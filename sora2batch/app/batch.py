"""A manifest on the command line: loaded, expanded, and with its lockfile and folder found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.argument import arguments_for
from sora2batch.app.source import Source, find_source, find_sources, lock_path_of
from sora2batch.app.stamp import Stamp, StampedTree
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Credits
from sora2batch.ground.problem import Problem
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.state import read_state
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.model import Manifest
from sora2batch.manifest.tree import DiskTree, Tree
from sora2batch.matrix.expand import Expansion, expand
from sora2batch.plan.action import Plan
from sora2batch.plan.decision import FileFault
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.notice import duplicate_notices, shared_task_notices, tool_notices
from sora2batch.plan.selection import Selection
from sora2batch.run.artifact import Artifacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A manifest with all that belongs to it."""

    manifest: Manifest
    expansion: Expansion
    catalog: Catalog
    simulated: bool
    budget: Credits
    tools_dirs: tuple[Path, ...]
    """Where tools were looked for beside the shipped ones."""
    sources: Mapping[Path, Stamp]
    """The manifest and its data files, each as it stood before it was read."""
    notices: tuple[str, ...] = ()
    """What is to be said of the name under which the manifest was given."""

    @property
    def lock_path(self) -> Path:
        """``NAME.lock.jsonl`` beside the manifest; the simulator has its own."""
        return lock_path_of(self.manifest.path, simulated=self.simulated)

    @property
    def arguments(self) -> str:
        """What a command of ours is to be given so that it means this batch."""
        return arguments_for(self.manifest.path, simulated=self.simulated, tools_dirs=self.tools_dirs)

    @property
    def run_arguments(self) -> str:
        """The same for ``run``: with the budget that was given instead of the manifest's."""
        is_own = self.budget == self.manifest.max_credits
        return self.arguments if is_own else f"{self.arguments} --max-credits {self.budget}"

    @property
    def output_dir(self) -> Path:
        """``output.dir``, seen from the manifest's folder; the simulator has its own, ``DIR.sim``."""
        folder = self.manifest.path.parent / self.manifest.output.dir
        if not self.simulated:
            return folder
        is_named = folder.name not in {"", ".."}
        return folder.with_name(f"{folder.name}.sim") if is_named else folder / "out.sim"

    @property
    def artifacts(self) -> Artifacts:
        """The files of the output folder."""
        return Artifacts(self.output_dir)

    def read_lockfile(self) -> Lockfile:
        """Read what is known, a dead run's journal included; writes nothing."""
        return read_state(self.lock_path, manifest=self.manifest.file)

    def lockfiles_beside(self) -> dict[str, Lockfile]:
        """Read the other lockfiles of the folder, simulated ones apart from real ones, by their names.

        Raises:
            LockfileError: one of them cannot be read.
        """
        mine = self.lock_path.name
        return {
            path.name: read_state(path, manifest="")
            for path in sorted(self.lock_path.parent.glob("*.lock.jsonl"))
            if path.name != mine and path.name.endswith(".sim.lock.jsonl") is self.simulated
        }

    def _duplicates(self, lockfile: Lockfile) -> tuple[str, ...]:
        """Tell of jobs that were paid for under another manifest, as when one was split in two."""
        new = [job for job in self.expansion.jobs if job.fingerprint not in lockfile.entries]
        if not new:
            return ()
        try:
            beside = self.lockfiles_beside()
        except Sora2BatchError as error:
            return (f"whether other lockfiles here hold the same jobs is not known: {error.message}",)
        return duplicate_notices(new, beside, self.lock_path.name)

    def plan(self, lockfile: Lockfile, selection: Selection, file_fault: FileFault | None = None) -> Plan:
        """Make the plan for what the lockfile says; files are looked at quickly unless it is said how."""
        notices = tool_notices(self.expansion.jobs, self.catalog) + self.notices + self.expansion.notices
        notices += shared_task_notices(lockfile) + self._duplicates(lockfile)
        inputs = PlanInputs(
            manifest=self.manifest.file,
            jobs=self.expansion.jobs,
            lockfile=lockfile,
            budget=self.budget,
            selection=selection,
            notices=notices,
        )
        return make_plan(inputs, file_fault or self.artifacts.quick_fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLoader:
    """How manifests are to be loaded."""

    catalog: Catalog
    tools_dirs: tuple[Path, ...] = ()
    """Where its tools come from, beside the shipped ones."""
    simulated: bool = False
    max_credits: int | None = None
    """Instead of the manifest's budget."""

    def load(self, path: Path) -> Batch:
        """Load and expand one manifest, by any of its names.

        Raises:
            ManifestError: it has problems.
            UsageError: it is missing, or recorded under another name.
        """
        return self.load_source(find_source(path))

    def load_source(self, source: Source) -> Batch:
        """Load and expand one manifest.

        Raises:
            ManifestError: it has problems.
            UsageError: it is missing.
        """
        path = source.path
        tree = StampedTree(DiskTree(path.parent), path.parent)
        tree.stamp(path)
        try:
            manifest = load_manifest(path)
        except ManifestError as error:
            raise _with_expansion(error, self.catalog, tree) from None
        expansion = expand(manifest, self.catalog, tree)
        budget = manifest.max_credits if self.max_credits is None else Credits(self.max_credits)
        return Batch(
            manifest=manifest,
            expansion=expansion,
            catalog=self.catalog,
            simulated=self.simulated,
            budget=budget,
            tools_dirs=self.tools_dirs,
            sources=tree.stamps,
            notices=source.notices,
        )

    def load_all(self, paths: Sequence[Path]) -> tuple[Batch, ...]:
        """Load every manifest before anything is done about the first.

        Raises:
            ManifestError: the problems of all of them.
            UsageError: a file is missing.
        """
        batches: list[Batch] = []
        problems: list[Problem] = []
        for source in find_sources(paths):
            try:
                batches.append(self.load_source(source))
            except ManifestError as error:
                problems += error.problems
        if problems:
            raise ManifestError(tuple(problems))
        return tuple(batches)


def _with_expansion(error: ManifestError, catalog: Catalog, tree: Tree) -> ManifestError:
    """Add the problems that the sound parts of a manifest show when they are expanded."""
    if error.sound is None:
        return error
    try:
        expand(error.sound, catalog, tree)
    except ManifestError as further:
        return ManifestError(dict.fromkeys((*error.problems, *further.problems)))
    return error


def loader_for(
    tools_dirs: Sequence[Path], *, simulated: bool = False, max_credits: int | None = None
) -> BatchLoader:
    """Read the catalogue and get ready to load."""
    return BatchLoader(
        catalog=load_catalog(tools_dirs),
        tools_dirs=tuple(tools_dirs),
        simulated=simulated,
        max_credits=max_credits,
    )
