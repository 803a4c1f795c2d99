"""What `doctor` finds out about settings: each with its value and the place that it comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sora2batch.app.backend.known_secrets import redact
from sora2batch.app.checks.check import Check
from sora2batch.app.config.known_settings import OTHER_VARIABLES, SETTINGS
from sora2batch.app.config.layered_setting import Found, Layer, Setting
from sora2batch.app.config.lookup import Scope, look_up
from sora2batch.app.config.setting_variable import PREFIX
from sora2batch.app.config.settings import own_file, project_files
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.suggest import nearest
from sora2batch.ground.text import one_line, readable, without_secrets
from sora2batch.manifest.model import Manifest

_ROOM = 200
_COMMANDS = "notify"
_QUEUE = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsReport:
    """All settings as they are for a manifest or a folder."""

    checks: tuple[Check, ...]
    settings: tuple[JsonObject, ...]
    """Those that could be read, for programs."""


def report_settings(
    manifest: Manifest | None,
    tools_dirs: Sequence[Path],
    *,
    folder: Path = Path(),
    environ: Mapping[str, str] = os.environ,
) -> SettingsReport:
    """Look up every setting, and what in the environment looks like one and is none.

    Args:
        manifest: whose words count as well; None where there is none that can be read.
        tools_dirs: what was given with the flag.
        folder: from where a project is looked for, where there is no manifest.
        environ: the environment.
    """
    folder = manifest.path.parent if manifest else folder
    scope = Scope(
        environ=environ, projects=tuple(project_files(folder)), own=own_file(environ), manifest=manifest
    )
    flags = {"tools_dirs": tuple(tools_dirs) or None}
    checks: dict[Check, None] = {}
    settings: list[JsonObject] = []
    for setting in SETTINGS:
        try:
            found = look_up(setting.name, scope, flags.get(setting.name))
        except Sora2BatchError as error:
            checks[Check.failed("settings", error)] = (
                None  # of a file with a slip each setting would tell the same
            )
        else:
            checks[_check(setting, found)] = None
            settings.append(_to_json(setting, found))
    return SettingsReport(checks=(*checks, *_slips(environ)), settings=tuple(settings))


def _check(setting: Setting[Any], found: Found[Any]) -> Check:
    if found.layer is Layer.DEFAULT and setting.unset:
        message = f"not set: {setting.unset}"
    else:
        value = _shown(setting, found.value)
        message = f"{value}, the default" if found.layer is Layer.DEFAULT else f"{value}, from {found.origin}"
    if found.others:
        others = (f"{_shown(setting, one.value)} from {one.origin}" for one in found.others)
        message += f" (and not {', nor '.join(others)})"
    return Check.fine(setting.name, redact(message))


def _slips(environ: Mapping[str, str]) -> Iterator[Check]:
    """Tell of variables that are none of ours and look like one."""
    known = [*OTHER_VARIABLES, *(one.variable for one in SETTINGS if one.variable)]
    ends = [one.removeprefix(PREFIX) for one in known]
    for name in sorted(environ):
        if not name.upper().startswith(PREFIX) or name in known:
            continue
        end = name[len(PREFIX) :]
        if near := end.upper() if end.upper() in ends else nearest(end.upper(), ends):
            message = f"{one_line(name, _ROOM)} is not read; did you mean {PREFIX}{near}?"
            yield Check.note("environment", message)


def _to_json(setting: Setting[Any], found: Found[Any]) -> JsonObject:
    others: list[JsonValue] = [
        {"value": _plain(setting, one.value), "layer": one.layer.value, "origin": readable(one.origin)}
        for one in found.others
    ]
    return {
        "name": setting.name,
        "value": _plain(setting, found.value),
        "layer": found.layer.value,
        "origin": readable(found.origin),
        "instead_of": others,
    }


def _shown(setting: Setting[Any], value: object) -> str:
    plain = _plain(setting, value)
    if isinstance(plain, list):
        return one_line(", ".join(map(str, plain)), _ROOM)
    return {True: "yes", False: "no"}[plain] if isinstance(plain, bool) else one_line(str(plain), _ROOM)


def _plain(setting: Setting[Any], value: object) -> JsonValue:
    """Make JSON of a value, without what may be a secret: passwords in URLs, the arguments of commands."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return int(value) if value.is_integer() else value
        case CreditPrice():
            return str(value)
        case list() | tuple():
            return [_plain(setting, one) for one in value]
        case str() if setting.name == _COMMANDS:
            program, _, rest = value.strip().partition(" ")
            return _text(f"{program} …" if rest else program)
        case str() if setting.name == _QUEUE:  # another one than what counts: its password is not known
            return "…"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    return readable(redact(without_secrets(text)))
