"""Who may do what: one role owns the tables; others read and write rows, and nothing else."""

from __future__ import annotations

from enum import Enum, auto

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composed, Identifier

from sora2batch.fleet.database.database import SCHEMA, Database
from sora2batch.fleet.database.fleet_error import FleetSchemaError
from sora2batch.fleet.database.migrations import lock_schema

_RIGHTS = (
    "grant usage on schema {schema} to {role}",
    "grant select, insert, update, delete on all tables in schema {schema} to {role}",
    "revoke insert, update, delete on migration, engine_migration from {role}",
    "revoke delete on repository, repository_alias, account, month_spending, worker from {role}",
    "revoke delete on batch, job, attempt from {role}",
    "grant usage, select on all sequences in schema {schema} to {role}",
    "grant execute on all functions in schema {schema} to {role}",
    "alter default privileges in schema {schema} grant select, insert, update, delete on tables to {role}",
    "alter default privileges in schema {schema} grant usage, select on sequences to {role}",
    "alter default privileges in schema {schema} grant execute on functions to {role}",
)
"""What was paid is never deleted, nor whose it is. The last three are for tables of a later version."""
_ASK = """
    select found.oid is not null, pg_has_role(found.oid, owner.oid, 'usage'),
        pg_has_role(owner.oid, 'usage'), owner.rolname
    from pg_namespace join pg_roles as owner on owner.oid = nspowner
    left join pg_roles as found on found.rolname = %s
    where nspname = %s
"""


class Granted(Enum):
    """What a role may do."""

    USE = auto()
    """Read and write rows, call functions."""
    OWNER = auto()
    """Everything, also without being granted it."""


async def grant_rights(database: Database, role: str) -> Granted:
    """Let a role do what workers and clients do, and no more; again and again is the same as once.

    Raises:
        FleetSchemaError: there is no such role, or the tables belong to somebody else.
        FleetError: the database could not be asked, or refused.
    """
    async with database.transaction() as connection:
        await lock_schema(connection)
        if await _owns(connection, role, database.url.place):
            return Granted.OWNER
        for statement in _RIGHTS:
            await connection.execute(_filled(statement, role))
    return Granted.USE


async def _owns(connection: AsyncConnection, role: str, place: str) -> bool:
    row = await (await connection.execute(_ASK, [role, SCHEMA])).fetchone()
    exists, owns, are_ours, owner = row or (False, False, False, None)
    if not exists:
        raise FleetSchemaError(
            f"there is no role {role} in the database at {place}", hint=f"create role {role} login password …"
        )
    if not owns and not are_ours:
        message = f"the tables in the database at {place} belong to {owner}"
        raise FleetSchemaError(message, hint=f"call `sora2batch fleet init --grant {role}` as {owner}")
    return bool(owns)


def _filled(statement: str, role: str) -> Composed:
    # These are our own statements, and what is filled in is quoted.
    return SQL(statement).format(schema=Identifier(SCHEMA), role=Identifier(role))
