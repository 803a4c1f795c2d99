"""Every word that was written of a setting, from all places. Loaded only where there is such a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sora2batch.app.config.known_settings import BY_NAME
from sora2batch.app.config.layered_setting import Found, Layer, Setting, Written, resolve

if TYPE_CHECKING:
    from sora2batch.manifest.model import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """For whom a setting is looked up."""

    environ: Mapping[str, str]
    projects: Sequence[Path] = ()
    """Files ``pyproject.toml`` that may have settings, the nearest first."""
    own: Path | None = None
    """The user's own file, where it exists."""
    manifest: Manifest | None = None


def look_up(name: str, scope: Scope, flag: object = None) -> Found[Any]:
    """Find out what a setting is.

    Args:
        name: as in the table.
        scope: for whom.
        flag: what was given on the command line; None where nothing was.

    Raises:
        UsageError: what counts cannot be meant, or a file with settings cannot be read.
    """
    setting = BY_NAME[name]
    return resolve(setting, _written(setting, scope, flag))


def _written(setting: Setting[Any], scope: Scope, flag: object) -> Iterator[Written]:
    """Go through what counts from the nearest on; a limit and ``doctor`` want all of it."""
    if flag is not None and Layer.FLAG in setting.layers:
        yield Written(layer=Layer.FLAG, value=flag, find=lambda: setting.flag)
    if Layer.ENVIRONMENT in setting.layers and (given := scope.environ.get(setting.variable, "").strip()):
        yield Written(layer=Layer.ENVIRONMENT, value=given, find=lambda: setting.variable)
    if Layer.MANIFEST in setting.layers and scope.manifest:
        yield from _in_manifest(setting, scope.manifest)
    yield from _in_files(setting.name, scope)


def _in_manifest(setting: Setting[Any], manifest: Manifest) -> Iterator[Written]:
    value: Any = manifest.document.data
    path = tuple(setting.name.split("."))
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is not None:
        yield Written(layer=Layer.MANIFEST, value=value, find=partial(_place_in, manifest, path))


def _place_in(manifest: Manifest, path: tuple[str, ...]) -> str:
    position = manifest.document.key_position(path)
    return f"{manifest.document.file}:{position.line}:{position.column}"


def _in_files(name: str, scope: Scope) -> Iterator[Written]:
    if not scope.projects and scope.own is None:
        return
    from sora2batch.app.config.toml_file import read_settings  # noqa: PLC0415  # few have such a file

    project = next((one for path in scope.projects if (one := read_settings(path, Layer.PROJECT))), None)
    own = read_settings(scope.own, Layer.USER) if scope.own else None
    for file in (project, own):
        if file:
            yield from (written for known, written in file.written() if known == name)
