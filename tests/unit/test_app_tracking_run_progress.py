from __future__ import annotations

import pytest

from fakes.building import job_of
from sora2batch.app.tracking.run_progress import RunProgress
from sora2batch.run import event

FOX = job_of("fox")


def run_progress(*events):
    counted = RunProgress(to_submit=3, to_generate=3, to_download=3, budget=5000, spent=0)
    for happened in events:
        counted.count(happened)
    return counted


def test_what_went_well_is_counted_and_what_did_not_is_named():
    counted = run_progress(
        event.Submitted(job=FOX, task_id="a"),
        event.Submitted(job=FOX, task_id="b"),
        event.Deferred(job=FOX, message="busy"),
        event.Generated(job=FOX),
        event.TimedOut(job=FOX, task_id="b"),
        event.NotDownloaded(job=FOX, message="gone"),
        event.Spent(charged=840, budget=5000),
    )
    assert counted.line == (
        "2/2 submitted, 1/1 generated, 0/0 downloaded, 1 not submitted, 1 failed or overdue, "
        "1 not downloaded; 840 of 5,000 credits"
    )


def test_a_doubt_is_named_as_one_as_long_as_it_is_one():
    counted = run_progress(
        event.InDoubt(job=FOX, message="no answer"), event.Rejected(job=job_of("owl"), message="too long")
    )
    assert counted.line == (
        "0/1 submitted, 0/1 generated, 0/1 downloaded, 1 in doubt, 1 not submitted; 0 of 5,000 credits"
    )
    counted.count(event.Submitted(job=FOX, task_id="late"))
    assert counted.line == (
        "1/2 submitted, 0/2 generated, 0/2 downloaded, 1 not submitted; 0 of 5,000 credits"
    )


def test_a_run_without_mishaps_names_none():
    counted = run_progress(event.Submitted(job=FOX, task_id="a"), event.Generated(job=FOX))
    assert counted.line == "1/3 submitted, 1/3 generated, 0/3 downloaded; 0 of 5,000 credits"


def test_what_is_no_part_of_a_run_is_not_counted():
    counted = RunProgress(to_submit=0, to_generate=0, to_download=2, budget=1000, spent=840)
    assert counted.line == "0/2 downloaded; 840 of 1,000 credits"
    assert RunProgress(to_submit=0, to_generate=0, to_download=0, budget=9, spent=1).line == "1 of 9 credits"


def test_more_than_was_expected_never_looks_like_less_than_nothing():
    counted = RunProgress(to_submit=0, to_generate=0, to_download=0, budget=1, spent=0)
    counted.count(event.Downloaded(job=FOX, paths=("fox.mp4",)))
    assert "1/1 downloaded" in counted.line


@pytest.mark.parametrize(
    "happened",
    [
        event.Paused(seconds=1.0, message="busy"),
        event.Unsaved(job=FOX, task_id="a"),
        event.Warned(message="look out"),
        event.Stopped(message="stopped"),
        event.Ticked(),
    ],
)
def test_what_moves_no_number_changes_nothing(happened):
    assert run_progress(happened) == run_progress()


def test_files_are_counted_as_there_and_as_new():
    counted = run_progress(
        event.Uploaded(file="fox.jpg", bytes=7, is_new=True),
        event.Uploaded(file="owl.jpg", bytes=7, is_new=False),
    )
    assert (counted.ready, counted.uploaded) == (2, 1)
    assert counted.line.startswith("1 file uploaded, 0/3 submitted")
