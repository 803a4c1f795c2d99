"""Manifests become batches: loaded, expanded, and with their lockfiles and folders found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.known_results import KnownResults
from sora2batch.app.batch.layout import BatchLayout
from sora2batch.app.batch.source import Source, find_source, find_sources
from sora2batch.app.batch.stamp import StampedTree
from sora2batch.app.config.settings import tools_dirs_for
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.ground.job import Credits
from sora2batch.ground.problem import Problem
from sora2batch.manifest.load import FaultyManifestError, load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree, FileTree
from sora2batch.matrix.expand import expand


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BatchLoader:
    """How manifests are to be loaded."""

    catalog: Catalog
    """Of the tools that the call names."""
    tools_dirs: tuple[Path, ...] = ()
    """Where these come from, beside the shipped ones."""
    simulated: bool = False
    max_credits: int | None = None
    """Instead of the manifest's budget."""

    def tools_for(self, folder: Path) -> tuple[tuple[Path, ...], Catalog]:
        """Find the tools of a folder's manifests, and where they come from beside the shipped ones.

        Raises:
            CatalogError: a tool file is no good.
            UsageError: a setting is no good.
        """
        found = tools_dirs_for(folder, self.tools_dirs)
        return found, self.catalog if found == self.tools_dirs else load_catalog(found)

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
        tools_dirs, catalog = self.tools_for(path.parent)
        tree = StampedTree(DiskTree(path.parent), path.parent)
        tree.watch(str(path))
        try:
            manifest = load_manifest(path)
        except FaultyManifestError as error:
            raise _with_expansion(error, catalog, tree) from None
        layout = BatchLayout(manifest=manifest.path, simulated=self.simulated)
        known = KnownResults(manifest, layout)
        expansion = expand(manifest, catalog, tree, known)
        budget = manifest.max_credits if self.max_credits is None else Credits(self.max_credits)
        return Batch(
            manifest=manifest,
            expansion=expansion,
            catalog=catalog,
            simulated=self.simulated,
            budget=budget,
            tools_dirs=tools_dirs,
            named_tools_dirs=self.tools_dirs,
            sources=tree.stamps,
            notices=source.notices,
            known=known,
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


def _with_expansion(error: FaultyManifestError, catalog: Catalog, tree: FileTree) -> ManifestError:
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
