"""A file that was not there before, whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sora2batch.errors import UsageError
from sora2batch.lockfile.disk import SystemDisk
from sora2batch.lockfile.error import SaveError
from sora2batch.lockfile.file import replace_file

_YAML = (".yaml", ".yml")


def check_new_manifest(path: Path) -> None:
    """Refuse a manifest's target before anything is done that takes time.

    Raises:
        UsageError: it is called something that is no YAML, its folder is missing, it is there already, or
            a manifest beside it has the same lockfile.
    """
    if path.suffix not in _YAML:
        raise UsageError(f"{path}: name it something.yaml")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}")
    if path.exists() or path.is_symlink():
        raise _exists(path)
    for suffix in _YAML:
        if (other := path.with_suffix(suffix)).exists():
            raise UsageError(f"{path} would share its lockfile with {other}", hint="name another file")


def write_new(path: Path, text: str) -> None:
    """Write a file, durably, that nobody else has written.

    Raises:
        UsageError: somebody has, or the disk refused; nothing is left behind.
    """
    try:
        path.open("xb").close()  # from here on the name is ours, whoever else writes in this folder
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    try:
        replace_file(path, text.encode(), disk=SystemDisk())
    except SaveError as error:
        with suppress(OSError):
            path.unlink()
        raise UsageError(error.message) from error


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} exists already", hint="name another file; nothing was changed")
