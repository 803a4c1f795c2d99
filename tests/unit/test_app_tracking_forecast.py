from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.building import TOOL, entry_of, job_of, plan_of
from fakes.lock_entry import submitted
from fakes.staged_rig import pending_of
from fakes.still_clock import StillClock
from sora2batch.app.tracking.forecast import Forecast
from sora2batch.ground.job import Credits
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Action, WaitingJob
from sora2batch.plan.outlook import Duration
from sora2batch.run import event

JOBS = [job_of(f"fox {number}") for number in range(16)]
EXPECTED = {TOOL: Duration(100, 400)}


class Watched:
    """A forecast of sixteen jobs, eight at once, and a clock to move."""

    def __init__(self, plan=None):
        self.clock = StillClock()
        plan = plan or plan_of(*JOBS, budget=10**6)
        self.forecast = Forecast(plan, EXPECTED, RunOptions(concurrency=8), self.clock)

    def hear(self, *events):
        for happened in events:
            self.forecast.hear(happened)

    def pass_by(self, seconds):
        self.clock.moment += timedelta(seconds=seconds)

    def submit(self, *jobs):
        self.hear(*(event.Submitted(job=job, task_id=job.key) for job in jobs))

    def finish(self, *jobs):
        self.hear(*(event.Generated(job=job) for job in jobs))


def test_at_the_start_it_says_what_the_plan_says():
    watched = Watched()
    assert watched.forecast.left == (200, 800)
    assert watched.forecast.words == (
        "0 s so far, first results in about 2 to 7 min, done in about 3 to 13 min"
    )


def test_time_that_passes_is_taken_off():
    watched = Watched()
    watched.submit(*JOBS[:8])
    watched.pass_by(60)
    assert watched.forecast.left == (140, 740)
    assert watched.forecast.words.startswith("1 min 0 s so far, first results in about 1 to 6 min, done in")


def test_what_was_seen_narrows_the_range():
    watched = Watched()
    watched.submit(*JOBS[:8])
    watched.pass_by(200)
    widths = []
    for job in JOBS[:8]:
        watched.finish(job)
        watched.submit(job_of(f"more {job.key}"))
        least, most = watched.forecast.left
        widths.append(most - least)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 300 / 3
    assert "first results" not in watched.forecast.words


def test_a_tool_that_is_slower_than_the_catalogue_says_is_believed():
    watched = Watched()
    watched.submit(*JOBS[:8])
    watched.pass_by(1000)
    watched.finish(*JOBS[:8])
    assert watched.forecast.left.min > 800


def test_an_overdue_task_is_not_expected_at_any_moment():
    watched = Watched(plan_of(JOBS[0]))
    watched.submit(JOBS[0])
    watched.pass_by(4000)
    assert watched.forecast.left == (0, 1000)


@pytest.mark.parametrize(
    "happened",
    [
        event.Rejected(job=JOBS[0], message="no"),
        event.InDoubt(job=JOBS[0], message="no answer"),
        event.Deferred(job=JOBS[0], message="busy"),
        event.Stopped(message="enough"),
    ],
)
def test_what_has_no_task_takes_no_time(happened):
    watched = Watched(plan_of(JOBS[0]))
    watched.hear(happened)
    assert (watched.forecast.left, watched.forecast.words) == (None, "after 0 s")


def test_a_task_that_failed_is_waited_for_no_longer_and_teaches_nothing():
    watched = Watched(plan_of(*JOBS[:2], budget=10**6))
    watched.submit(*JOBS[:2])
    watched.pass_by(50)
    watched.hear(event.Failed(job=JOBS[0], message="no"), event.TimedOut(job=JOBS[1], task_id="b"))
    watched.submit(JOBS[2])
    assert watched.forecast.left == EXPECTED[TOOL]


def test_a_task_of_an_earlier_run_has_its_age_and_teaches_nothing():
    begun = submitted(submitted_at="2026-11-22T08:59:00Z")
    watched = Watched(plan_of(JOBS[0], entries=(entry_of(JOBS[0], begun),)))
    assert watched.forecast.left == (40, 340)
    watched.finish(JOBS[0])
    watched.submit(JOBS[1])
    assert watched.forecast.left == EXPECTED[TOOL]


def test_jobs_that_are_made_later_count_until_what_they_rest_on_has_failed():
    stills = JOBS[:2]
    clips = [pending_of(f"clip {number}", job.key) for number, job in enumerate(stills)]
    ends = [pending_of("end", clips[0].key)]
    later = [WaitingJob(job, Action.WAIT, "", Credits(420)) for job in (*clips, *ends)]
    clock = StillClock()
    plan = plan_of(*stills, budget=10**6)
    forecast = Forecast(plan, EXPECTED, RunOptions(concurrency=1), clock, later)
    assert forecast.left == (500, 2000)
    for job in stills:
        forecast.hear(event.Submitted(job=job, task_id=job.key))
    forecast.hear(event.Failed(job=stills[0], message="moderated"))
    forecast.hear(event.Generated(job=stills[1]))
    clip = stills[1]._replace(key=clips[1].key)
    forecast.hear(event.Ready(job=clip))
    assert forecast.left is not None
    forecast.hear(event.Submitted(job=clip, task_id="clip"))
    forecast.hear(event.Generated(job=clip))
    assert forecast.left is None
