"""What goes wrong with the database of a fleet, in words; a password is in none of them."""

from __future__ import annotations

from typing import ClassVar

import psycopg
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction
from psycopg_pool import PoolTimeout

from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.text import one_line

GRANT = "who owns the tables can run `sora2batch fleet init --grant ROLE`"
_ROOM = 300
_FAILED = "failed: "
_LOST = ("08", "57P", "25P03")
"""How the codes begin by which a server says that a connection ends."""
_BUSY = ("40001", "40P01")
_SHORT_OF_SOMETHING = ("53", "55P03", "57014", "58")
"""The same of what it lacks for now: room on its disk, memory, connections, time, or its disk altogether.

Source: PostgreSQL, appendix A, "PostgreSQL Error Codes".
"""


class FleetError(Sora2BatchError):
    """The database did not do what was asked; what was committed is there."""

    exit_code: ClassVar[ExitCode] = ExitCode.OPEN


class PassingError(FleetError):
    """What passes by itself, and was not committed: whoever may wait can try again."""


class BusyError(PassingError):
    """Others were at the same rows: nothing of the transaction was done, and it can be done again at once."""


class DatabaseUnreachableError(PassingError):
    """There is no connection to be had."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNREACHABLE


class FleetSchemaError(FleetError):
    """The database is not set up, or not for this program, or not for this role."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE


def fleet_error(error: psycopg.Error, url: QueueUrl) -> FleetError:
    """Word what the driver or the server said, of a connection that there was."""
    told = _told(error, url)
    match error:
        case PoolTimeout():
            return unreachable(error, url)
        case InsufficientPrivilege():
            message = f"the database at {url.place} does not let this role do that: {told}"
            return FleetSchemaError(message, hint=GRANT)
        case psycopg.Error() if _is_lost(error):
            message = f"the connection to the database at {url.place} was lost: {told}"
            return PassingError(message, hint="what was committed is there; call it again")
        case psycopg.Error(sqlstate=str(code)) if code.startswith(_BUSY):
            return BusyError(f"the database at {url.place} was busy: {told}", hint="call it again")
        case ReadOnlySqlTransaction():
            message = f"the database at {url.place} takes no changes: {told}"
            return PassingError(
                message, hint=f"name the primary, or add target_session_attrs=read-write, in {url.where}"
            )
        case psycopg.Error(sqlstate=str(code)) if code.startswith(_SHORT_OF_SOMETHING):
            message = f"the database at {url.place} cannot do that now: {told}"
            return PassingError(message, hint="look at that server, then call it again")
        case _:
            return FleetError(f"the database at {url.place} refused: {told}")


def unreachable(error: psycopg.Error, url: QueueUrl) -> DatabaseUnreachableError:
    """Word that no connection could be made."""
    return DatabaseUnreachableError(
        f"no connection to the database at {url.place}: {_told(error, url)}",
        hint=f"see that it runs, and that host, user, password and database are right in {url.where}",
    )


def _is_lost(error: psycopg.Error) -> bool:
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(_LOST)


def _told(error: psycopg.Error, url: QueueUrl) -> str:
    """Write the reason on one line: the server's, or what libpq says behind its own repeated words."""
    if error.diag.message_primary:
        return one_line(url.redact(error.diag.message_primary), _ROOM)
    line = next(iter(str(error).splitlines()), "") or type(error).__name__
    reason = line.rpartition(_FAILED)[2].removeprefix("FATAL:").strip()
    return one_line(url.redact(reason or line), _ROOM)
