"""Settings, for those who need one. Where nothing is configured no other file of this folder is loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sora2batch.app.config.setting_variable import variable_of
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.plainfile import read_plain_file

if sys.platform in {"win32", "darwin"}:
    from platformdirs import user_config_path

if TYPE_CHECKING:
    from sora2batch.app.config.layered_setting import Found
    from sora2batch.fleet.database.queue_url import QueueUrl
    from sora2batch.ground.credit_price import CreditPrice
    from sora2batch.manifest.model import Manifest, RunOptions

_OUR_NAME = b"sora2batch"
_OF_RUNS = (
    "concurrency", "submit_concurrency", "submit_rate", "poll_interval", "timeout", "retries", "stop_after",
)  # fmt: skip


def credit_price_for(folder: Path, environ: Mapping[str, str] = os.environ) -> CreditPrice | None:
    """Look up what a credit costs, for the manifests of a folder; None where nobody has said.

    Raises:
        UsageError: it cannot be meant, or a file with settings cannot be read; so with all below.
    """
    found = find_setting("credit_price", folder, environ=environ)
    price: CreditPrice | None = found.value if found else None
    return price


def recipients_for(folder: Path, environ: Mapping[str, str] = os.environ) -> Found[tuple[str, ...]] | None:
    """Look up who is told when a run ends; None where nobody has said."""
    return find_setting("notify", folder, environ=environ)


def ceiling_for(folder: Path, environ: Mapping[str, str] = os.environ) -> Found[int] | None:
    """Look up what any one batch may cost, whatever its budget; None where nobody has said."""
    found = find_setting("max_credits", folder, environ=environ)
    return found if found and found.value is not None else None


def repository_for(folder: Path) -> str | None:
    """Look up what a folder's repository is called in a fleet; None where nobody has said."""
    found = find_setting("repository", folder)
    return found.value if found and found.value is not None else None


def is_strict(folder: Path, *, flag: bool | None) -> bool:
    """Tell whether warnings are errors."""
    found = find_setting("lint.strict", folder, flag=flag)
    return bool(found.value if found else flag)


def tools_dirs_for(folder: Path, given: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Look up where tools are beside the shipped ones."""
    found = None if given else find_setting("tools_dirs", folder)
    return tuple(found.value if found else given)


def run_options_for(manifest: Manifest, concurrency: int | None = None) -> RunOptions:
    """Put together how a run of a manifest works on this machine."""
    names = [f"run.{name}" for name in _OF_RUNS]
    found = find_settings(names, manifest.path.parent, manifest=manifest)
    changed: dict[str, Any] = {name: one.value for name, one in zip(_OF_RUNS, found or (), strict=False)}
    if concurrency is not None:
        changed["concurrency"] = concurrency
    return replace(manifest.run, **changed)


def images_above_for(manifest: Manifest) -> int:
    """Look up above how many credits a run looks at URLs first."""
    found = _for_manifest("lint.images_above", manifest)
    return int(found.value) if found else manifest.lint.images_above


def checks_clips(manifest: Manifest) -> bool:
    """Tell whether finished files are looked at."""
    found = _for_manifest("output.check", manifest)
    return bool(found.value) if found else manifest.output.check


def configured_color() -> str:
    """Look up whether colours are wanted; what cannot be read is told by those who need more than colours."""
    with suppress(Sora2BatchError, OSError):
        if found := own_setting("color"):
            return str(found.value)
    return "auto"


def configured_queue(environ: Mapping[str, str] = os.environ) -> QueueUrl | None:
    """Look up where the database of the fleet is; None where nobody has said."""
    found = own_setting("queue", environ)
    queue: QueueUrl | None = found.value if found else None
    return queue


def configured_log_file() -> Path | None:
    """Look up where a log is appended to."""
    found = own_setting("log_file")
    place: Path | None = found.value if found else None
    return place


def own_setting(name: str, environ: Mapping[str, str] = os.environ) -> Found[Any] | None:
    """Look up a setting that no project has; None where nobody has said."""
    return find_setting(name, None, environ=environ)


def find_setting(
    name: str,
    folder: Path | None,
    *,
    environ: Mapping[str, str] = os.environ,
    manifest: Manifest | None = None,
    flag: object = None,
) -> Found[Any] | None:
    """Look up any setting; None where there is neither its variable nor a file with settings.

    Args:
        name: as in the table.
        folder: from where a project is looked for upwards; None looks for none.
        environ: the environment.
        manifest: whose words count as well.
        flag: what was given on the command line.
    """
    flags = {} if flag is None else {name: flag}
    found = find_settings((name,), folder, environ=environ, manifest=manifest, flags=flags)
    return found[0] if found else None


def find_settings(
    names: Sequence[str],
    folder: Path | None,
    *,
    environ: Mapping[str, str] = os.environ,
    manifest: Manifest | None = None,
    flags: Mapping[str, object] = MappingProxyType({}),
) -> tuple[Found[Any], ...] | None:
    """Look up several settings at once; None where there is neither one of their variables nor a file."""
    projects = tuple(project_files(folder)) if folder is not None else ()
    own = own_file(environ)
    if not projects and own is None and not any(environ.get(variable_of(name)) for name in names):
        return None
    from sora2batch.app.config.lookup import Scope, look_up  # noqa: PLC0415  # few configure anything

    scope = Scope(environ=environ, projects=projects, own=own, manifest=manifest)
    return tuple(look_up(name, scope, flags.get(name)) for name in names)


def user_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Tell where the user's own settings are; None for an account without a home."""
    if sys.platform in {"win32", "darwin"}:
        return user_config_path("sora2batch", appauthor=False) / "config.toml"
    # As platformdirs does; its import takes longer than all else that a plan does here.
    place = Path(environ.get("XDG_CONFIG_HOME", "").strip() or "~/.config")
    with suppress(RuntimeError):  # a number in a container has no home
        place = place.expanduser()
    return place / "sora2batch" / "config.toml" if place.is_absolute() else None


def own_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Tell where the user's own settings are, if there are any."""
    place = user_file(environ)
    return place if place and place.is_file() else None


def _for_manifest(name: str, manifest: Manifest) -> Found[Any] | None:
    return find_setting(name, manifest.path.parent, manifest=manifest)


def project_files(folder: Path) -> Iterator[Path]:
    """Name the ``pyproject.toml`` upwards that may speak of us; others may be unsound."""
    above = folder.absolute()
    for one in (above, *above.parents):
        path = one / "pyproject.toml"
        if path.is_file() and _speaks_of_us(path):
            yield path


def _speaks_of_us(path: Path) -> bool:
    """Look without reading TOML; what cannot be read may, and who needs it tells why it cannot."""
    try:
        return _OUR_NAME in read_plain_file(path)
    except OSError:
        return True
