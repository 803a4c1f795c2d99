"""What ``diff`` is given: a file as it is on disk, or as it was in git."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from sora2batch.app.batch.discover import manifest_paths
from sora2batch.app.batch.layout import MANIFEST_ENDINGS, BatchLayout, lock_path_of
from sora2batch.app.batch.loader import BatchLoader
from sora2batch.app.batch.source import find_source
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Problem
from sora2batch.ground.text import visible
from sora2batch.lockfile.codec import decode_lockfile
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.journal import LOCK_SUFFIX
from sora2batch.lockfile.state import read_state
from sora2batch.manifest.git_tree import GitTree
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import MissingFileError
from sora2batch.matrix.expand import Expansion, expand
from sora2batch.matrix.stage import RecordedResults

_FORMS = "give a manifest, a lockfile, a git revision, or REVISION:FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one side is read from."""

    path: Path
    ref: str | None = None
    """A git revision; None of the file on disk."""
    is_implied: bool = False
    """Whether only the revision was named; then the file may be missing there."""

    @property
    def name(self) -> str:
        """As a person would ask for it."""
        return self.path.as_posix() if self.ref is None else f"{self.ref}:{self.path.as_posix()}"

    @property
    def is_lockfile(self) -> bool:
        """Tell by its name whether it is a lockfile."""
        return self.path.name.endswith(LOCK_SUFFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSide:
    """What a manifest asks for."""

    name: str
    jobs: Sequence[AskedJob]
    """As they were before anything was made."""
    marks: Mapping[str, Fingerprint]
    """The fingerprint of each job that is known, by key: of those that rest on others by what was made."""
    budget: Credits | None
    """None where there was no manifest."""
    lockfile: Lockfile
    """What is known of its jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockfileSide:
    """What a lockfile knows."""

    name: str
    lockfile: Lockfile


Side: TypeAlias = ManifestSide | LockfileSide


def find_places(old: str, new: str, file: Path | None) -> tuple[Place, Place]:
    """Find out what is meant by both sides; a revision alone is that of the other side's file.

    Raises:
        UsageError: a side names no file, and it is not plain which one is meant.
    """
    first, second = _named(old), _named(new)
    if file is not None and first is not None and second is not None:
        raise UsageError(f"{file}: OLD and NEW name their files already", hint=_FORMS)
    meant = file or (second.path if second else first.path if first else _only_manifest(old, new))
    return first or _at(old, meant), second or _at(new, meant)


def _at(ref: str, path: Path) -> Place:
    return Place(path=path, ref=ref, is_implied=True)


def _named(word: str) -> Place | None:
    """Read a word that names a file; None where it can only be a git revision."""
    path = Path(word)
    if path.is_file():
        return Place(path=path)
    if word.endswith("/") and path.is_dir():
        raise UsageError(f"{visible(word)} is a folder: name one manifest in it", hint=_FORMS)
    ref, colon, name = word.partition(":")
    if colon and ref and name:
        return Place(path=Path(name), ref=ref)
    if word.endswith((LOCK_SUFFIX, *MANIFEST_ENDINGS)):
        raise UsageError(f"there is no file {visible(word)}", hint=_FORMS)
    return None


def _only_manifest(old: str, new: str) -> Path:
    """Take the manifest of this folder, if there is just one."""
    hint = f"name it: `sora2batch diff {visible(old)} {visible(new)} MANIFEST`"
    try:
        found = manifest_paths([Path()])
    except UsageError as error:
        raise UsageError("which file is meant? there is no manifest in this folder", hint=hint) from error
    if len(found) > 1:
        raise UsageError(f"which file is meant? there are {len(found)} manifests in this folder", hint=hint)
    return found[0]


def read_side(place: Place, loader: BatchLoader) -> Side:
    """Read one side.

    Raises:
        Sora2BatchError: there is no such file or revision, or it has problems.
    """
    if place.is_lockfile:
        return LockfileSide(name=place.name, lockfile=_lockfile(place, is_needed=not place.is_implied))
    if place.ref is not None:
        return _manifest_in_git(place, place.ref, loader)
    batch = loader.load_source(find_source(place.path))
    return ManifestSide(
        name=place.name,
        jobs=batch.expansion.asked,
        marks=_marks(batch.expansion),
        budget=batch.manifest.max_credits,
        lockfile=batch.read_lockfile(),
    )


def _manifest_in_git(place: Place, ref: str, loader: BatchLoader) -> ManifestSide:
    tree = GitTree(place.path.parent, ref)
    try:
        manifest = load_manifest(place.path, tree=tree)
        lock = replace(place, path=lock_path_of(place.path, simulated=loader.simulated))
        lockfile = _lockfile(lock, is_needed=False)
        layout = BatchLayout(manifest=place.path, simulated=loader.simulated)
        results = RecordedResults(lockfile.entries, layout.output_name(manifest.output.dir))
        expansion = expand(manifest, loader.tools_for(place.path.parent)[1], tree, results)
    except ManifestError as error:
        raise ManifestError(_in_git(one, ref) for one in error.problems) from error
    except MissingFileError:
        if not place.is_implied:
            raise
        nothing = Lockfile(manifest="")
        return ManifestSide(name=place.name, jobs=(), marks={}, budget=None, lockfile=nothing)
    return ManifestSide(
        name=place.name,
        jobs=expansion.asked,
        marks=_marks(expansion),
        budget=manifest.max_credits,
        lockfile=lockfile,
    )


def _marks(expansion: Expansion) -> Mapping[str, Fingerprint]:
    return {job.key: job.fingerprint for job in expansion.jobs}


def _in_git(problem: Problem, ref: str) -> Problem:
    """Name the revision with the file: the file on disk may say something else at that place."""
    sources = tuple(one._replace(file=f"{ref}:{one.file}") for one in problem.sources)
    return replace(problem, file=f"{ref}:{problem.file}", sources=sources)


def _lockfile(place: Place, *, is_needed: bool) -> Lockfile:
    """Read a lockfile, with its journal where that is on disk, too."""
    if place.ref is None:
        return read_state(place.path, manifest="")
    try:
        data = GitTree(place.path.parent, place.ref).read(place.path.name)
    except MissingFileError:
        if is_needed:
            raise
        return Lockfile(manifest="")
    return decode_lockfile(data, file=place.name)
