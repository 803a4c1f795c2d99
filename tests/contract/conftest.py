"""The port ``AttemptStore``, and both of those who keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from fakes.attempts_case import NAMES, PRICE, AttemptsCase, JournalCase, job_of
from fakes.errands import Errands
from fakes.paying_api import Mood, paying_api
from fakes.program import Template

KEEPERS = ("journal",)


@pytest.fixture(params=KEEPERS)
def keeper(request: pytest.FixtureRequest) -> str:
    """Who keeps the attempts."""
    return request.param


@pytest.fixture
def begin(keeper: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., AttemptsCase]:
    """Make batches of some jobs with a budget; just enough for them, unless it is said."""
    made = 0

    def begin(*, jobs: int = 2, budget: int | None = None) -> AttemptsCase:
        nonlocal made
        made += 1
        all_jobs = [job_of(name) for name in NAMES[:jobs]]
        budget = sum(job.credits for job in all_jobs) if budget is None else budget
        return JournalCase(tmp_path / f"{made}.lock.jsonl", all_jobs, budget)

    return begin


@pytest.fixture(scope="session")
def carriers() -> Iterator[Template]:
    """Started once: the processes that carry jobs are forked from it."""
    with Template("fakes.call_carrier") as template:
        yield template


@pytest.fixture
def send(keeper: str, carriers: Template, tmp_path: Path) -> Iterator[Callable[..., Errands]]:
    """Make batches for processes that are killed, each with an API of its own."""
    numbers = count(1)
    with ExitStack() as stack:

        def send(
            *, jobs: int = 1, moods: Mapping[str, Sequence[Mood]] | None = None, **more: object
        ) -> Errands:
            folder = tmp_path / f"errands-{next(numbers)}"
            api = stack.enter_context(paying_api(price=PRICE))
            api.moods = {name: list(turns) for name, turns in (moods or {}).items()}
            place = str(folder / "small.lock.jsonl")
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
