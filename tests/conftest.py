"""Every test begins in the same surroundings, whatever those of whoever runs it are: a hook, cron, ``nohup``."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from fakes.postgres import PostgresServer
    from sora2batch.fleet.database.database import Database

_OURS = (
    "GIT_",
    "SJINN_",
    "SORA2BATCH_",
    "_SORA2BATCH_",
    "LC_",
    "AWS_",
    "AZURE_",
    "GOOGLE_",
    "GITHUB_",
    "CI_",
    "PG",
)
_OTHERS = frozenset(
    {
        "http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy",
        "ssl_cert_file", "ssl_cert_dir",
        "lang", "language", "columns", "lines", "no_color", "force_color", "clicolor", "clicolor_force",
        "pythonioencoding", "pythonutf8", "pythonoptimize", "pythonsafepath", "pythonwarnings",
        "cdpath", "xdg_config_home",
    }
)  # fmt: skip
_KEPT = frozenset({"SORA2BATCH_NOTHING_SKIPPED"})
_FIXED = {
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_HEARD = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGCHLD", "SIGALRM")


def pytest_configure(config: pytest.Config) -> None:
    _forget_the_environment()
    _hear_signals()
    _be_patient()
    cache = TemporaryDirectory(prefix="sora2batch-cache-", ignore_cleanup_errors=True)
    os.environ["SORA2BATCH_CACHE_DIR"] = cache.name
    os.environ["XDG_CONFIG_HOME"] = f"{cache.name}/config"
    config.add_cleanup(cache.cleanup)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    """Say in the end, and loudly, what was not looked at: the gallery, words, the store on Azure, editors."""
    result = yield
    all_skipped = terminalreporter.stats.get("skipped", ())
    skipped = [one for one in all_skipped if one.nodeid.startswith("tests/browser/")]
    without_azure = [one for one in all_skipped if "no Azurite here" in str(one.longrepr)]
    without_editor = [one for one in all_skipped if "no yaml-language-server here" in str(one.longrepr)]
    without_fonts = [one for one in all_skipped if "no font here has" in str(one.longrepr)]
    if without_fonts:
        told = f"{len(without_fonts)} tests of words in pictures DID NOT RUN: fonts are missing"
        terminalreporter.write_sep("=", told, red=True, bold=True)
        terminalreporter.write_line(
            "Get them: apt-get install fonts-dejavu-core fonts-lohit-deva fonts-wqy-zenhei"
        )
    if without_azure:
        told = (
            f"{len(without_azure)} tests of the store on Azure DID NOT RUN: there is no Azurite on the PATH"
        )
        terminalreporter.write_sep("=", told, red=True, bold=True)
        terminalreporter.write_line("Get it: npm install --global azurite")
    if without_editor:
        told = f"{len(without_editor)} tests of manifests in an editor DID NOT RUN: there is no yaml-language-server"
        terminalreporter.write_sep("=", told, red=True, bold=True)
        terminalreporter.write_line("Get it: npm install --global yaml-language-server")
    if skipped:
        told = (
            f"{len(skipped)} tests of the gallery in a browser DID NOT RUN: there is no Chromium on the PATH"
        )
        terminalreporter.write_sep("=", told, red=True, bold=True)
        terminalreporter.write_line(
            "Get it: apt-get install chromium, dnf install chromium, brew install --cask chromium"
        )
    return result


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL that all tests of this process share; it is started when the first one asks."""
    from fakes.postgres import postgres_server

    with postgres_server() as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for this test alone, to be killed."""
    from fakes.postgres import postgres_server

    with postgres_server() as server:
        yield server


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database for this test alone, on the server that all share."""
    url = postgres.new_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def fleet_template(postgres: PostgresServer) -> str:
    """The name of a database with all tables of a fleet, to be copied."""
    from fakes.fleet_database import set_up

    url = postgres.new_database(name="fleet_template")
    set_up(url)
    return "fleet_template"


@pytest.fixture
def fleet_url(postgres: PostgresServer, fleet_template: str) -> Iterator[str]:
    """A database with all tables of a fleet, for this test alone."""
    url = postgres.new_database(fleet_template)
    yield url
    postgres.drop_database(url)


@pytest.fixture
async def fleet_database(fleet_url: str) -> AsyncIterator[Database]:
    """The same with connections, as the program has them."""
    from fakes.fleet_database import opened

    async with await opened(fleet_url) as database:
        yield database


def _forget_the_environment() -> None:
    for name in list(os.environ):
        if name not in _KEPT and (name.startswith(_OURS) or name.lower() in _OTHERS):
            del os.environ[name]
    os.environ.update(_FIXED)
    if hasattr(time, "tzset"):
        time.tzset()


def _be_patient() -> None:
    """Have Hypothesis judge no law by the clock: on a machine with much to do each is slow."""
    given = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("patient", settings.default, **given)
    settings.load_profile("patient")


def _hear_signals() -> None:
    """Undo what ``nohup``, ``trap ''`` and a shell's ``&`` leave behind: children would inherit it."""
    for name in _HEARD:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            is_interrupt = number is signal.SIGINT
            signal.signal(number, signal.default_int_handler if is_interrupt else signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Spell what a test has logged or printed so that a worker can send it: half a surrogate pair it cannot."""
    report = yield
    sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    report.sections = sections
    return report
