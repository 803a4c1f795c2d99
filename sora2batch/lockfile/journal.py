"""The journal's form: a header that says who runs, then one line for each thing that happened."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import orjson

from sora2batch.lockfile.codec import decode_lines, encode_header, numbered_lines
from sora2batch.lockfile.entry import Entry

LOCK_SUFFIX = ".lock.jsonl"
_HINT = "mend or remove the line; `sora2batch reconcile` finds a task that is lost with it"


def journal_path(lock_path: Path) -> Path:
    """Name the journal of a lockfile: ``X.lock.jsonl`` has ``X.journal.jsonl``."""
    return lock_path.with_name(f"{lock_path.name.removesuffix(LOCK_SUFFIX)}.journal.jsonl")


def encode_journal_header(manifest: str, *, started_at: str) -> bytes:
    """Write the first line: this process, on this machine."""
    return encode_header(manifest, pid=os.getpid(), host=platform.node(), started_at=started_at)


def decode_journal(data: bytes, *, file: str) -> tuple[Entry, ...]:
    """Read the lines that were written whole, in their order.

    What a crash leaves half written was never acknowledged: a last line that is torn, zeros where room had
    been set aside, and a line with a hole in it.

    Raises:
        LockfileError: a line in the middle is broken.
    """
    lines = [line for line in numbered_lines(_whole_lines(data)) if b"\0" not in line[1]]
    if lines and not _is_json(lines[-1][1]):
        lines.pop()
    return decode_lines(lines, file=file, hint=_HINT).entries


def _whole_lines(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1]


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
