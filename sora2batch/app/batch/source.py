"""One manifest, one name: a file that goes by several is one batch, recorded once, and never paid twice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.discover import is_manifest, manifest_paths
from sora2batch.app.batch.layout import MANIFEST_ENDINGS, SIMULATED, BatchLayout, lock_path_of
from sora2batch.ground.errors import UsageError
from sora2batch.ground.plainfile import is_led_out


class Source(NamedTuple):
    """A manifest to load."""

    path: Path
    """Of the file itself, not of a link to it; spelled as the user did where it is none."""
    notices: tuple[str, ...] = ()
    """What is to be said of the name that was given."""


def find_source(path: Path) -> Source:
    """Follow a link to the manifest that it names.

    Raises:
        UsageError: what was paid for is recorded under another name of the same file.
    """
    return _united([_followed(path)])


def find_sources(paths: Sequence[Path]) -> tuple[Source, ...]:
    """Replace folders by the manifests inside; each file once, in order, whatever names it has.

    Raises:
        UsageError: a folder holds no manifest, a file is recorded twice, or two would share a lockfile.
    """
    groups: dict[object, list[Source]] = {}
    for path in manifest_paths(paths):
        source = _followed(path)
        groups.setdefault(_identity(source.path), []).append(source)
    found = tuple(_united(group) for group in groups.values())
    _refuse_shared_lockfiles(source.path for source in found)
    return found


def _followed(path: Path) -> Source:
    real = _real(path) if path.is_symlink() else path
    if not real.name:  # this folder, or the root: nothing lies beside it
        raise UsageError(f"the manifest {path} cannot be read: it is a folder")
    if real.stem.endswith(SIMULATED):
        message = f'{real}: "{SIMULATED}" at the end of a name is kept for what the simulator makes'
        raise UsageError(message, hint="give the manifest another name")
    if real is path:
        return Source(path=path)
    if is_led_out(path, path.parent):  # its lockfile and clips would be written there
        message = f"{path} is a link that leads out of its folder"
        raise UsageError(message, hint=f"name the manifest itself: {real}")
    _refuse_other_record(path, real)
    target = os.path.relpath(_true(path), _true(path.parent))
    lock = lock_path_of(Path(target), simulated=False)
    return Source(path=real, notices=(f"{path.name} is a link to {target}: its results are in {lock}",))


def _real(link: Path) -> Path:
    """Name the file that a link leads to, as seen from here."""
    real = Path(_true(link))
    if str(real.parent) == _true(link.parent):
        return link.with_name(real.name)
    try:
        return real if link.is_absolute() else Path(os.path.relpath(real))
    except ValueError:  # another drive
        return real


def _true(path: Path) -> str:
    """Resolve every link on the way; unlike a path's own method, a loop of links is no error."""
    return os.path.realpath(path)


def _identity(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return _true(path)
    return found.st_dev, found.st_ino


def _united(group: Sequence[Source]) -> Source:
    """Take one of the names of a file: the one under which it has been recorded, else the first."""
    names: dict[str, Path] = {}
    for source in group:
        names.setdefault(_true(source.path), source.path)
    kept = next(filter(_has_record, names.values()), group[0].path)
    others = {_true(path): path for path in _hard_links(kept)} | names
    others.pop(_true(kept))
    for other in others.values():
        _refuse_other_record(other, kept)
    given = dict.fromkeys(notice for source in group for notice in source.notices)
    told = (
        f"{path.name} and {kept.name} are the same file: it is taken once, as {kept.name}"
        for path in others.values()
    )
    return Source(path=kept, notices=(*given, *told, *_neighbours(kept)))


def _hard_links(path: Path) -> list[Path]:
    """Find the other names that a file has in its folder."""
    try:
        if path.stat().st_nlink == 1:
            return []
        return [other for other in sorted(path.parent.iterdir()) if _is_twin(other, path)]
    except OSError:
        return []  # whoever reads it will say so


def _is_twin(other: Path, path: Path) -> bool:
    is_named_so = other.suffix in MANIFEST_ENDINGS and other.name != path.name
    return is_named_so and not other.is_symlink() and other.is_file() and other.samefile(path)


def _neighbours(path: Path) -> Iterator[str]:
    """Tell of another manifest beside this one that would write the same lockfile."""
    for other in (path.with_suffix(ending) for ending in MANIFEST_ENDINGS):
        if other.name != path.name and _identity(other) != _identity(path) and is_manifest(other):
            lock = lock_path_of(path, simulated=False).name
            yield f"{other.name} has the same lockfile as {path.name}, {lock}: give one of them another name"


def _refuse_shared_lockfiles(paths: Iterable[Path]) -> None:
    owners: dict[tuple[str, str], Path] = {}
    for path in paths:
        lock = lock_path_of(path, simulated=False)
        owner = owners.setdefault((_true(lock.parent), lock.name), path)
        if owner is not path:
            message = f"{owner} and {path} would both be recorded in {lock.name}"
            raise UsageError(message, hint="give one of them another name")


def _refuse_other_record(other: Path, kept: Path) -> None:
    """Refuse to begin, or go on with, a second record of one file.

    Raises:
        UsageError: there is one under the other name.
    """
    theirs, ours = (lock_path_of(path, simulated=False) for path in (other, kept))
    if not _has_record(other) or (ours.exists() and theirs.exists() and ours.samefile(theirs)):
        return
    message = f"{other} and {kept} are the same manifest, but {theirs} has results of its own"
    way = f"unite them: `sora2batch lock merge {ours} {ours} {theirs}`, then remove {theirs}"
    hint = way if _has_record(kept) else f"rename it to {ours}, and its journal if there is one"
    raise UsageError(message, hint=hint)


def _has_record(manifest: Path) -> bool:
    return BatchLayout(manifest=manifest, simulated=False).has_record
