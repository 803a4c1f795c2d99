"""The API key: kept where no log, traceback or file can pick it up by accident."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, quote_plus

from sora2batch.errors import UsageError
from sora2batch.sjinn.key_text import KeyTextError, decode_key_text, key_in

KEY_VARIABLE = "SJINN_API_KEY"
KEY_FILE_VARIABLE = "SJINN_API_KEY_FILE"
_MASK = "***"
_LONGEST_FILE = 64 * 1024
_ESCAPE = re.compile("%[0-9A-F]{2}")


class ApiKey:
    """A key that shows itself only to who calls ``reveal``.

    Raises:
        UsageError: the text cannot be a key; the message does not show it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str, *, origin: str = KEY_VARIABLE) -> None:
        try:
            self._value = key_in(value)
        except KeyTextError as error:
            raise _no_key(origin, error) from None

    def reveal(self) -> str:
        """Hand out the key itself, for the Authorization header and nothing else."""
        return self._value

    def redact(self, text: str) -> str:
        """Replace the key, also where it is URL-encoded or JSON-escaped, by three stars."""
        for form in self._forms():
            text = text.replace(form, _MASK)
        return text

    def _forms(self) -> list[str]:
        encoded = {quote(self._value, safe=""), quote(self._value), quote_plus(self._value)}
        lower = {_ESCAPE.sub(lambda match: match[0].lower(), form) for form in encoded}
        escaped = {json.dumps(self._value)[1:-1], self._value.replace("/", "\\/")}
        # The longest first, or a short form would leave the tail of a long one behind.
        return sorted({self._value} | encoded | lower | escaped, key=len, reverse=True)

    def __repr__(self) -> str:
        return f"ApiKey({_MASK})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not to be pickled or copied into a file")


def load_key(environ: Mapping[str, str]) -> ApiKey | None:
    """Take the key from ``SJINN_API_KEY``, else from the file that ``SJINN_API_KEY_FILE`` names; else None.

    Raises:
        UsageError: the file cannot be read, or what was found cannot be a key.
    """
    value = environ.get(KEY_VARIABLE, "").strip()
    if value:
        return ApiKey(value)
    file = environ.get(KEY_FILE_VARIABLE, "").strip()
    return _load_file(file) if file else None


def _load_file(name: str) -> ApiKey:
    origin = f"{KEY_FILE_VARIABLE} ({name})"
    try:
        file = Path(name).expanduser()
        data = _read(file) if file.is_file() else _read_once(file)
        return ApiKey(decode_key_text(data), origin=origin)
    except KeyTextError as error:
        raise _no_key(origin, error) from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be opened"
        raise UsageError(f"{KEY_FILE_VARIABLE} names {name}, which cannot be read: {reason}") from error


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        data = stream.read(_LONGEST_FILE + 1)
    if len(data) > _LONGEST_FILE:
        raise KeyTextError(f"it is larger than {_LONGEST_FILE // 1024} KiB")
    return data


@cache
def _read_once(file: Path) -> bytes:
    """Read what gives its content only once, such as ``<(pass show sjinn)``; the key is wanted more often."""
    return _read(file)


def _no_key(origin: str, why: KeyTextError) -> UsageError:
    hint = f"put the key alone there, or {KEY_VARIABLE}=KEY in a file"
    return UsageError(f"{origin} holds no usable API key: {why}", hint=hint)
