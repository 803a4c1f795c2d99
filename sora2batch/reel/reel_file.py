"""Which files are reels of ours: only these are written over."""

from __future__ import annotations

from pathlib import Path

from sora2batch.ground.output_file import Replaceable
from sora2batch.reel.opened_clip import READ_ERRORS, opened_clip

_MARK = "reel by sora2batch of "


def metadata_of(manifest: str) -> dict[str, str]:
    """What a reel says of itself."""
    return {"comment": f"{_MARK}{manifest}"}


def is_reel_of(path: Path, manifest: str) -> bool:
    """Tell whether a file is a reel of a manifest's clips."""
    try:
        with opened_clip(path) as container:
            return container.metadata.get("comment") == f"{_MARK}{manifest}"
    except READ_ERRORS:
        return False


def reels_of(manifest: str) -> Replaceable:
    """Only reels of the same manifest are written over."""

    def is_one(path: Path) -> bool:
        return is_reel_of(path, manifest)

    return Replaceable(noun=f"reel of {manifest}", is_one=is_one)
