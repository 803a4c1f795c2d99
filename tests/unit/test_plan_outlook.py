from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.building import TOOL, entry_of, job_of, plan_of
from fakes.lock_entry import submitted
from fakes.staged_rig import pending_of
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.job import Credits
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Action, WaitingJob
from sora2batch.plan.outlook import Duration, makespan, outlook_of

CATALOG = load_catalog()
LEAST, MOST = CATALOG.get(TOOL).expected_seconds


def outlook(plan, **options):
    return outlook_of(plan, CATALOG, RunOptions(**options), None)


def jobs_of(number):
    return [job_of(f"fox {one}") for one in range(number)]


def test_jobs_take_turns_where_few_may_be_open():
    found = outlook(plan_of(*jobs_of(18), budget=10**6), concurrency=8)
    assert found.duration == (3 * LEAST, 3 * MOST)
    assert found.time_line == f"time: about {found.duration.words} (18 jobs, 8 at once)"


def test_one_job_takes_as_long_as_the_catalogue_says():
    found = outlook(plan_of(job_of("fox")))
    assert found.duration == (LEAST, MOST)
    assert found.time_line == f"time: about {Duration(LEAST, MOST).words} (1 job)"


def test_calls_that_are_spaced_take_their_time():
    found = outlook(plan_of(*jobs_of(100), budget=10**6), concurrency=100, submit_rate=0.1)
    assert found.duration == (990 + LEAST, 990 + MOST)


def test_an_open_task_may_be_done_at_once_and_takes_a_place():
    fox, owl = job_of("fox"), job_of("owl")
    plan = plan_of(fox, owl, entries=(entry_of(fox, submitted()),))
    assert outlook(plan, concurrency=1).duration == (LEAST, 2 * MOST)
    only_open = plan_of(fox, entries=(entry_of(fox, submitted()),))
    assert outlook(only_open).duration == (0, MOST)


def test_where_nothing_is_generated_no_time_is_told():
    found = outlook(plan_of(job_of("fox"), limit=0))
    assert (found.duration, found.time_line) == (None, None)


def test_tasks_of_several_lengths_are_put_where_a_place_is_free():
    assert makespan([], [(10, 3), (4, 2)], 2) == 20
    assert makespan([7, 3], [(10, 1)], 2) == 13
    assert makespan([5, 9, 2], [(1, 1)], 2) == 9  # one must end before there is a place
    assert makespan([], [], 8) == 0


def test_a_hundred_thousand_jobs_are_no_work():
    """Rounds of all places are added at once."""
    assert makespan([], [(100, 10**9), (140, 10**9)], 8) == 10**9 // 8 * 240


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (40, 90, "40 to 90 s"),
        (0, 30, "up to 30 s"),
        (62, 62, "65 s"),
        (120, 240, "2 to 4 min"),
        (700, 2400, "12 to 40 min"),
        (20, 200, "up to 3 min"),
        (3000, 9000, "0.8 to 2.5 h"),
        (100_000, 400_000, "1.2 to 4.6 d"),
    ],
)
def test_a_duration_is_rounded_for_people(least, most, words):
    assert Duration(least, most).words == words


def test_what_needs_results_comes_after_them_and_what_nobody_has_picked_yet_is_not_counted():
    def waits(name, *needs, gate=None):
        return WaitingJob(pending_of(name, *needs, gate=gate), Action.WAIT, "needs others", Credits(420))

    fox = job_of("fox")
    waiting = (
        waits("a", fox.key),
        waits("b", fox.key),
        waits("c", "clips/a", "clips/b"),
        waits("d", fox.key, gate="picks.yaml"),
    )
    found = outlook(replace(plan_of(fox), waiting=waiting), concurrency=8)
    assert found.duration == (LEAST, 3 * MOST)
    assert found.generations == 4
