"""The tables of a fleet, made and brought up to date: the job engine's by its own files, then ours.

Each step is one transaction under a lock, in which it is looked up anew what there is: two that do this at
once do it once, and who was interrupted goes on where it ended.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import NamedTuple

from procrastinate.schema import SchemaManager, migrations_path
from psycopg import AsyncConnection
from psycopg.errors import InsufficientPrivilege, UndefinedTable
from psycopg.sql import SQL, Identifier

from sora2batch.fleet.database.database import SCHEMA, Database
from sora2batch.fleet.database.fleet_error import GRANT, FleetSchemaError

_LOCK = 0x736F72613262  # "sora2b"
_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
_SCHEMA = SQL("create schema {}").format(Identifier(SCHEMA))
_OWN_TABLES = """
    create table if not exists migration (
        version integer primary key, name text not null, applied_at timestamptz not null default now()
    );
    create table if not exists engine_migration (
        name text primary key, applied_at timestamptz not null default now()
    );
"""
"""What was applied of our files and of procrastinate's."""
INIT = "run `sora2batch fleet init`"


class Migration(NamedTuple):
    """One step."""

    version: int
    name: str
    sql: bytes


class _Applied(NamedTuple):
    """How far a database is."""

    versions: frozenset[int]
    engine: frozenset[str]
    """Names of procrastinate's steps; empty where it has no tables yet."""


def known_migrations() -> tuple[Migration, ...]:
    """Read our own steps, in their order."""
    found = [
        Migration(int(match[1]), match[2], one.read_bytes())
        for one in files("sora2batch.fleet.database").joinpath("migrations").iterdir()
        if (match := _FILE.fullmatch(one.name))
    ]
    return tuple(sorted(found))


def known_engine_migrations() -> tuple[str, ...]:
    """Name the steps of the procrastinate that is installed, in their order."""
    return tuple(sorted(one.stem for one in migrations_path.glob("*.sql")))


async def migrate(database: Database, migrations: tuple[Migration, ...] | None = None) -> tuple[str, ...]:
    """Make all tables, or bring them up to date; name what was done, nothing where all was done already.

    Raises:
        FleetSchemaError: a newer program has set the database up, or this role may not make tables.
        FleetError: the database could not be asked, or refused.
    """
    known = known_migrations() if migrations is None else migrations
    done: list[str] = []
    while (step := await _one_step(database, known)) is not None:
        done.append(step)
    return tuple(done)


async def require_schema(database: Database) -> None:
    """Make sure that the tables are there and as this program knows them.

    Raises:
        FleetSchemaError: they are not; says what to do.
        FleetError: the database could not be asked.
    """
    async with database.transaction() as connection:
        try:
            async with connection.transaction():
                applied = await _applied(connection)
        except UndefinedTable:
            raise await _no_tables(connection, database.url.place) from None
    known, engine = known_migrations(), known_engine_migrations()
    _refuse_newer(applied, known, engine)
    missing = [one.name for one in known if one.version not in applied.versions]
    if missing or not applied.engine.issuperset(engine):
        raise FleetSchemaError(
            f"the tables in the database at {database.url.place} are those of an older sora2batch", hint=INIT
        )


async def lock_schema(connection: AsyncConnection) -> None:
    """Wait until nobody else changes the tables, until the transaction ends."""
    await connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


async def _one_step(database: Database, known: tuple[Migration, ...]) -> str | None:
    engine = known_engine_migrations()
    async with database.transaction() as connection:
        await lock_schema(connection)
        await _make_own_tables(connection, database.url.place)
        applied = await _applied(connection)
        _refuse_newer(applied, known, engine)
        if not applied.engine:
            return await _make_engine(connection, engine)
        for name in engine:
            if name not in applied.engine:
                return await _migrate_engine(connection, name)
        for one in known:
            if one.version not in applied.versions:
                return await _migrate(connection, one)
    return None


async def _make_own_tables(connection: AsyncConnection, place: str) -> None:
    found = await connection.execute("select has_schema_privilege(to_regnamespace(%s), 'usage')", [SCHEMA])
    match await found.fetchone():  # to ask costs no right, to make one does
        case (True,):
            pass
        case (False,):
            raise await _no_tables(connection, place)
        case _:
            await _make_schema(connection, place)
    found = await connection.execute("select to_regclass('engine_migration') is not null")
    if await found.fetchone() != (True,):
        await connection.execute(_OWN_TABLES)


async def _make_schema(connection: AsyncConnection, place: str) -> None:
    try:
        await connection.execute(_SCHEMA)
    except InsufficientPrivilege:
        who = connection.info
        raise FleetSchemaError(
            f"the role {who.user} may make no schema in the database at {place}",
            hint=f"call it as who owns it, or: grant create on database {who.dbname} to {who.user}",
        ) from None


async def _make_engine(connection: AsyncConnection, names: tuple[str, ...]) -> str:
    await connection.execute(SchemaManager.get_schema().encode())
    await connection.execute("insert into engine_migration (name) select unnest(%s::text[])", [list(names)])
    return "procrastinate"


async def _migrate_engine(connection: AsyncConnection, name: str) -> str:
    await connection.execute((migrations_path / f"{name}.sql").read_bytes())
    await connection.execute("insert into engine_migration (name) values (%s)", [name])
    return f"procrastinate {name}"


async def _migrate(connection: AsyncConnection, one: Migration) -> str:
    await connection.execute(one.sql)
    await connection.execute("insert into migration (version, name) values (%s, %s)", [one.version, one.name])
    return f"{one.version:04} {one.name}"


async def _applied(connection: AsyncConnection) -> _Applied:
    versions = await (await connection.execute("select version from migration")).fetchall()
    names = await (await connection.execute("select name from engine_migration")).fetchall()
    return _Applied(frozenset(one for (one,) in versions), frozenset(one for (one,) in names))


def _refuse_newer(applied: _Applied, known: tuple[Migration, ...], engine: tuple[str, ...]) -> None:
    ours = max((one.version for one in known), default=0)
    theirs = max(applied.versions, default=0)
    if theirs > ours:
        raise FleetSchemaError(
            f"the database was set up by a newer sora2batch (schema {theirs}, this one knows {ours})",
            hint="please upgrade sora2batch",
        )
    if newer := applied.engine.difference(engine):
        raise FleetSchemaError(
            f"the database was set up for a newer procrastinate (which has {max(newer)})",
            hint="please upgrade procrastinate",
        )


async def _no_tables(connection: AsyncConnection, place: str) -> FleetSchemaError:
    found = await connection.execute("select to_regnamespace(%s) is not null, current_user", [SCHEMA])
    row = await found.fetchone()
    if row and row[0]:
        message = f"the role {row[1]} may not use the schema {SCHEMA} in the database at {place}"
        return FleetSchemaError(message, hint=GRANT)
    return FleetSchemaError(f"the database at {place} has no tables of sora2batch yet", hint=INIT)
