"""A whole lockfile, as text and as a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from typing import NamedTuple

import orjson

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.garbage import collector_paused
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.entry import Entry, in_line_order
from sora2batch.lockfile.fold import fold_all
from sora2batch.lockfile.line import LOCK_VERSION, LineError, check_header, decode_job, encode_lockfile_line
from sora2batch.lockfile.lockfile_error import LockfileError

_BOM = b"\xef\xbb\xbf"
_MARKS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
_LAST_DECODED: dict[bytes, Lockfile] = {}
"""The last lockfile by the digest of its bytes: a run reads it to plan, and again to tell how it went."""
_MEND = "mend the line or restore the file from git; it was left as it is"

NumberedLine = tuple[int, bytes]
"""A line without its end, and where it stands, counted from 1."""


class Decoded(NamedTuple):
    """The lines of a lockfile or journal, as values."""

    headers: tuple[JsonObject, ...]
    """*Shape*: more than one only after a merge."""
    entries: tuple[Entry, ...]
    """In the order of the lines, not folded."""


def encode_lockfile(
    lockfile: Lockfile, *, encode_line: Callable[[Entry], bytes] = encode_lockfile_line
) -> bytes:
    """Write a lockfile: the same state gives the same bytes.

    *Shape*: a header line, then one line a job by (key, fingerprint).
    """
    entries = in_line_order(lockfile.entries.values())
    return b"".join((encode_header(lockfile.manifest), *map(encode_line, entries)))


def encode_header(manifest: str, **more: str | int) -> bytes:
    """Write a header line, LF included; *more* is what only a journal says."""
    return orjson.dumps({"lock_version": LOCK_VERSION, "manifest": manifest, **more}) + b"\n"


def decode_lockfile(data: bytes, *, file: str) -> Lockfile:
    """Read a lockfile; several lines about one job are folded.

    Raises:
        LockfileError: it has conflict marks, a broken line, a later version or no header.
    """
    digest = sha256(data).digest()
    if (known := _LAST_DECODED.get(digest)) is not None:
        return known
    lockfile = _decode(data, file)
    _LAST_DECODED.clear()
    _LAST_DECODED[digest] = lockfile
    return lockfile


def _decode(data: bytes, file: str) -> Lockfile:
    decoded = decode_lines(numbered_lines(data), file=file, hint=_MEND)
    if not decoded.headers:
        raise LockfileError(f"{file} is empty: even the header is missing", hint=f"{_MEND}, or delete it")
    if any(header != decoded.headers[0] for header in decoded.headers):
        raise LockfileError(f"{file} has the headers of two different lockfiles", hint=_MEND)
    return lockfile_of(str(decoded.headers[0]["manifest"]), fold_all(decoded.entries).values())


def numbered_lines(data: bytes) -> Iterator[NumberedLine]:
    """Split a text into its lines; blank ones, a BOM and carriage returns are passed over."""
    for number, line in enumerate(BytesIO(data.removeprefix(_BOM)), start=1):
        text = line.strip()
        if text:
            yield number, text


def is_conflict_mark(line: bytes) -> bool:
    """Tell whether git, not we, wrote this line."""
    return line.startswith(_MARKS)


def decode_lines(lines: Iterable[NumberedLine], *, file: str, hint: str) -> Decoded:
    """Read a header and the jobs after it.

    Raises:
        LockfileError: the first line that cannot be read, with *hint* as the way out.
    """
    headers: list[JsonObject] = []
    entries: list[Entry] = []
    with collector_paused():
        for number, line in lines:
            try:
                value = _parse(line)
                if not headers or (isinstance(value, dict) and "lock_version" in value):
                    headers.append(check_header(value))
                else:
                    entries.append(decode_job(value))
            except LineError as error:
                raise _unreadable(line, number, file, hint, error) from error
    return Decoded(headers=tuple(headers), entries=tuple(entries))


def _parse(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LineError(f"is not JSON ({error})") from error


def _unreadable(line: bytes, number: int, file: str, hint: str, error: LineError) -> LockfileError:
    if is_conflict_mark(line):
        return LockfileError(
            f"{file} has merge conflict marks at line {number}",
            hint=f"run `sora2batch lock resolve {file}`: it unites both sides",
        )
    return LockfileError(f"{file}:{number}: {error}", hint=hint)
