"""The stages of a run, and which of them a plan has work for."""

from __future__ import annotations

from enum import Flag, auto

from sora2batch.plan.action import Action, Plan


class Stages(Flag):
    """Which stages a call wants."""

    SUBMIT = auto()
    WAIT = auto()
    DOWNLOAD = auto()
    STORE = auto()
    """Files that are in place are put in the user's own store, too: the manifest wants it, not the call."""
    ALL = SUBMIT | WAIT | DOWNLOAD


def stages_up_to(*, waits: bool, downloads: bool) -> Stages:
    """Say how far a call goes: what is not waited for is not downloaded either."""
    if not waits:
        return Stages.SUBMIT
    return Stages.ALL if downloads else Stages.SUBMIT | Stages.WAIT


_ACTIONS = {
    Stages.SUBMIT: Action.SUBMIT,
    Stages.WAIT: Action.RESUME,
    Stages.DOWNLOAD: Action.DOWNLOAD,
}


def has_work(plan: Plan, stages: Stages) -> bool:
    """Tell whether there is anything to do."""
    counts = plan.counts
    return any(counts[action] for stage, action in _ACTIONS.items() if stage in stages)


def asks_the_api(plan: Plan, stages: Stages) -> bool:
    """Tell whether a key is needed; files can be fetched without one as long as their URLs work."""
    return has_work(plan, stages & ~Stages.DOWNLOAD)
