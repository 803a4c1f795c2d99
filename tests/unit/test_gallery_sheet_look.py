from __future__ import annotations

from sora2batch.gallery.sheet.look import LOOKS
from sora2batch.lockfile.entry import State
from sora2batch.plan.job_status import PENDING


def test_every_state_that_a_job_can_be_in_has_a_look():
    assert set(LOOKS) == {PENDING, *State} - {State.WITHDRAWN}
