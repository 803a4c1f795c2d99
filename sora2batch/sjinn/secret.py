"""The API key: kept where no log, traceback or file can pick it up by accident."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, quote_plus, unquote

from sora2batch.ground.errors import UsageError
from sora2batch.ground.plainfile import is_stream, open_plain_file, read_stream
from sora2batch.sjinn.key_text import KeyTextError, decode_key_text, key_in

KEY_VARIABLE = "SJINN_API_KEY"
KEY_FILE_VARIABLE = "SJINN_API_KEY_FILE"
_MASK = "***"
_LONGEST_FILE = 64 * 1024
_ESCAPE = re.compile("%[0-9A-F]{2}")
_SHORTEST_TO_FIND = 8
"""Characters; a shorter key would be found in many a URL that does not hold it."""
_MOST_UNQUOTINGS = 4


class ApiKey:
    """A key that shows itself only to who calls ``reveal``.

    Raises:
        UsageError: the text cannot be a key; the message does not show it.
    """

    __slots__ = ("_forms", "_value")

    def __init__(self, value: str, *, origin: str = KEY_VARIABLE) -> None:
        try:
            self._value = key_in(value)
        except KeyTextError as error:
            raise _no_key(origin, error) from None
        self._forms = _forms_of(self._value)

    def reveal(self) -> str:
        """Hand out the key itself, for the Authorization header and nothing else."""
        return self._value

    def redact(self, text: str) -> str:
        """Replace the key by three stars, also URL-encoded, JSON-escaped, in hexadecimal and in base64."""
        for form in self._forms:
            text = text.replace(form, _MASK)
        return self._without_beginning(text)

    def _without_beginning(self, text: str) -> str:
        """Mask what a text ends with, if it was cut in the middle of the key."""
        stem = text.removesuffix("…")
        for form in self._forms:
            if form[:_SHORTEST_TO_FIND] not in stem[-len(form) :]:
                continue
            for length in range(len(form) - 1, _SHORTEST_TO_FIND - 1, -1):
                if stem.endswith(form[:length]):
                    return f"{stem[:-length]}{_MASK}{text[len(stem) :]}"
        return text

    def is_in(self, url: str) -> bool:
        """Tell whether a URL carries the key in any spelling; of a very short key that cannot be said."""
        if len(self._value) < _SHORTEST_TO_FIND:
            return False
        # A host's name is written in small letters, whatever it was.
        forms = {form.casefold() for form in self._forms}
        spellings = {url.casefold()}
        for _ in range(_MOST_UNQUOTINGS):
            url = unquote(url)
            spellings.add(url.casefold())
        return any(form in spelling for spelling in spellings for form in forms)

    def __repr__(self) -> str:
        return f"ApiKey({_MASK})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not to be pickled or copied into a file")


def _forms_of(key: str) -> tuple[str, ...]:
    """Spell a key in every way in which it might be written, the longest first."""
    encoded = {quote(key, safe=""), quote(key), quote_plus(key)}
    lower = {_ESCAPE.sub(lambda match: match[0].lower(), form) for form in encoded}
    escaped = {json.dumps(key)[1:-1], key.replace("/", "\\/")}
    forms = {key} | encoded | lower | escaped
    if len(key) >= _SHORTEST_TO_FIND:
        forms |= _as_bytes_are_written(key.encode())
    # Or else a short form would leave the tail of a long one behind.
    return tuple(sorted(forms, key=len, reverse=True))


def _as_bytes_are_written(value: bytes) -> set[str]:
    """Write bytes in hexadecimal, and in base64 wherever in a longer text they may begin."""
    written = {value.hex(), value.hex().upper()}
    for lead in range(3):
        # What the bytes before and after have a share in is left out.
        first = -(-lead * 4 // 3)
        last = (lead + len(value)) * 4 // 3
        padded = bytes(lead) + value
        written |= {encode(padded).decode()[first:last] for encode in (b64encode, urlsafe_b64encode)}
    return written


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
        data = _read_once(file) if is_stream(file) else _read(file)
        return ApiKey(decode_key_text(data), origin=origin)
    except KeyTextError as error:
        raise _no_key(origin, error) from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be opened"
        raise UsageError(f"{KEY_FILE_VARIABLE} names {name}, which cannot be read: {reason}") from error


def _read(file: Path) -> bytes:
    with os.fdopen(open_plain_file(file), "rb") as stream:
        return _bounded(stream.read(_LONGEST_FILE + 1))


def _bounded(data: bytes) -> bytes:
    if len(data) > _LONGEST_FILE:
        raise KeyTextError(f"it is larger than {_LONGEST_FILE // 1024} KiB")
    return data


@cache
def _read_once(file: Path) -> bytes:
    """Read what gives its content only once, such as ``<(pass show sjinn)``; the key is wanted more often."""
    return _bounded(read_stream(file, _LONGEST_FILE + 1))


def _no_key(origin: str, why: KeyTextError) -> UsageError:
    hint = f"put the key alone there, or {KEY_VARIABLE}=KEY in a file"
    return UsageError(f"{origin} holds no usable API key: {why}", hint=hint)
