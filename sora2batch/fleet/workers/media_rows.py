"""Attempts whose files are to be brought home: read, and written down once they are in the store."""

from __future__ import annotations

from typing import Any, NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.tables.batch_row import BATCH_COLUMNS, BatchRow
from sora2batch.ground.canonical import JsonObject

_READ = f"""
    select attempt.id, attempt.xmin::text::bigint, attempt.line, job.files, {BATCH_COLUMNS}
    from attempt join job on job.id = attempt.job join batch on batch.id = attempt.batch
    where attempt.id = %s and attempt.state = 'completed' and attempt.media is distinct from 'done'
        and batch.store_url is not null
"""  # nothing comes in but names of columns
_FINISH = """
    update attempt set line = %(line)s, media = 'done', media_error = null, changed_at = now()
    where id = %(id)s and state = 'completed' and xmin::text::bigint = %(version)s
    returning id
"""
_NOTE = """
    update attempt set media_error = %(message)s,
        media = case when %(is_last)s::boolean then 'failed' else media end,
        changed_at = case when %(is_last)s::boolean then now() else changed_at end
    where id = %(id)s and state = 'completed' and media is distinct from 'done'
"""


class MediaTask(NamedTuple):
    """A finished task whose files are not in the store."""

    id: int
    version: int
    """Of its row."""
    line: str
    files: JsonObject
    """What each file of its input is, by sha256."""
    batch: BatchRow


_OWN = len(MediaTask._fields) - 1
"""How many columns are not of its batch."""


async def read_media_task(connection: AsyncConnection[Any], attempt: int) -> MediaTask | None:
    """Read an attempt; None where there is nothing to bring home, or nowhere to bring it."""
    row = await (await connection.execute(_READ, (attempt,))).fetchone()
    return MediaTask._make((*row[:_OWN], BatchRow._make(row[_OWN:]))) if row else None


async def write_files(connection: AsyncConnection[Any], task: MediaTask, line: str) -> bool:
    """Write down that all files are in the store; False where the row is not what was read."""
    given = {"id": task.id, "version": task.version, "line": line}
    return await (await connection.execute(_FINISH, given)).fetchone() is not None


async def note_trouble(
    connection: AsyncConnection[Any], attempt: int, message: str, *, is_last: bool
) -> None:
    """Write down why files are not there; after the last try nobody tries again by itself."""
    await connection.execute(_NOTE, {"id": attempt, "message": message, "is_last": is_last})
