"""A TOML file with settings: read, and every word in it known and meant."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from sora2batch.app.config.known_settings import BY_NAME
from sora2batch.app.config.layered_setting import Layer, Written, value_of
from sora2batch.app.config.toml_places import TomlPath, key_places
from sora2batch.ground.errors import UsageError
from sora2batch.ground.plainfile import read_plain_file, reason
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import either, visible

PROJECT_TABLE = ("tool", "sora2batch")
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_AT_END = " (at end of document)"
_SECRET = re.compile(r"(^|_)(key|apikey|token|secret|password|credentials?)($|_)", re.IGNORECASE)
_OF_MANIFESTS = frozenset(
    {"budget", "defaults", "jobs", "lint.ignore", "lint.warn", "name", "output.dir", "output.filename"}
    | {"store.outputs", "tool", "vars", "version"}
)
"""What decides what is bought, how it is called or what is told of it: reviewed where the jobs are."""


@dataclass(frozen=True, kw_only=True)
class SettingsFile:
    """A file that has settings."""

    path: Path
    layer: Layer
    text: str
    values: Mapping[str, Any]
    """As TOML has them: tables are nested."""

    def written(self) -> Iterator[tuple[str, Written]]:
        """Go through its settings, by their names.

        Raises:
            UsageError: there is no such setting, or not here.
        """
        yield from self._in_table((), self.values)

    def _in_table(self, above: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[tuple[str, Written]]:
        for key, value in table.items():
            path = (*above, key)
            name = ".".join(path)
            setting = BY_NAME.get(name) if all("." not in part for part in path) else None
            if setting is None and any(one.startswith(f"{name}.") for one in BY_NAME) and "." not in key:
                if not isinstance(value, dict):
                    raise UsageError(f"{self.place_of(path)}: {name} must be a table")
                yield from self._in_table(path, value)
            elif setting is None:
                raise self._unknown(path)
            elif self.layer not in setting.layers:
                raise UsageError(
                    f"{self.place_of(path)}: {name} must not stand here",
                    hint=setting.refusals.get(self.layer),
                )
            else:
                find = partial(self.place_of, path)
                yield name, Written(layer=self.layer, value=value, find=find, folder=self.path.parent)

    def place_of(self, path: TomlPath) -> str:
        """Tell where a key stands, as ``FILE:LINE:COLUMN``."""
        within = PROJECT_TABLE if self.layer is Layer.PROJECT else ()
        start = self._places.get((*within, *path))
        if start is None:
            return str(self.path)
        line_start = self.text.rfind("\n", 0, start) + 1
        return f"{self.path}:{self.text.count(chr(10), 0, start) + 1}:{start - line_start + 1}"

    @cached_property
    def _places(self) -> Mapping[TomlPath, int]:
        return key_places(self.text)

    def _unknown(self, path: tuple[str, ...]) -> UsageError:
        place, name = self.place_of(path), ".".join(map(visible, path))
        if _SECRET.search(path[-1]):
            return UsageError(
                f"{place}: {name}: no secret goes in a file of settings; it is not read",
                hint="take it out; the key is SJINN_API_KEY, or a file that SJINN_API_KEY_FILE names",
            )
        if name in _OF_MANIFESTS:
            return UsageError(
                f"{place}: {name} goes in the manifest alone",
                hint="it decides what is bought, or what is told",
            )
        beside = [one for one in BY_NAME if one.count(".") == name.count(".")]
        near = did_you_mean(name, beside) or did_you_mean(name, BY_NAME)
        return UsageError(
            f"{place}: there is no setting {name}", hint=near or f"the settings are {either(list(BY_NAME))}"
        )


def read_settings(path: Path, layer: Layer) -> SettingsFile | None:
    """Read the settings of a file, each of them held against what it may be; None where it has none.

    Raises:
        UsageError: it cannot be read, or has something that there is not, or that cannot be meant.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise UsageError(f"{path}: {reason(error)}") from error
    return _read(path, layer, (found.st_mtime_ns, found.st_size, found.st_ino))


@lru_cache(maxsize=64)
def _read(path: Path, layer: Layer, _state: tuple[int, int, int]) -> SettingsFile | None:
    try:
        text = read_plain_file(path).decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {reason(error)}") from error
    try:
        table: object = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _no_toml(path, text, str(error)) from error
    for name in PROJECT_TABLE if layer is Layer.PROJECT else ():
        table = table.get(name) if isinstance(table, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {'.'.join(PROJECT_TABLE)} must be a table")
    file = SettingsFile(path=path, layer=layer, text=text, values=table)
    for name, written in file.written():
        value_of(BY_NAME[name], written)
    return file


def _no_toml(path: Path, text: str, told: str) -> UsageError:
    place = _PLACE.search(told)
    where = f"{place[1]}:{place[2]}" if place else _end_of(text)
    return UsageError(f"{path}:{where}: this is no TOML: {_PLACE.sub('', told).removesuffix(_AT_END)}")


def _end_of(text: str) -> str:
    lines = text.rstrip().split("\n")
    return f"{len(lines)}:{len(lines[-1]) + 1}"
