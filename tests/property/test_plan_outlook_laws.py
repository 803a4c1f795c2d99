from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sora2batch.plan.outlook import makespan

seconds = st.integers(0, 50)
busy = st.lists(seconds, max_size=8)
runs = st.lists(st.tuples(seconds, st.integers(0, 12)), max_size=5)
places = st.integers(1, 6)
rate = st.sampled_from([None, 0.25, 0.5, 2.0])


def in_turn(busy, runs, places, rate):
    """The same, a task at a time."""
    ends = [0] * max(0, places - len(busy)) + sorted(busy)[-places:]
    lengths = [length for length, count in runs for _ in range(count)]
    for number, length in enumerate(lengths):
        first = min(range(len(ends)), key=ends.__getitem__)
        ends[first] = max(ends[first], number / rate if rate else 0) + length
    return max(ends)


@given(busy, runs, places, rate)
def test_it_is_what_comes_out_when_each_task_takes_the_first_free_place(busy, runs, places, rate):
    assert makespan(busy, runs, places, rate) == in_turn(busy, runs, places, rate)


@given(busy, runs, places, rate, st.tuples(seconds, st.integers(0, 12)), st.data())
def test_more_jobs_never_take_less_time(busy, runs, places, rate, more, data):
    at = data.draw(st.integers(0, len(runs)))
    longer = [*runs[:at], more, *runs[at:]]
    if rate is None or at == len(runs):  # put between others they change who waits for the rate
        assert makespan(busy, longer, places, rate) >= makespan(busy, runs, places, rate)


@given(busy, runs, places, rate)
def test_more_places_never_take_more_time(busy, runs, places, rate):
    assert makespan(busy, runs, places + 1, rate) <= makespan(busy, runs, places, rate)


@given(busy, runs, places, rate, st.integers(0, 9))
def test_longer_tasks_never_take_less_time(busy, runs, places, rate, more):
    longer = [(length + more, count) for length, count in runs]
    assert makespan(busy, longer, places, rate) >= makespan(busy, runs, places, rate)


@given(busy, runs, places)
def test_it_lies_between_the_bounds_of_list_scheduling(busy, runs, places):
    work = sum(length * count for length, count in runs)
    longest = max([length for length, count in runs if count], default=0)
    found = makespan([], runs, places)
    assert max(work / places, longest) <= found <= work / places + longest
