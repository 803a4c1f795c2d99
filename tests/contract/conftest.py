"""The port ``AttemptStore``, and both of those who keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from fakes.attempts_case import NAMES, PRICE, AttemptsCase, JournalCase, job_of
from fakes.errands import Errands
from fakes.fleet_attempts import FleetAttempts, hang_up
from fakes.fleet_database import set_up
from fakes.paying_api import Mood, paying_api
from fakes.postgres import PostgresServer
from fakes.program import Template

KEEPERS = ("journal", "database")
_NUMBERS = count(1)


@pytest.fixture(params=KEEPERS)
def keeper(request: pytest.FixtureRequest) -> str:
    """Who keeps the attempts."""
    return request.param


@pytest.fixture(scope="session")
def tables_url(postgres: PostgresServer, fleet_template: str) -> Iterator[str]:
    """A database with all tables, which the tests of this process share: each batch has an account of its own."""
    url = postgres.new_database(fleet_template)
    yield url
    hang_up(url)
    postgres.drop_database(url)


@pytest.fixture
def fleet_tables() -> Callable[[PostgresServer], str]:
    """Make a database with all tables on any server, and hand out its URL."""

    def make(server: PostgresServer) -> str:
        url = server.new_database()
        set_up(url)
        return url

    return make


@pytest.fixture
def new_place(keeper: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Name places for batches: as ``Errand.place`` has them."""

    url = request.getfixturevalue("tables_url") if keeper == "database" else ""

    def new_place() -> str:
        number = next(_NUMBERS)
        return f"{url}#account-{number}" if url else str(tmp_path / f"{number}.lock.jsonl")

    return new_place


@pytest.fixture
def begin(keeper: str, new_place: Callable[[], str]) -> Callable[..., AttemptsCase]:
    """Make batches of some jobs with a budget; just enough for them, unless it is said."""

    def begin(*, jobs: int = 2, budget: int | None = None) -> AttemptsCase:
        all_jobs = [job_of(name) for name in NAMES[:jobs]]
        budget = sum(job.credits for job in all_jobs) if budget is None else budget
        if keeper == "journal":
            return JournalCase(Path(new_place()), all_jobs, budget)
        return FleetAttempts(new_place(), all_jobs, budget)

    return begin


@pytest.fixture(scope="session")
def carriers() -> Iterator[Template]:
    """Started once: the processes that carry jobs are forked from it."""
    with Template("fakes.call_carrier") as template:
        yield template


@pytest.fixture
def send(
    keeper: str, carriers: Template, tmp_path: Path, new_place: Callable[[], str]
) -> Iterator[Callable[..., Errands]]:
    """Make batches for processes that are killed, each with an API of its own."""
    numbers = count(1)
    with ExitStack() as stack:

        def send(
            *, jobs: int = 1, moods: Mapping[str, Sequence[Mood]] | None = None, **more: object
        ) -> Errands:
            folder = tmp_path / f"errands-{next(numbers)}"
            api = stack.enter_context(paying_api(price=PRICE))
            api.moods = {name: list(turns) for name, turns in (moods or {}).items()}
            place = more.pop("place", None) or new_place()
            return Errands(
                template=carriers,
                api=api,
                folder=folder,
                keeper=keeper,
                place=place,
                jobs=NAMES[:jobs],
                **more,
            )

        yield send
