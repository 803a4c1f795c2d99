from __future__ import annotations

from typing import get_args

import pytest

from fakes.building import job_of
from sora2batch.cli.show.progress import describe, detail
from sora2batch.run import event

FOX = job_of("fox")
TOLD_AT_ONCE = [
    event.Rejected(job=FOX, message="no"),
    event.InDoubt(job=FOX, message="no answer"),
    event.Deferred(job=FOX, message="busy"),
    event.Paused(seconds=1.0, message="busy"),
    event.Failed(job=FOX, message="no"),
    event.TimedOut(job=FOX, task_id="a"),
    event.NotDownloaded(job=FOX, message="gone"),
    event.Looked(job=FOX, path="fox.mp4", look=(("black", "black for 9.8 of 10.0 s"),)),
    event.Unsaved(job=FOX, task_id="a"),
    event.Warned(message="look out"),
    event.Stopped(message="stopped"),
]
DETAILS = [
    event.Deferred(job=FOX, message="the store has failed before", is_news=False),
    event.Uploaded(file="images/fox.jpg", bytes=7, is_new=True),
    event.Uploaded(file="images/owl.jpg", bytes=7, is_new=False),
    event.Submitted(job=FOX, task_id="a"),
    event.Generated(job=FOX),
    event.Downloaded(job=FOX, paths=("fox.mp4",)),
    event.Stored(job=FOX),
    event.NotStored(job=FOX, message="denied"),
    event.Looked(job=FOX, path="fox.mp4", look=()),
    event.NotLooked(job=FOX, path="fox.mp4", message="the decoder gave up on it"),
]


@pytest.mark.parametrize("happened", TOLD_AT_ONCE, ids=lambda happened: type(happened).__name__)
def test_what_a_person_should_hear_of_is_told_at_once_and_only_once(happened):
    assert describe(happened)
    assert detail(happened) is None


@pytest.mark.parametrize("happened", DETAILS, ids=lambda happened: type(happened).__name__)
def test_mere_progress_is_a_detail(happened):
    assert describe(happened) is None
    assert detail(happened)


def test_the_sums_are_no_line():
    spent = event.Spent(charged=1, budget=2)
    assert (describe(spent), detail(spent)) == (None, None)


def test_every_event_is_tried_here():
    assert {type(one) for one in [*TOLD_AT_ONCE, *DETAILS]} | {event.Spent} == set(get_args(event.Event))
