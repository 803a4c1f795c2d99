from __future__ import annotations

import pytest

from fakes.fleet_rows import job_named
from sora2batch.cli.show.event_line import print_event
from sora2batch.ground.job import Credits
from sora2batch.run import event

FOX = job_named("fox")


class Lines:
    """What was told, and how loudly."""

    def __init__(self):
        self.told = []

    def info(self, message):
        self.told.append(("info", message))

    def debug(self, message):
        self.told.append(("debug", message))

    def error(self, message):
        self.told.append(("error", message))


@pytest.mark.parametrize(
    ("happened", "level", "words"),
    [
        (event.Submitted(job=FOX, task_id="t-1"), "info", "spring.yaml: submitted: fox: task t-1"),
        (event.Stored(job=FOX), "info", "spring.yaml: stored: fox"),
        (event.Generated(job=FOX), "debug", "spring.yaml: generated: fox"),
        (event.Rejected(job=FOX, message="no"), "error", "spring.yaml: rejected: fox: no (not charged)"),
        (event.Paused(seconds=2.0, message="busy"), "info", "spring.yaml: pausing 2.0 s: busy"),
    ],
)
def test_what_was_bought_and_what_came_of_it_is_told_and_mishaps_to_everybody(happened, level, words):
    lines = Lines()
    print_event(lines, "spring.yaml", happened)
    assert lines.told == [(level, words)]


def test_what_concerns_no_batch_names_none():
    lines = Lines()
    print_event(lines, "", event.Warned(message="the database is back"))
    assert lines.told == [("error", "warning: the database is back")]


def test_numbers_are_not_told():
    lines = Lines()
    print_event(lines, "spring.yaml", event.Spent(charged=Credits(1), budget=Credits(2)))
    assert lines.told == []
