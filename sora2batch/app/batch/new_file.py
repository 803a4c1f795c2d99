"""A manifest that was not there before."""

from __future__ import annotations

from pathlib import Path

from sora2batch.app.batch.layout import SIMULATED, BatchLayout
from sora2batch.ground.errors import UsageError
from sora2batch.ground.output_file import check_free
from sora2batch.ground.plainfile import reason

_YAML = (".yaml", ".yml")


def check_new_manifest(path: Path) -> None:
    """Refuse a manifest's target before anything is done that takes time.

    Raises:
        UsageError: it is called something that is no YAML, its folder is missing, it is there already, or
            a manifest beside it has the same lockfile.
    """
    check_name(path)
    check_alone(path)


def check_alone(path: Path) -> None:
    """Refuse a manifest that is there already, or that would be recorded in the lockfile of another.

    Raises:
        UsageError: so it is.
    """
    check_free(path)
    for suffix in _YAML:
        if (other := path.with_suffix(suffix)).exists():
            raise UsageError(f"{path} would share its lockfile with {other}", hint="name another file")


def check_name(path: Path) -> None:
    """Refuse a manifest's name that does not tell that it is YAML, or is taken for or by its records.

    Raises:
        UsageError: so it is.
    """
    if path.suffix not in _YAML:
        raise UsageError(f"{path}: name it something.yaml")
    if path.stem.endswith(SIMULATED):
        message = f'{path}: "{SIMULATED}" at the end of a name is kept for what the simulator makes'
        raise UsageError(message, hint="give the manifest another name")
    try:
        BatchLayout(manifest=path, simulated=True).journal.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        hint = "its lockfile and journal are named after it"
        raise UsageError(f"{path}: {reason(error)}", hint=hint) from error
