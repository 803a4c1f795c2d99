"""Connections to the database of a fleet: all alike, in one schema, and none that hangs on a cut cable.

Both ends look after themselves: this one asks after a silent server and gives it up within some 20 seconds,
and has the server do the same, so that what a lost machine held is free again as soon.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from sora2batch.fleet.database.fleet_error import FleetSchemaError, fleet_error, unreachable
from sora2batch.fleet.database.queue_url import FORM, QueueUrl
from sora2batch.ground.errors import UsageError
from sora2batch.ground.text import one_line

SCHEMA = "sora2batch"
"""Where all tables are, ours and the engine's."""
PROGRAM = "sora2batch"
MOST_CONNECTIONS = 8
_OLDEST_SERVER = 13
_ROOM = 200
SECONDS_FOR_A_CONNECTION = 10.0
_SECONDS_IDLE = 60.0
_SECONDS_OF_TRYING = 2.0
"""After which the pool leaves it to who needs a connection: it would wait longer each time, up to minutes."""
_SERVER_SETTINGS = {
    "search_path": SCHEMA,
    "synchronous_commit": "on",
    "timezone": "UTC",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20000",  # milliseconds
    "idle_in_transaction_session_timeout": "60000",  # a machine that fell asleep holds no locks
}
"""For each connection; whatever a role or a database has set."""
_CLIENT_SETTINGS = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "5",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""For libpq; what the URL says counts before it."""
_Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]
# What the pool tells of its attempts we tell in our own words; without a handler Python would print it.
logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())


class Database:
    """A pool of connections, to be closed by who opened it: ``async with await open_database(url) as …``."""

    def __init__(self, url: QueueUrl, pool: _Pool) -> None:
        self.url = url
        self.pool = pool
        """For the engine, which has its own words for what goes wrong."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection[TupleRow]]:
        """Lend a connection for one transaction, which is committed where the block ends without an error.

        Raises:
            FleetError: no connection, it was lost, or the database refused.
        """
        try:
            async with self.pool.connection() as connection:
                yield connection
        except psycopg.Error as error:
            raise fleet_error(error, self.url) from error

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection[TupleRow]]:
        """The same for reading: whatever is read, and in how many steps, is from one moment.

        Raises:
            FleetError: as above.
        """
        async with self.transaction() as connection:
            await connection.execute("set transaction isolation level repeatable read, read only")
            yield connection

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def open_database(
    url: QueueUrl,
    *,
    name: str = "",
    most_connections: int = MOST_CONNECTIONS,
    patience_seconds: float = SECONDS_FOR_A_CONNECTION,
) -> Database:
    """Connect; whether the tables are there is another question (``require_schema``).

    Args:
        url: where it is.
        name: what the connections are for, for those who look at the server: ``worker``.
        most_connections: how many there may be at once; all but one are made when they are needed.
        patience_seconds: how long one is waited for, where all are lent or the server is away.

    Raises:
        UsageError: libpq does not know what stands in the URL, or this is Windows.
        DatabaseUnreachableError: no connection can be made.
        FleetSchemaError: the server is too old.
    """
    require_system()
    conninfo = connection_text(url, name)
    try:
        await _try(conninfo, url)
    except psycopg.Error as error:
        raise unreachable(error, url) from error
    pool: _Pool = AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=most_connections,
        open=False,
        check=AsyncConnectionPool.check_connection,  # a server that was started anew is no error
        timeout=patience_seconds,
        max_idle=_SECONDS_IDLE,
        reconnect_timeout=_SECONDS_OF_TRYING,
        name=PROGRAM,
    )
    await pool.open()
    return Database(url, pool)


def require_system(platform: str = sys.platform) -> None:
    """Make sure that the event loop can wait for PostgreSQL.

    Raises:
        UsageError: it is that of Windows, which starts the programs that look at clips, and cannot.

    Source: psycopg, "Concurrent operations", on ProactorEventLoop.
    """
    if platform == "win32":
        raise UsageError(
            "a fleet's database cannot be asked from Windows", hint="use the Windows Subsystem for Linux"
        )


def connection_text(url: QueueUrl, name: str = "") -> str:
    """Write for libpq where to connect and how; the password is in it.

    Raises:
        UsageError: libpq does not know what stands in the URL.
    """
    try:
        given = conninfo_to_dict(url.reveal())
    except psycopg.ProgrammingError as error:
        told = one_line(url.redact(str(error)), _ROOM)
        raise UsageError(
            f"{url.origin} is no URL that PostgreSQL knows: {told}", hint=f"write {FORM}"
        ) from None
    options = " ".join(f"-c {key}={value}" for key, value in _SERVER_SETTINGS.items())
    ours = {**_CLIENT_SETTINGS, "application_name": f"{PROGRAM} {name}".rstrip()}
    all_options = f"{given.get('options') or ''} {options}".strip()
    return make_conninfo("", **{**ours, **given, "options": all_options})


async def _try(conninfo: str, url: QueueUrl) -> None:
    """Connect once by itself: a pool would go on trying, and not say why it cannot."""
    async with await AsyncConnection.connect(conninfo) as connection:
        version = connection.info.server_version // 10_000
        if version < _OLDEST_SERVER:
            message = f"the database at {url.place} is PostgreSQL {version}"
            raise FleetSchemaError(message, hint=f"it takes {_OLDEST_SERVER} or later")
