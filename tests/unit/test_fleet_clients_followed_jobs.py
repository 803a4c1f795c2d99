"""Rows as they change become the events of a run."""

from __future__ import annotations

from fakes.building import job_of
from sora2batch.fleet.clients.batch_moment import AttemptNow
from sora2batch.fleet.clients.followed_jobs import FollowedJobs
from sora2batch.run.event import Deferred, Failed, Generated, InDoubt, Rejected, Submitted, TimedOut

FOX = job_of("fox")


def row(state: str, task_id: str | None = None, **more) -> AttemptNow:
    return AttemptNow(
        **{
            "id": 1,
            "fingerprint": FOX.fingerprint,
            "number": 1,
            "trial": 1,
            "state": state,
            "task_id": task_id,
            "message": None,
            "media": None,
            "media_error": None,
            "is_overdue": False,
            **more,
        }
    )


def following(**more) -> FollowedJobs:
    jobs = FollowedJobs()
    jobs.add(FOX, **more)
    return jobs


def told(jobs, *rows):
    return [happened for one in rows for happened in jobs.take([one])]


def test_a_job_goes_its_way_and_each_step_is_told_once():
    jobs = following()
    assert told(jobs, row("reserved"), row("sending")) == []
    assert jobs.is_any_open
    assert told(jobs, row("submitted", "t"), row("submitted", "t")) == [Submitted(job=FOX, task_id="t")]
    assert jobs.is_any_open
    assert told(jobs, row("completed", "t"), row("completed", "t")) == [Generated(job=FOX)]
    assert not jobs.is_any_open


def test_what_was_missed_is_told_together():
    assert told(following(), row("failed", "t", message="no")) == [
        Submitted(job=FOX, task_id="t"),
        Failed(job=FOX, message="no"),
    ]


def test_a_task_that_was_open_before_is_not_told_as_submitted():
    assert told(following(is_open=True), row("submitted", "t"), row("completed", "t")) == [Generated(job=FOX)]


def test_ends_without_a_task():
    assert told(following(), row("rejected", message="no")) == [Rejected(job=FOX, message="no")]
    assert told(following(), row("in_doubt", message="reset")) == [InDoubt(job=FOX, message="reset")]
    died = "the answer to its create call was lost"
    assert told(following(), row("in_doubt")) == [InDoubt(job=FOX, message=died)]
    [withdrawn] = told(following(), row("withdrawn"))
    assert isinstance(withdrawn, Deferred)


def test_earlier_attempts_and_other_jobs_are_of_no_interest():
    jobs = following(after=1)
    assert told(jobs, row("failed", "t"), row("completed", "u", fingerprint=job_of("owl").fingerprint)) == []
    assert not jobs.is_any_open
    assert told(jobs, row("rejected", id=2, number=2, message="no")) == [Rejected(job=FOX, message="no")]


def test_a_call_that_cost_nothing_is_reserved_again_and_that_counts():
    jobs = following()
    told(jobs, row("withdrawn"))
    assert not jobs.is_any_open
    assert told(jobs, row("reserved", id=2, trial=2)) == []
    assert jobs.is_any_open
    assert told(jobs, row("withdrawn")) == []  # of the one before nothing is new


def test_nobody_waits_for_a_task_that_is_overdue_and_its_end_is_told_all_the_same():
    jobs = following(is_open=True)
    late = row("submitted", "t", is_overdue=True)
    assert told(jobs, late, late) == [TimedOut(job=FOX, task_id="t")]
    assert not jobs.is_any_open
    assert told(jobs, row("completed", "t")) == [Generated(job=FOX)]


def test_a_doubt_that_ends_with_a_task_is_open_again():
    jobs = following()
    told(jobs, row("in_doubt"))
    assert told(jobs, row("submitted", "t")) == [Submitted(job=FOX, task_id="t")]
    assert jobs.is_any_open
    assert told(jobs, row("completed", "t")) == [Generated(job=FOX)]


def test_files_that_are_to_come_are_counted():
    jobs = following()
    told(jobs, row("completed", "t", media="todo"))
    assert jobs.awaited_files == 1
    told(jobs, row("completed", "t", media="done"))
    assert jobs.awaited_files == 0


def test_files_that_are_late_are_named_until_they_are_there():
    jobs = following()
    told(jobs, row("completed", "t", media="todo"))
    assert jobs.late_file is None
    told(jobs, row("completed", "t", media="todo", media_error="HTTP 503"))
    assert (jobs.late_file, jobs.awaited_files) == ((FOX.key, "HTTP 503"), 1)
    told(jobs, row("completed", "t", media="done", media_error="HTTP 503"))
    assert jobs.late_file is None


def test_a_reservation_that_was_withdrawn_long_ago_is_no_news_where_there_is_a_new_one():
    jobs = following()
    assert list(jobs.take([row("withdrawn"), row("reserved", id=2, trial=2)])) == []
    assert jobs.is_any_open
    submitted = row("submitted", "t", id=2, trial=2)
    assert list(jobs.take([row("withdrawn"), submitted])) == [Submitted(job=FOX, task_id="t")]
