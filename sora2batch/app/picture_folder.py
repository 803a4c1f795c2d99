"""The pictures of a folder, for a manifest that starts from them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sora2batch.ground.errors import UsageError
from sora2batch.ground.text import counted
from sora2batch.manifest.tree import DiskTree, TreeError
from sora2batch.media.facts import MediaError, check_kind
from sora2batch.media.kind import MediaKind
from sora2batch.media.prober import FileProber, prober_for

_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp"})
_OTHERS = frozenset({".heic", ".heif", ".tif", ".tiff", ".svg", ".psd", ".raw", ".cr2", ".nef", ".dng"})
"""What people take for pictures, and no browser shows."""
_SIGNS = frozenset("*?[]{},")


class PictureFolder(NamedTuple):
    """What was found."""

    pattern: str
    """Finds exactly these pictures, seen from the manifest's folder: ``images/*.{jpg,png}``."""
    number: int
    left_out: tuple[str, ...]
    """Names of files that look like pictures and cannot be used."""


def find_pictures(folder: Path, *, beside: Path) -> PictureFolder:
    """Find the pictures of a folder, for a manifest that is to be written.

    Raises:
        UsageError: the folder is not in the manifest's folder, holds no picture, or one that is none.
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
    _check_all(prober_for(tree), found)
    return PictureFolder(_pattern(place, found), len(found), left_out)


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


def _check_all(prober: FileProber, names: Sequence[str]) -> None:
    prober.probe_all(names)
    for name in names:
        try:
            check_kind(prober.probe(name, MediaKind.IMAGE), MediaKind.IMAGE)
        except MediaError as error:
            raise UsageError(f'--from-folder: "{name}" {error.message}', hint=error.hint) from error
    prober.close()


def _pattern(place: str, names: Sequence[str]) -> str:
    endings = sorted({Path(name).suffix.removeprefix(".") for name in names})
    some = endings[0] if len(endings) == 1 else f"{{{','.join(endings)}}}"
    return f"{place}/*.{some}" if place else f"*.{some}"
