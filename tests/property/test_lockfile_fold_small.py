"""The laws of folding on all small entries: every one, every two, every three of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations, product

import pytest

from fakes.lock_entry import DIGEST, entry_of
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, Output, State
from sora2batch.lockfile.fold import fold

EARLY, LATE = "2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z"
NO, WHY = None, ErrorNote(code=7, message="no")
FILE = (Output(url="https://h.example/a.mp4", path="a.mp4", sha256=DIGEST, bytes=1),)
STORED = (FILE[0]._replace(stored=True),)
SEEN = (FILE[0]._replace(look=(("black", "black for 9.8 of 10.0 s"),)),)
PRUNED = (FILE[0]._replace(pruned=True),)
MOVED = (FILE[0]._replace(path=".former/a.mp4"),)
OTHER = (FILE[0]._replace(sha256="f" * 64),)
WITHOUT_TASK = (State.IN_DOUBT, State.WITHDRAWN, State.REJECTED)
WITH_TASK = (State.SUBMITTED, State.FAILED, State.COMPLETED)
PAID = frozenset(WITH_TASK)


def attempts_of(states: Iterable[State], task_ids: Iterable[str | None], **fields) -> list[Attempt]:
    """Every attempt that these values make."""
    names = ("state", "task_id", *fields)
    values = product(states, task_ids, *fields.values())
    return [Attempt(**dict(zip(names, one, strict=True))) for one in values]


CALLS = attempts_of(
    WITHOUT_TASK,
    [None],
    submitted_at=[None, EARLY, LATE],
    finished_at=[None, EARLY, LATE],
    error=[NO, WHY],
    credits=[Credits(0), Credits(420)],
)
"""Words on one call without a task."""
TRIALS = attempts_of(
    WITHOUT_TASK, [None], number=[1, 2], trial=[1, 2], submitted_at=[None, EARLY], error=[NO, WHY]
)
"""Calls that were tried again, and submissions that were repeated."""
TASKS = attempts_of(
    WITH_TASK,
    ["a"],
    submitted_at=[None, EARLY, LATE],
    finished_at=[None, LATE],
    outputs=[(), FILE],
    error=[NO, WHY],
    credits=[Credits(0), Credits(420)],
)
"""Words on one task."""
FILES = attempts_of(
    [State.COMPLETED],
    ["a"],
    finished_at=[None, LATE],
    outputs=[
        (),
        FILE,
        STORED,
        SEEN,
        PRUNED,
        (STORED[0]._replace(look=(("black", "black for 9.9 of 10.0 s"),)),),
        MOVED,
        (MOVED[0]._replace(stored=True),),
        OTHER,
        FILE + STORED,
        STORED + OTHER,
    ],
    error=[NO, WHY],
)
"""Words on one task of which some know that its files are in the store, and some where they were moved."""
MIXED = [
    *attempts_of(WITHOUT_TASK, [None], number=[1, 2], submitted_at=[None, EARLY], finished_at=[None, LATE]),
    *attempts_of(WITH_TASK, ["a", "b"], number=[1, 2], credits=[Credits(0), Credits(420)]),
]
"""Calls and tasks of one job."""
FEW = [
    *attempts_of(WITHOUT_TASK, [None], number=[1, 2], submitted_at=[None, EARLY]),
    *attempts_of(WITH_TASK, ["a", "b"], number=[1, 2]),
]

ASKED = [
    *attempts_of([State.IN_DOUBT], [None], account=[None, "a", "b", "several"], api=[None, "x", "y"]),
    *attempts_of([State.SUBMITTED], ["a"], account=[None, "a", "b", "several"], api=[None, "x", "y"]),
]
"""Calls to one account or host, to another, and to nobody knows whom."""
LOOKED = [(), (("image", DIGEST),), (("image", "f" * 64),)]
LOOKED_AT = [
    *attempts_of(WITHOUT_TASK, [None], number=[1, 2], error=[NO, WHY], seen=LOOKED),
    *attempts_of(WITH_TASK, ["a"], outputs=[(), FILE], seen=LOOKED),
]
"""Calls before which somebody looked at the URLs of the input, and others."""

BLANK = entry_of()


class Small:
    """Entries by number, so that a fold of two that was made once is looked up and not made again."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Attempt, ...], int] = {}
        self.entries: list[Entry] = []
        self.fold = cache(self._fold)

    def number(self, entry: Entry) -> int:
        known = self._numbers.setdefault(entry.attempts, len(self.entries))
        if known == len(self.entries):
            self.entries.append(entry)
        return known

    def _fold(self, left: int, right: int) -> int:
        return self.number(fold(self.entries[left], self.entries[right]))


def single(attempts: Iterable[Attempt]) -> list[Entry]:
    return [BLANK.only(attempt) for attempt in attempts]


def closed(attempts: Iterable[Attempt]) -> list[Entry]:
    """All entries that lines with these attempts can make by twos."""
    small = Small()
    numbers = [small.number(entry) for entry in single(attempts)]
    for left, right in combinations(numbers, 2):
        small.fold(left, right)
    return list(small.entries)


FAMILIES = {
    "calls": lambda: single(CALLS),
    "trials": lambda: single(TRIALS),
    "tasks": lambda: single(TASKS),
    "files": lambda: single(FILES),
    "asked": lambda: single(ASKED),
    "looked at": lambda: single(LOOKED_AT),
    "mixed": lambda: single(MIXED),
    "folded": lambda: closed(FEW),
}


@pytest.fixture(params=FAMILIES)
def family(request) -> list[Entry]:
    return FAMILIES[request.param]()


def test_a_word_said_twice_changes_nothing(family):
    for entry in family:
        assert fold(entry, entry) == entry


def test_two_words_say_the_same_in_either_order_and_however_often(family):
    small = Small()
    numbers = [small.number(entry) for entry in family]
    for left, right in combinations(numbers, 2):
        both = small.fold(left, right)
        assert both == small.fold(right, left)
        assert both == small.fold(both, left) == small.fold(both, right), (family[left], family[right])


def test_three_words_say_the_same_however_they_are_put_together(family):
    small = Small()
    numbers = [small.number(entry) for entry in family]
    for one, two, three in triples(numbers):
        assert small.fold(small.fold(one, two), three) == small.fold(one, small.fold(two, three)), (
            family[one],
            family[two],
            family[three],
        )


def triples(numbers: list[int], *, most: int = 400_000) -> Iterator[tuple[int, int, int]]:
    """All of three, twice the same included; where they are too many, evenly spread ones."""
    count = len(numbers) ** 3
    step = count // most + 1
    step += step % 2 == 0  # not in step with the fields, which have two values mostly
    for number in range(0, count, step):
        first, rest = divmod(number, len(numbers) ** 2)
        second, third = divmod(rest, len(numbers))
        yield numbers[first], numbers[second], numbers[third]


def test_of_the_same_files_those_in_the_store_stay_so_whatever_else_is_said():
    for left, right in product(single(FILES), repeat=2):
        if left.primary.error == right.primary.error:
            both = fold(left, right).primary
            said = [one.outputs for one in (left.primary, right.primary) if hashes(one) == hashes(both)]
            assert [one.stored for one in both.outputs] == [
                any(pair) for pair in zip(*([one.stored for one in outputs] for outputs in said), strict=True)
            ]
            assert [one.look for one in both.outputs] == [
                max(seen) for seen in zip(*([one.look for one in outputs] for outputs in said), strict=True)
            ]
            assert [one.pruned for one in both.outputs] == [
                any(pair) for pair in zip(*([one.pruned for one in outputs] for outputs in said), strict=True)
            ]


def test_what_was_at_the_urls_of_a_task_is_not_forgotten():
    tasks = [entry for entry in single(LOOKED_AT) if entry.primary.task_id]
    for left, right in product(tasks, repeat=2):
        assert fold(left, right).primary.seen == max(left.primary.seen, right.primary.seen)


def hashes(attempt: Attempt) -> list[str | None]:
    return [output.sha256 for output in attempt.outputs]


def tasks_of(entry: Entry) -> dict[str, Attempt]:
    return {attempt.task_id: attempt for attempt in entry.attempts if attempt.task_id}


def test_no_task_is_lost_and_none_becomes_cheaper(family):
    for left, right in product(family, repeat=2):
        both = tasks_of(fold(left, right))
        mine, theirs = tasks_of(left), tasks_of(right)
        assert both.keys() == mine.keys() | theirs.keys()
        for task_id, attempt in both.items():
            said = [side[task_id].credits for side in (mine, theirs) if task_id in side]
            assert attempt.credits == max(said)
        assert sum(one.credits for one in both.values()) >= max(
            sum(one.credits for one in side.values()) for side in (mine, theirs)
        )


def test_a_doubt_reaches_as_far_as_both_of_it(family):
    """Where two doubts are one, its charge is looked for since the first and awaited until after the last."""
    for left, right in product(family, repeat=2):
        doubts = [one for side in (left, right) for one in side.attempts if one.state is State.IN_DOUBT]
        for found in fold(left, right).attempts:
            if found.state is not State.IN_DOUBT:
                continue
            same = [one for one in doubts if (one.number, one.trial) == (found.number, found.trial)]
            assert found.submitted_at == min((s.submitted_at for s in same if s.submitted_at), default=None)
            assert found.finished_at == max((s.finished_at for s in same if s.finished_at), default=None)
            assert found.credits == max(one.credits for one in same)
