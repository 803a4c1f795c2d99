from __future__ import annotations

from functools import reduce
from itertools import permutations

import pytest

from fakes.lock_entry import (
    DIGEST,
    attempt,
    completed,
    entry_of,
    failed,
    in_doubt,
    rejected,
    submitted,
    withdrawn,
)
from sora2batch.lockfile.entry import ErrorNote, Output, State
from sora2batch.lockfile.fold import fold, fold_all

NOTE = ErrorNote(message="no")
FILE = Output(url="https://h.example/a.mp4", path="a.mp4", sha256=DIGEST, bytes=1)
URL = Output(url="https://h.example/a.mp4")


def folded(*attempts):
    """The attempts that are left, and it must not matter in which order they came."""
    results = {
        reduce(fold, (entry_of(attempt) for attempt in order)).attempts for order in permutations(attempts)
    }
    assert len(results) == 1
    return results.pop()


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_its_place_among_attempts(state):
    one = attempt(state, "task-b" if state.has_task else None, number=2)
    assert one in folded(in_doubt(number=1), one)


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        (in_doubt(), withdrawn()),
        (withdrawn(), in_doubt(trial=2)),
        (in_doubt(trial=2), withdrawn(trial=2)),
        (withdrawn(trial=7), rejected()),
        (in_doubt(trial=7), rejected()),
        (in_doubt(), in_doubt(error=NOTE)),
        (submitted(), failed()),
        (failed(), completed()),
        (submitted(), completed()),
        (completed(outputs=(URL,)), completed(error=NOTE)),
        (completed(error=NOTE), completed(outputs=(FILE,))),
        (completed(outputs=(FILE,), error=NOTE), completed(outputs=(FILE,))),
        (completed(outputs=(URL, FILE)), completed(outputs=(FILE, FILE))),
    ],
)
def test_of_two_words_on_one_attempt_the_further_wins(lower, higher):
    assert folded(lower, higher) == (higher,)


def test_what_is_known_of_one_task_is_put_together():
    early = submitted(submitted_at="2026-11-22T09:00:00Z", number=2, credits=100)
    late = completed(submitted_at="2026-11-22T10:00:00Z", finished_at="2026-11-22T11:00:00Z", credits=420)
    bare = submitted()
    assert folded(early, late, bare) == (
        completed(
            submitted_at="2026-11-22T09:00:00Z", finished_at="2026-11-22T11:00:00Z", credits=420, number=2
        ),
    )


@pytest.mark.parametrize("void", [in_doubt(), withdrawn(trial=3), rejected()])
@pytest.mark.parametrize("answer", [submitted(), failed(), failed(number=2), completed()])
def test_a_call_that_became_a_task_is_no_longer_in_doubt(void, answer):
    assert folded(void, answer) == (answer,)


def test_a_later_call_in_doubt_stays_beside_a_failed_task():
    assert folded(failed(), in_doubt(number=2)) == (in_doubt(number=2), failed())


def test_nothing_is_in_doubt_once_the_job_is_completed():
    assert folded(completed(), in_doubt(number=2)) == (completed(),)


def test_a_rejection_is_replaced_by_the_next_one():
    assert folded(rejected(), rejected(number=2)) == (rejected(number=2),)


def test_a_rejection_stands_again_when_the_retry_was_withdrawn():
    assert folded(rejected(), in_doubt(number=2))[0] == in_doubt(number=2)
    assert folded(rejected(), in_doubt(number=2), withdrawn(number=2))[0] == rejected()


def test_a_doubt_from_another_branch_stays_away_after_two_rejections():
    ours = fold(entry_of(rejected()), entry_of(rejected(number=2)))
    assert fold(ours, entry_of(in_doubt())) == ours


def test_a_tombstone_beats_a_doubt_met_later_in_the_same_fold():
    assert folded(in_doubt(), withdrawn(), in_doubt()) == (withdrawn(),)


def test_two_tasks_were_both_paid_and_both_stay():
    assert folded(submitted("b"), completed("z"), completed("y", number=2)) == (
        completed("z"),
        completed("y", number=2),
        submitted("b"),
    )


@pytest.mark.parametrize(
    ("first", "others"),
    [
        (completed("a"), [submitted("b"), failed("c", number=9)]),
        (completed("a"), [completed("b"), completed("0", number=2)]),
        (submitted("a"), [failed("b", number=5), in_doubt(number=6)]),
        (in_doubt(number=3), [failed("a", number=2)]),
        (failed("a", number=3), [failed("b", number=2)]),
        (rejected(number=3), [failed("a", number=2)]),
    ],
)
def test_the_attempt_that_counts_comes_first(first, others):
    assert folded(first, *others)[0] == first


def test_of_two_keys_the_same_wins_from_either_side():
    one, other = entry_of(submitted(), key="a/1"), entry_of(submitted(), key="b/1")
    assert fold(one, other).key == fold(other, one).key


def test_many_lines_are_folded_by_fingerprint():
    fox, owl = entry_of(submitted()), entry_of(in_doubt(), name="owl")
    assert list(fold_all([fox, owl, entry_of(completed())]).values()) == [entry_of(completed()), owl]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [(None, None, None), ("a", None, "a"), (None, "a", "a"), ("a", "a", "a"), ("a", "b", "several")],
)
def test_who_was_asked_is_kept_unless_two_branches_asked_two(left, right, expected):
    for make in (in_doubt, submitted):
        both = [entry_of(make(account=account, api=account)) for account in (left, right)]
        for one, other in (both, both[::-1]):
            folded = fold(one, other)
            assert (folded.primary.account, folded.primary.api) == (expected, expected)
            assert fold(folded, other) == folded


def test_of_two_places_of_one_file_that_which_gave_way_counts():
    plain, former = completed(outputs=(FILE,)), completed(outputs=(FILE._replace(path=".former/a.0123.mp4"),))
    assert folded(plain, former) == (former,)


@pytest.mark.parametrize("digests", [("a" * 64, "b" * 64), ("b" * 64, "a" * 64)])
def test_a_clip_counts_before_the_words_that_were_kept_in_its_place_whatever_their_hashes(digests):
    words, clip = (
        FILE._replace(sha256=one, bytes=size) for one, size in zip(digests, (26, 99_435), strict=True)
    )
    before, after = (completed(outputs=(one,)) for one in (words, clip))
    assert folded(before, after) == (after,)
