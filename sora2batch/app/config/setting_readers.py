"""What is written of a setting becomes a value: alike from the environment, from TOML and from a manifest.

What a reader raises has two parts: what is wrong, to stand behind the setting's name, and what to write.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from math import inf, isfinite
from os import pathsep
from pathlib import Path

from sora2batch.app.config.layered_setting import Layer, Written
from sora2batch.app.config.recipient import BELL, DESKTOP, NOBODY
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.digits import plain_digits
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed, one_line, without_secrets

_FILES = frozenset({Layer.PROJECT, Layer.USER})
_ROOM = 60
_LONGEST_NAME = 200
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
_DIGITS = re.compile("[0-9]{1,18}")
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_PRICE = re.compile(r"(\S+)\s+(\S+)")
_AMOUNT = re.compile(r"(?=\.?[0-9])[0-9]{0,7}(\.[0-9]{0,12})?")
_CURRENCY = re.compile("[A-Z]{3}")
_EXAMPLE = 'write "0.0006 USD", say: a number above 0 and three capital letters of ISO 4217'


def whole(least: int, most: int) -> Callable[[Written], int]:
    """Read a whole number in bounds."""
    hint = f"write a whole number from {least} to {most}"

    def read(written: Written) -> int:
        value = _number(written)
        if value is None or value != int(value) or not least <= value <= most:
            raise ValueError(f"is {_shown(written.value)}", _meant(written.value) or hint)
        return int(value)

    return read


def number(*, above: float = -inf, least: float = -inf) -> Callable[[Written], float]:
    """Read a number in bounds."""
    hint = f"write a number above {above:g}" if above > -inf else f"write a number from {least:g} on"

    def read(written: Written) -> float:
        value = _number(written)
        if value is None or value <= above or value < least:
            raise ValueError(f"is {_shown(written.value)}", hint)
        return float(value)

    return read


def yes_no(written: Written) -> bool:
    """Read a yes or a no."""
    match written.value:
        case bool(value):
            return value
        case str(text) if written.layer is Layer.ENVIRONMENT and text.lower() in _YES | _NO:
            return text.lower() in _YES
        case other:
            raise ValueError(f"is {_shown(other)}", "write true or false")


def one_of(*choices: str) -> Callable[[Written], str]:
    """Read one of some words."""

    def read(written: Written) -> str:
        if written.value not in choices:
            hint = did_you_mean(written.value, choices) or f"write {listed(choices)}"
            raise ValueError(f"is {_shown(written.value)}", hint)
        return str(written.value)

    return read


def url(*beginnings: str, hint: str) -> Callable[[Written], str]:
    """Read a URL; whoever uses it looks at it more closely."""

    def read(written: Written) -> str:
        found = written.value.strip() if isinstance(written.value, str) else ""
        if not found.startswith(beginnings):
            raise ValueError(f"is {_shown(written.value)}", hint)
        return found

    return read


def queue(written: Written) -> QueueUrl:
    """Read where the database of a fleet is; nothing of it is shown.

    Raises:
        UsageError: it is no URL of such a database.
    """
    text = written.value if isinstance(written.value, str) else ""
    return QueueUrl.parse(text, origin=f"{written.origin}: queue")


def name(written: Written) -> str:
    """Read a name of one line; blanks around it do not count."""
    found = written.value.strip() if isinstance(written.value, str) else ""
    if not found or not found.isprintable() or len(found) > _LONGEST_NAME:
        raise ValueError(f"is {_shown(written.value)}", "write a name, such as studio/campaigns")
    return found


def path(written: Written) -> Path:
    """Read the path of a file or folder."""
    match written.value:
        case Path() as found:
            return found
        case str(given) if given.strip():
            return _placed(given.strip(), written)
        case other:
            raise ValueError(f"is {_shown(other)}", "write a path")


def paths(written: Written) -> tuple[Path, ...]:
    """Read paths: one, or a list; in the environment they are separated as in ``PATH``."""
    match written.value:
        case str(given) if written.layer is Layer.ENVIRONMENT:
            return tuple(_placed(one, written) for one in given.split(pathsep) if one)
        case str(given) if given.strip():
            return (_placed(given.strip(), written),)
        case list() | tuple() as given if all(isinstance(one, str | Path) for one in given):
            return tuple(_placed(one, written) for one in given)
        case other:
            raise ValueError(f"is {_shown(other)}", "write a path, or a list of paths")


def credit_price(written: Written) -> CreditPrice:
    """Read what a credit costs: ``0.0006 USD``, or a table of amount and currency."""
    match written.value:
        case str(given) if found := _PRICE.fullmatch(given.strip()):
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


def commands(written: Written) -> tuple[str, ...]:
    """Read who is told of the end of a run; a repository may start no program."""
    match written.value:
        case str(given):
            found = [line.strip() for line in given.splitlines()]
        case list() | tuple() as given if all(isinstance(one, str) for one in given):
            found = [one.strip() for one in given]
        case other:
            raise ValueError(f"is {_shown(other)}", "write a command, or a list of commands")
    found = [one for one in found if one]
    foreign = next((one for one in found if one not in {BELL, DESKTOP, NOBODY}), None)
    if foreign and written.layer is Layer.PROJECT:
        raise ValueError(
            f"would start {_shown(foreign)}: a repository may name {listed((BELL, DESKTOP))} only",
            "commands go in --notify, SORA2BATCH_NOTIFY or your own config.toml",
        )
    return tuple(found)


def _number(written: Written) -> int | Decimal | float | None:
    """Read a number that is neither a truth value nor without end; None for anything else."""
    match written.value:
        case bool():
            return None
        case int(value):
            return value
        case (float() | Decimal()) as value if isfinite(value):
            return value
        case str(given) if written.layer is Layer.ENVIRONMENT and _NUMBER.fullmatch(given):
            return int(given) if _DIGITS.fullmatch(given) else Decimal(given)
        case _:
            return None


def _meant(value: object) -> str | None:
    meant = plain_digits(value) if isinstance(value, str) else None
    return None if meant is None else f"write {meant}"


def _placed(given: str | Path, written: Written) -> Path:
    """Spell a path as seen from here; one in a file is seen from that file, and ~ is not left to a shell."""
    if written.layer not in _FILES:
        return Path(given)
    try:
        return written.folder / Path(given).expanduser()
    except RuntimeError:
        raise ValueError(f"is {_shown(str(given))}: this account has no home", "write a whole path") from None


def _digits(number: Decimal) -> str:
    """Write a number without an exponent; one that is no price anyway stays as short as it was written."""
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < _ROOM else str(number)


def _shown(value: object) -> str:
    """Quote what somebody wrote, without a password that a URL may hold."""
    if isinstance(value, str):
        return listed([one_line(without_secrets(value), _ROOM)])
    return one_line(without_secrets(str(value)), _ROOM)
