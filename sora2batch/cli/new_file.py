"""A manifest that was not there before."""

from __future__ import annotations

from pathlib import Path

from sora2batch.errors import UsageError
from sora2batch.plainfile import reason
from sora2batch.target import check_free

_YAML = (".yaml", ".yml")


def check_new_manifest(path: Path) -> None:
    """Refuse a manifest's target before anything is done that takes time.

    Raises:
        UsageError: it is called something that is no YAML, its folder is missing, it is there already, or
            a manifest beside it has the same lockfile.
    """
    check_name(path)
    check_free(path)
    for suffix in _YAML:
        if (other := path.with_suffix(suffix)).exists():
            raise UsageError(f"{path} would share its lockfile with {other}", hint="name another file")


def check_name(path: Path) -> None:
    """Refuse a manifest's name that does not tell that it is YAML, or leaves no room for its records' names.

    Raises:
        UsageError: so it is.
    """
    if path.suffix not in _YAML:
        raise UsageError(f"{path}: name it something.yaml")
    try:
        path.with_name(f"{path.stem}.sim.journal.jsonl").lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        hint = "its lockfile and journal are named after it"
        raise UsageError(f"{path}: {reason(error)}", hint=hint) from error
