"""The port ``AttemptStore``, and both of those who keep it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.attempts_case import NAMES, AttemptsCase, JournalCase, job_of

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
