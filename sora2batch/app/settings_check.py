"""What `doctor` finds out about settings: each with the place that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sora2batch.app.config.settings import CREDIT_PRICE, NOTIFY, Setting, credit_price_for, notify_for
from sora2batch.app.output.check import Check, Verdict
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.text import one_line

_ROOM = 200


def check_settings(folder: Path) -> Iterator[Check]:
    """Look up every setting as a manifest of this folder has it."""
    yield _check(CREDIT_PRICE, lambda: credit_price_for(folder), unset="sums are shown in credits alone")
    yield _check(NOTIFY, lambda: _in_words(notify_for(folder)), unset="nobody is told of the end of a run")


def _in_words(setting: Setting[tuple[str, ...]] | None) -> tuple[str, str] | None:
    return (", ".join(setting.value), setting.origin) if setting else None


def _check(name: str, look_up: Callable[[], tuple[object, str] | None], *, unset: str) -> Check:
    try:
        setting = look_up()
    except Sora2BatchError as error:
        message = f"{error.message}; {error.hint}" if error.hint else error.message
        return Check(name=name, verdict=Verdict.BAD, message=message, exit_code=error.exit_code)
    if setting is None:
        return Check(name=name, verdict=Verdict.FINE, message=f"not set: {unset}")
    value, origin = setting
    return Check(
        name=name,
        verdict=Verdict.FINE,
        message=f"{one_line(str(value), _ROOM)}, from {origin}",
    )
