"""Settings, looked up from the nearest place to the farthest: environment, ``pyproject.toml``, user file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.errors import UsageError
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed, one_line

if sys.platform in {"win32", "darwin"}:
    from platformdirs import user_config_path

_T = TypeVar("_T")

CREDIT_PRICE = "credit_price"
NOTIFY = "notify"
SETTINGS = (CREDIT_PRICE, NOTIFY)
NOBODY = "none"
BELL = "bell"
DESKTOP = "desktop"

_TABLE = ("tool", "sora2batch")
_PRICE = re.compile(r"(\S+)\s+(\S+)")
_AMOUNT = re.compile(r"(?=\.?[0-9])[0-9]{0,7}(\.[0-9]{0,12})?")
_CURRENCY = re.compile("[A-Z]{3}")
_ROOM = 60
_EXAMPLE = 'write "0.0006 USD", say: a number above 0 and three capital letters of ISO 4217'


class Setting(NamedTuple, Generic[_T]):
    """A value, and where it comes from."""

    value: _T
    origin: str
    """Such as ``SORA2BATCH_CREDIT_PRICE`` or ``pyproject.toml:12``."""


class _Written(NamedTuple):
    """A setting as somebody wrote it."""

    value: object
    origin: str
    is_own: bool = True
    """Whether it is the user's own word, and not that of whoever made the repository."""


def credit_price_for(folder: Path, environ: Mapping[str, str] = os.environ) -> Setting[CreditPrice] | None:
    """Look up what a credit costs, for the manifests of a folder; None where nobody has said.

    Raises:
        UsageError: it is no price, or a file cannot be read.
    """
    return _first(CREDIT_PRICE, _read_price, folder, environ)


def notify_for(folder: Path, environ: Mapping[str, str] = os.environ) -> Setting[tuple[str, ...]] | None:
    """Look up what is called when a run ends; None where nobody has said.

    Raises:
        UsageError: it is no list of commands, a repository wants a program started, or as above.
    """
    return _first(NOTIFY, _read_notify, folder, environ)


def user_file(environ: Mapping[str, str]) -> Path | None:
    """Tell where the user's own settings are; None for an account without a home."""
    if sys.platform in {"win32", "darwin"}:
        return user_config_path("sora2batch", appauthor=False) / "config.toml"
    # As platformdirs does; its import takes longer than all else that a plan does here.
    place = Path(environ.get("XDG_CONFIG_HOME", "").strip() or "~/.config")
    with suppress(RuntimeError):  # a number in a container has no home
        place = place.expanduser()
    return place / "sora2batch" / "config.toml" if place.is_absolute() else None


def _first(
    name: str, read: Callable[[_Written], _T], folder: Path, environ: Mapping[str, str]
) -> Setting[_T] | None:
    for written in _written(name, folder, environ):
        try:
            return Setting(read(written), written.origin)
        except ValueError as error:
            raise UsageError(f"{written.origin}: {name} {error.args[0]}", hint=error.args[1]) from None
    return None


def _written(name: str, folder: Path, environ: Mapping[str, str]) -> Iterator[_Written]:
    """Go through the places that have a setting, the nearest first; a file is read only if it is needed."""
    variable = f"SORA2BATCH_{name.upper()}"
    if text := environ.get(variable, "").strip():
        yield _Written(text, variable)
    has_project = False
    for path, within in _files(folder, environ):
        if (within and has_project) or not path.is_file():
            continue
        from sora2batch.app.config.toml_file import read_table  # noqa: PLC0415  # few have such a file

        table = read_table(path, within=within, known=SETTINGS)
        has_project |= bool(table and within)
        if table and name in table.values:
            yield _Written(table.values[name], table.place_of(name), is_own=not within)


def _files(folder: Path, environ: Mapping[str, str]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Name the files that may have settings, and in which table: of projects, then of the user."""
    above = folder.absolute()
    for one in (above, *above.parents):
        yield one / "pyproject.toml", _TABLE
    if own := user_file(environ):
        yield own, ()


def _read_price(written: _Written) -> CreditPrice:
    match written.value:
        case str(text) if found := _PRICE.fullmatch(text.strip()):
            amount, currency = found.groups()
        case {"amount": str() | int() | Decimal() as given, "currency": str(currency), **rest}:
            amount = _digits(given) if isinstance(given, Decimal) else str(given)
            if rest:
                other = next(iter(rest))
                raise ValueError(f"has no part {_shown(other)}", did_you_mean(other, ("amount", "currency")))
        case other:
            raise ValueError(f"is {_shown(other)}, which is no price", _EXAMPLE)
    if not _AMOUNT.fullmatch(amount) or not Decimal(amount):
        raise ValueError(f"has the amount {_shown(amount)}", _EXAMPLE)
    if not _CURRENCY.fullmatch(currency):
        raise ValueError(f"has the currency {_shown(currency)}", _EXAMPLE)
    return CreditPrice(Decimal(amount), currency)


def _digits(number: Decimal) -> str:
    """Write a number without an exponent; one that is no price anyway stays as short as it was written."""
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < _ROOM else str(number)


def _read_notify(written: _Written) -> tuple[str, ...]:
    match written.value:
        case str(text):
            commands = [line.strip() for line in text.splitlines()]
        case list(texts) if all(isinstance(one, str) for one in texts):
            commands = [one.strip() for one in texts]
        case other:
            raise ValueError(f"is {_shown(other)}", "write a command, or a list of commands")
    commands = [one for one in commands if one]
    foreign = next((one for one in commands if one not in {BELL, DESKTOP, NOBODY}), None)
    if foreign and not written.is_own:
        raise ValueError(
            f"would start {_shown(foreign)}: a repository may name {listed((BELL, DESKTOP))} only",
            "commands go in --notify, SORA2BATCH_NOTIFY or your own config.toml",
        )
    return tuple(commands)


def _shown(value: object) -> str:
    return listed([one_line(value, _ROOM)]) if isinstance(value, str) else one_line(str(value), _ROOM)
