"""The API key: kept where no log, traceback or file can pick it up by accident."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, quote_plus

from sora2batch.errors import UsageError

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
        # Only these travel in a header without doubt (RFC 6750 allows even fewer).
        if not value or not all("!" <= character <= "~" for character in value):
            raise UsageError(
                f"{origin} holds no usable API key: it is empty or has white space or non-ASCII characters",
                hint="copy the key alone, without quotes and without the word Bearer",
            )
        self._value = value

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
    return ApiKey(_read(Path(file).expanduser()), origin=f"{KEY_FILE_VARIABLE} ({file})") if file else None


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            text = stream.read(_LONGEST_FILE + 1)
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be opened"
        raise UsageError(f"{KEY_FILE_VARIABLE} names {file}, which cannot be read: {reason}") from error
    # Editors on Windows put a byte order mark in front.
    return text.decode("utf-8-sig", errors="replace").strip() if len(text) <= _LONGEST_FILE else ""
