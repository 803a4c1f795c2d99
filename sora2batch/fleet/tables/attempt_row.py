"""An attempt as the database has it, and what its line tells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import orjson

from sora2batch.fleet.database.fleet_error import FleetError
from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Attempt, Entry
from sora2batch.lockfile.fold import fold
from sora2batch.lockfile.line import decode_job, encode_journal_line


class Reservation(NamedTuple):
    """A row that is ``reserved``, or was when it was read."""

    attempt: int
    """The row's id."""
    job: int
    """That of its job's row."""


def line_of(job: Job | Entry, attempt: Attempt) -> str:
    """Write an attempt as a row keeps it: as a journal's line, without its end."""
    entry = job.only(attempt) if isinstance(job, Entry) else Entry.of(job, attempt)
    return encode_journal_line(entry).decode().rstrip("\n")


def entry_of(line: str) -> Entry:
    """Read a row's line.

    Raises:
        FleetError: it is not what a journal would have.
    """
    try:
        return decode_job(orjson.loads(line))
    except ValueError as error:
        message = f"a line of the fleet cannot be read: {error}"
        raise FleetError(message, hint="upgrade sora2batch?") from error


def known_from(lines: Iterable[str]) -> Entry | None:
    """Unite what the rows of one job tell; None where they tell nothing."""
    known: Entry | None = None
    for line in lines:
        entry = entry_of(line)
        known = entry if known is None else fold(known, entry)
    return known
