from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from fakes.building import TOOL, job_of, plan_of
from fakes.still_clock import StillClock
from sora2batch.app.tracking.forecast import Forecast
from sora2batch.app.tracking.run_progress import progress_of
from sora2batch.cli.printer import ClickPrinter
from sora2batch.cli.show.progress import describe, detail, line_progress
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.outlook import Duration
from sora2batch.run import event
from sora2batch.run.stages import Stages

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
    event.Ready(job=FOX._replace(needs=("stills/fox",))),
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


def test_sums_and_time_are_no_line():
    for happened in (event.Spent(charged=1, budget=2), event.Ticked()):
        assert (describe(happened), detail(happened)) == (None, None)


def test_every_event_is_tried_here():
    assert {type(one) for one in [*TOLD_AT_ONCE, *DETAILS]} | {event.Spent, event.Ticked} == set(
        get_args(event.Event)
    )


@pytest.mark.parametrize("happened", TOLD_AT_ONCE, ids=lambda happened: type(happened).__name__)
def test_with_q_only_that_is_told_which_went_wrong(happened, capsys):
    progress = progress_of(plan_of(FOX), Stages.ALL)
    with line_progress(progress, ClickPrinter.of(0, quiet=True)) as listener:
        listener(happened)
    harmless = isinstance(happened, event.Paused | event.Looked | event.Stopped)
    assert capsys.readouterr().err == ("" if harmless else f"{describe(happened)}\n")


class Told:
    """A printer that remembers."""

    level = 0

    def __init__(self):
        self.lines = []

    def info(self, message):
        self.lines.append(message)

    def debug(self, message):
        pass


def test_silence_is_broken_although_nothing_happens():
    clock, told, plan = StillClock(), Told(), plan_of(FOX)
    progress = progress_of(plan, Stages.ALL)
    progress.clock = clock
    progress.forecast = Forecast(plan, {TOOL: Duration(60, 180)}, RunOptions(), clock)
    with line_progress(progress, told) as listener:
        listener(event.Submitted(job=FOX, task_id="a"))
        for _ in range(75):
            clock.moment += timedelta(seconds=1)
            listener(event.Ticked())
        listener(event.Generated(job=FOX))
    counts = "1/1 submitted, {}/1 generated, 0/1 downloaded; 0 of 10,000 credits; "
    assert told.lines == [
        counts.format(0) + "10 s so far, done in about 1 to 3 min",
        counts.format(0) + "40 s so far, done in up to 2 min",
        counts.format(0) + "1 min 10 s so far, done in up to 110 s",
        counts.format(1) + "after 1 min 15 s",
    ]
