"""Where fonts lie on Linux, macOS and Windows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")


def font_folders(environ: Mapping[str, str], home: Path, platform: str = sys.platform) -> list[Path]:
    """Name the folders where a system of that kind keeps fonts; not all of them need be there."""
    if platform == "win32":
        windows, local = environ.get("WINDIR", r"C:\Windows"), environ.get("LOCALAPPDATA")
        own = [Path(local, "Microsoft", "Windows", "Fonts")] if local else []
        return [Path(windows, "Fonts"), *own]
    if platform == "darwin":
        system = Path("/System/Library")
        more = system / "AssetsV2" / "com_apple_MobileAsset_Font7"
        return [system / "Fonts", Path("/Library/Fonts"), home / "Library" / "Fonts", more]
    own_data = environ.get("XDG_DATA_HOME") or str(home / ".local" / "share")
    shared = environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    data = [own_data, *shared.split(os.pathsep), "/usr/share", "/run/current-system/sw/share/X11"]
    return [*(Path(one, "fonts") for one in dict.fromkeys(data) if one), home / ".fonts"]


def font_files(folders: Iterable[Path]) -> list[Path]:
    """List the fonts in some folders, and the folders in them, in an order that does not change."""
    return sorted({path for folder in folders for path in _files_in(folder)})


def _files_in(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names if name.lower().endswith(_ENDINGS))
