"""Random entries for the laws of the lockfile."""

from __future__ import annotations

from functools import reduce

from hypothesis import strategies as st

from fakes.lock_entry import DIGEST
from sora2batch.ground.job import Credits, fingerprint_of
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, Output, State
from sora2batch.lockfile.fold import fold

_MOMENTS = st.none() | st.sampled_from(["2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z"])
_OUTPUTS = st.builds(
    Output,
    url=st.none() | st.sampled_from(["https://h.example/a.mp4", "https://h.example/b.mp4"]),
    path=st.none() | st.sampled_from(["a.mp4", "é/b.mp4", ".former/a.mp4"]),
    sha256=st.none() | st.just(DIGEST),
    bytes=st.none() | st.integers(0, 3),
    stored=st.booleans(),
    look=st.sampled_from(
        [(), (("black", "black for 9.8 of 10.0 s"),), (("short", "4.1 s instead of 10 s"),)]
    ),
    pruned=st.booleans(),
)
_ERRORS = st.none() | st.builds(
    ErrorNote, code=st.none() | st.sampled_from([7, "E7"]), message=st.text(max_size=5)
)
_TRIALS = st.integers(1, 3)
_TASK_STATES = [State.SUBMITTED, State.COMPLETED, State.FAILED]
_LOCKFILE_STATES = [State.IN_DOUBT, State.REJECTED]


def attempts_of(**given: st.SearchStrategy[object]) -> st.SearchStrategy[Attempt]:
    """Draw attempts of which nothing else is known; hypothesis would draw every field of a named tuple."""
    return st.fixed_dictionaries(given).map(lambda fields: Attempt(**fields))


def attempts(*, without_task: list[State], trials: st.SearchStrategy[int]) -> st.SearchStrategy[Attempt]:
    rest = {
        "credits": st.integers(0, 2).map(Credits),
        "number": st.integers(1, 3),
        "trial": trials,
        "submitted_at": _MOMENTS,
        "finished_at": _MOMENTS,
        "outputs": st.lists(_OUTPUTS, max_size=2).map(tuple),
        "error": _ERRORS,
        "seen": st.sampled_from([(), (("image", DIGEST),), (("image", "f" * 64),)]),
    }
    with_task = attempts_of(state=st.sampled_from(_TASK_STATES), task_id=st.sampled_from("ab"), **rest)
    return with_task | attempts_of(state=st.sampled_from(without_task), **rest)


journal_attempts = attempts(without_task=[*_LOCKFILE_STATES, State.WITHDRAWN], trials=_TRIALS)
lockfile_attempts = attempts(without_task=_LOCKFILE_STATES, trials=st.just(1))

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: not 2**53 <= abs(number) < 1e21
)
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXT, inner, max_size=2),
    max_leaves=4,
)
inputs = st.dictionaries(_TEXT, _JSON, max_size=3)


def entry(key: str, input: dict, take: int, found: list[Attempt]) -> Entry:
    """Fold attempts into one entry, as reading them one after the other does."""
    blank = Entry(
        key=key,
        fingerprint=fingerprint_of("tool", input, take),
        tool_type="tool",
        take=take,
        input=input,
        attempts=(),
    )
    return reduce(fold, (blank.only(attempt) for attempt in found))


journal_entries = st.builds(
    lambda key, found: entry(key, {"prompt": "fox"}, 1, found),
    st.sampled_from(["a", "b"]),
    st.lists(journal_attempts, min_size=1, max_size=4),
)
"""All of one job."""

lockfile_entries = st.builds(
    entry,
    _TEXT.filter(bool),
    inputs,
    st.integers(1, 2),
    st.lists(lockfile_attempts, min_size=1, max_size=3),
)
"""Of many jobs; what a lockfile can hold."""

journal_lines = st.builds(
    lambda name, attempt: entry(name, {"prompt": name}, 1, [attempt]),
    st.sampled_from(["fox", "owl", "cat"]),
    journal_attempts,
)
"""One attempt each, of a few jobs."""
