"""What a state is called on a sheet, and its colour; the same in the heading and on a tile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sora2batch.gallery.sheet.ink import AMBER, BLUE, GREEN, GREY, RED, ROSE, Colour
from sora2batch.lockfile.entry import State
from sora2batch.plan.job_status import PENDING


@dataclass(frozen=True, slots=True)
class Look:
    """A word and a colour."""

    word: str
    colour: Colour


LOOKS: Mapping[str, Look] = {
    PENDING: Look("pending", GREY),
    State.SUBMITTED: Look("generating", BLUE),
    State.COMPLETED: Look("completed", GREEN),
    State.FAILED: Look("failed", RED),
    State.REJECTED: Look("rejected", ROSE),
    State.IN_DOUBT: Look("in doubt", AMBER),
}
"""Of every state that a job can be in."""
