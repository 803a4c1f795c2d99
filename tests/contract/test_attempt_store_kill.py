"""A process is killed at its n-th step, for n = 1, 2, 3 ... until one passes untouched; then others go on."""

from __future__ import annotations

from itertools import count

import pytest

from fakes.errands import kinds
from fakes.paying_api import Mood

ALWAYS = ("reserve", "fence", "create")
AFTER = {
    Mood.ACCEPT: ("claim", "accept"),
    Mood.BUSY: ("release", "claim", "accept"),
    Mood.REJECT: ("refuse",),
    Mood.LOST: ("doubt",),
    Mood.LOST_FREE: ("doubt",),
}
"""The verbs that a job comes to, by what happens to its first call."""


def killed_at_every_step(send, *, every=1, **given):
    """Kill the first process of a new batch at each step, and hand the batch over as that left it."""
    for number in count(1, every):
        errands = send(**given)
        ended = errands.run(stop_at=number)
        errands.recover()
        errands.assert_money_is_safe()
        yield errands
        if not ended.was_killed:
            return


@pytest.mark.parametrize("mood", AFTER)
def test_killed_at_any_step_a_job_is_called_for_once_and_its_task_is_known_or_in_doubt(send, mood):
    seen = []
    moods = {"fox": [mood] if mood is Mood.REJECT else [mood, Mood.ACCEPT]}
    for errands in killed_at_every_step(send, moods=moods):
        seen.append(errands.steps)
        errands.finish()
    verbs = (*ALWAYS, *AFTER[mood])
    assert kinds(seen) == {f"{verb}: {when}" for verb in verbs for when in ("before", "done")}


@pytest.mark.parametrize("mood", [Mood.KILL_PAID, Mood.KILL_FREE])
def test_killed_while_the_call_is_under_way_the_job_is_in_doubt_and_is_not_called_for_again(send, mood):
    errands = send(moods={"fox": [mood, Mood.ACCEPT]})
    assert errands.run().was_killed
    errands.recover()
    errands.assert_money_is_safe()
    errands.run()
    assert errands.api.calls["fox"] == 1
    errands.finish()
    assert errands.api.calls["fox"] == (1 if mood is Mood.KILL_PAID else 2)


@pytest.mark.slow
def test_killed_at_any_step_with_calls_side_by_side_every_job_is_paid_once(send, keeper):
    """The order of steps is another one each time, so not each of them needs to be tried."""
    moods = {"fox": [Mood.BUSY, Mood.ACCEPT], "owl": [Mood.ACCEPT], "cat": [Mood.LOST, Mood.ACCEPT]}
    for errands in killed_at_every_step(send, every=2 if keeper == "journal" else 3, jobs=3, moods=moods):
        errands.finish()


def test_killed_at_every_step_again_and_again_no_call_is_made_twice(send):
    errands = send(jobs=3)
    for number in (1, 3, 5, 7, 9, 11, 13):
        errands.run(stop_at=number)
        errands.recover()
        errands.assert_money_is_safe()
    errands.finish()
