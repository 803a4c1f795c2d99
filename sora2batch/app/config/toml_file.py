"""A TOML file with settings: read, and every name in it known."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sora2batch.ground.errors import UsageError
from sora2batch.ground.plainfile import read_plain_file, reason
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed, visible

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_ITS_NAME = b"sora2batch"


class SettingsTable(NamedTuple):
    """What a file says, and where."""

    path: Path
    text: str
    within: tuple[str, ...]
    values: Mapping[str, Any]

    def place_of(self, name: str) -> str:
        """Tell the line of a setting as ``FILE:LINE``; the file alone where the line is not plain."""
        table = r"\s*\.\s*".join(self.within)
        header = re.search(rf"^\s*\[\s*{table}\s*[\].]", self.text, re.MULTILINE)
        start = header.start() if header and table else 0
        spelled = re.compile(rf"^[^#\n]*?[\"']?\b{re.escape(name)}\b[\"']?\s*[=.\]]", re.MULTILINE)
        found = spelled.search(self.text, start)
        if not found:
            return str(self.path)
        return f"{self.path}:{self.text[: found.end()].count(chr(10)) + 1}"


def read_table(path: Path, *, within: tuple[str, ...], known: Sequence[str]) -> SettingsTable | None:
    """Read the settings of a file; None where it has none.

    Raises:
        UsageError: it cannot be read, or has a setting that there is not.
    """
    try:
        data = read_plain_file(path)
        if within and _ITS_NAME not in data:  # somebody else's: whether it is sound is not our business
            return None
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        table: object = tomllib.loads(text, parse_float=Decimal)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {reason(error)}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _no_toml(path, str(error)) from error
    for name in within:
        table = table.get(name) if isinstance(table, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {'.'.join(within)} must be a table")
    found = SettingsTable(path, text, within, table)
    _refuse_unknown(found, known)
    return found


def _no_toml(path: Path, told: str) -> UsageError:
    place = _PLACE.search(told)
    where = f"{path}:{place[1]}:{place[2]}" if place else str(path)
    return UsageError(f"{where}: this is no TOML: {_PLACE.sub('', told)}")


def _refuse_unknown(found: SettingsTable, known: Sequence[str]) -> None:
    for name in found.values:
        if name not in known:
            hint = did_you_mean(name, known) or f"the settings are {listed(known)}"
            raise UsageError(f"{found.place_of(name)}: there is no setting {visible(name)}", hint=hint)
