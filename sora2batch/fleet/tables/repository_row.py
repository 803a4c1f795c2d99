"""The repository in the database that clones mean, by whichever alias they know it."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import AsyncConnection

from sora2batch.ground.errors import UsageError

_ADD = """
    insert into repository_alias (alias, repository) select unnest(%s::text[]), %s on conflict do nothing
"""
_WAY_OUT = (
    'name the one that is meant: `repository = "NAME"` in [tool.sora2batch] of pyproject.toml, or '
    "SORA2BATCH_REPOSITORY"
)


async def find_repository(connection: AsyncConnection, aliases: Iterable[str]) -> int | None:
    """Find a repository by its aliases; None where none is known.

    Raises:
        UsageError: they belong to two different ones.
    """
    rows = await connection.execute(
        "select alias, repository from repository_alias where alias = any(%s) order by alias", [list(aliases)]
    )
    known = await rows.fetchall()
    found = {repository for _, repository in known}
    if len(found) > 1:
        told = ", ".join(f"{alias} is repository {repository}" for alias, repository in known)
        raise UsageError(f"this clone has the names of {len(found)} repositories: {told}", hint=_WAY_OUT)
    return next(iter(found), None)


async def resolve_repository(connection: AsyncConnection, aliases: Iterable[str]) -> int:
    """Find a repository by its aliases, or make it; it has all of them then.

    Raises:
        UsageError: they belong to two different ones.
    """
    wanted = sorted(set(aliases))
    # Two clones that come for the first time wait for each other here.
    await connection.execute("select pg_advisory_xact_lock(hashtext('sora2batch repository_alias'))")
    found = await find_repository(connection, wanted)
    if found is None:
        row = await (
            await connection.execute("insert into repository default values returning id")
        ).fetchone()
        assert row is not None
        found = int(row[0])
    await connection.execute(_ADD, [wanted, found])
    return found
