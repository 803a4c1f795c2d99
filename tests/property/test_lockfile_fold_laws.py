from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from fakes.lockfile_strategies import journal_entries, journal_lines
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.fold import fold, fold_all


@given(journal_entries, journal_entries)
def test_fold_is_commutative(left, right):
    assert fold(left, right) == fold(right, left)


@given(journal_entries, journal_entries, journal_entries)
def test_fold_is_associative(one, two, three):
    assert fold(fold(one, two), three) == fold(one, fold(two, three))


@given(journal_entries, journal_entries)
def test_fold_is_idempotent(one, two):
    both = fold(one, two)
    assert fold(one, one) == one
    assert fold(both, one) == fold(both, two) == both


@given(st.lists(journal_lines, max_size=8), st.randoms())
def test_the_order_of_lines_does_not_matter(lines, random):
    shuffled = random.sample(lines, len(lines))
    assert fold_all(lines) == fold_all(shuffled)


@given(st.lists(journal_lines, max_size=8), st.integers(0, 8))
def test_a_second_reading_of_the_first_lines_changes_nothing(lines, count):
    assert fold_all(lines) == fold_all(lines + lines[:count])


@given(st.lists(journal_lines, max_size=8))
def test_no_task_is_ever_lost_and_none_counts_twice(lines):
    said = {attempt.task_id for line in lines for attempt in line.attempts if attempt.task_id}
    by_job = fold_all(lines).values()
    assert {attempt.task_id for entry in by_job for attempt in entry.attempts if attempt.task_id} == said
    for entry in by_job:
        tasks = [attempt.task_id for attempt in entry.attempts if attempt.task_id]
        assert len(tasks) == len(set(tasks))


@given(journal_entries)
def test_the_first_attempt_is_completed_if_any_is_and_withdrawn_only_if_all_are(entry):
    states = [attempt.state for attempt in entry.attempts]
    assert (states[0] is State.COMPLETED) == (State.COMPLETED in states)
    assert (states[0] is State.WITHDRAWN) == (set(states) == {State.WITHDRAWN})


@given(st.lists(journal_lines, min_size=1, max_size=8))
def test_folding_pairwise_in_a_tree_is_the_same_as_in_a_row(lines):
    same_job = [line for line in lines if line.fingerprint == lines[0].fingerprint]
    middle = len(same_job) // 2 or 1
    halves = [half for half in (same_job[:middle], same_job[middle:]) if half]
    assert reduce(fold, (reduce(fold, half) for half in halves)) == reduce(fold, same_job)
