"""Contact sheets as files: each says whose it is, so that no other file is taken for one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sora2batch.gallery.sheet.png_text import read_png_text
from sora2batch.ground.output_file import Replaceable, write_over

_SOFTWARE, _SOURCE, _COMMENT = "Software", "Source", "Comment"
_OURS = "sora2batch"
_SIMULATED = "simulated"


def texts_of(manifest: str, *, simulated: bool) -> dict[str, str]:
    """What a sheet says of itself: who made it, from which manifest, and whether it was a simulation."""
    # PNG knows Latin-1 only; other names are spelled with backslashes.
    source = manifest.encode("ascii", "backslashreplace").decode()
    texts = {_SOFTWARE: _OURS, _SOURCE: source}
    return texts | {_COMMENT: _SIMULATED} if simulated else texts


def is_sheet_of(path: Path, manifest: str, *, simulated: bool) -> bool:
    """Tell whether a file is a contact sheet of a manifest; reads a few bytes of it."""
    found = read_png_text(path)
    return found is not None and dict(found) == texts_of(manifest, simulated=simulated)


def find_sheet(candidates: Iterable[Path], manifest: str, *, simulated: bool) -> str | None:
    """Choose of several files the first that is a contact sheet of a manifest, and give its name."""
    return next((one.name for one in candidates if is_sheet_of(one, manifest, simulated=simulated)), None)


def write_sheet(path: Path, data: bytes, manifest: str) -> None:
    """Write a sheet whole or not at all; only a sheet of the same manifest may be written over.

    Raises:
        UsageError: something else is there, or it cannot be written.
    """
    write_over(path, data, sheets_of(manifest))


def sheets_of(manifest: str) -> Replaceable:
    """Only sheets of the same manifest are written over, be they simulated or not."""

    def is_one(path: Path) -> bool:
        return any(is_sheet_of(path, manifest, simulated=one) for one in (False, True))

    hint = "name another file; - is standard output"
    return Replaceable(noun=f"contact sheet of {manifest}", is_one=is_one, hint=hint)
