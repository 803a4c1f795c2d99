"""The pictures of a folder, for a manifest that starts from them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sora2batch.ground.errors import UsageError
from sora2batch.ground.text import counted, visible
from sora2batch.manifest.tree import DiskTree, TreeError
from sora2batch.media.facts import MediaError, check_kind
from sora2batch.media.kind import MediaKind
from sora2batch.media.prober import FileProber, prober_for

_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp"})
_OTHERS = frozenset({".heic", ".heif", ".tif", ".tiff", ".svg", ".psd", ".raw", ".cr2", ".nef", ".dng"})
"""What people take for pictures, and no browser shows."""
_SIGNS = frozenset("*?[]{},")
_MOST_TOLD = 20


class PictureFolder(NamedTuple):
    """What was found."""

    pattern: str
    """Finds these pictures, seen from the manifest's folder: ``images/*.{jpg,png}``."""
    number: int
    """Of different pictures."""
    copies: tuple[str, ...]
    """Paths of those that are another one over again, byte for byte: no two jobs may send the same."""
    left_out: tuple[str, ...]
    """Names of files that look like pictures and cannot be used."""


def find_pictures(folder: Path, *, beside: Path) -> PictureFolder:
    """Find the pictures of a folder, for a manifest that is to be written.

    Raises:
        UsageError: the folder is not in the manifest's folder, or it has no picture, or false ones.
    """
    place = _seen_from(beside.parent, folder)
    tree = DiskTree(beside.parent)
    try:
        names = tree.names(f"{place}/*" if place else "*")
    except TreeError as error:
        raise UsageError(f"--from-folder {folder}: {error.message}", hint=error.hint) from error
    found = [name for name in names if Path(name).suffix.lower() in _ENDINGS]
    left_out = tuple(Path(name).name for name in names if Path(name).suffix.lower() in _OTHERS)
    if not found:
        others = f"; {counted(len(left_out), 'file')} of other kinds" if left_out else ""
        hint = "JPEG, PNG, WebP, GIF, AVIF and BMP are; convert the others"
        raise UsageError(f"--from-folder {folder}: there is no picture in it{others}", hint=hint)
    digests = _digests_of(found, prober_for(tree))
    firsts = {digest: name for name, digest in reversed(list(digests.items()))}
    copies = tuple(name for name, digest in digests.items() if firsts[digest] != name)
    return PictureFolder(_pattern(place, found), len(firsts), copies, left_out)


def _seen_from(base: Path, folder: Path) -> str:
    """Spell a folder as a manifest does, or refuse one that it could not name."""
    if not folder.is_dir():
        raise UsageError(f"--from-folder {folder}: there is no such folder")
    try:
        inside = Path(os.path.realpath(folder)).relative_to(os.path.realpath(base))
    except ValueError as error:
        raise UsageError(
            f"--from-folder {folder}: it is not in {base.absolute()}, the manifest's folder, or below it",
            hint=f"write the manifest beside it: sora2batch init {folder.parent / 'campaign.yaml'} …",
        ) from error
    place = "" if inside == Path() else inside.as_posix()
    if not _SIGNS.isdisjoint(place):
        raise UsageError(f"--from-folder {folder}: a pattern cannot name it", hint="rename the folder")
    return place


def _digests_of(names: Sequence[str], prober: FileProber) -> dict[str, str]:
    """Read the pictures; what is wrong with them is told of all at once.

    Raises:
        UsageError: some are no pictures, or too large.
    """
    prober.probe_all(names)
    digests: dict[str, str] = {}
    faults: list[tuple[str, str | None]] = []
    for name in names:
        try:
            facts = prober.probe(name, MediaKind.IMAGE)
            check_kind(facts, MediaKind.IMAGE)
            digests[name] = facts.sha256
        except MediaError as error:
            faults.append((f'"{visible(name)}" {error.message}', error.hint))
        except TreeError as error:
            faults.append((error.message, error.hint))
    prober.close()
    if faults:
        hints = (hint for _, hint in faults if hint)
        raise UsageError(_first_few([told for told, _ in faults]), hint=next(hints, None))
    return digests


def _first_few(faults: Sequence[str]) -> str:
    more = [f"and {len(faults) - _MOST_TOLD:,} more"] if len(faults) > _MOST_TOLD else []
    return "\n".join(f"--from-folder: {line}" for line in [*faults[:_MOST_TOLD], *more])


def _pattern(place: str, names: Sequence[str]) -> str:
    endings = sorted({Path(name).suffix.removeprefix(".") for name in names})
    some = endings[0] if len(endings) == 1 else f"{{{','.join(endings)}}}"
    return f"{place}/*.{some}" if place else f"*.{some}"
