"""Jobs of which the same is to be said become one line: a matrix makes a thousand changes of one edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sora2batch.ground.pending_job import AskedJob
from sora2batch.plan.action import Action, PlannedJob, WaitingJob
from sora2batch.plan.compare import Comparison

_FOLLOWS = "made of results that will be others"


class Item(NamedTuple):
    """What is to be said of one job."""

    verb: str
    """What happens to it: ``submit``, ``replaced``."""
    group: str
    """Of the manifest."""
    key: str
    credits: int
    """What it costs, or how much dearer it becomes."""
    why: str
    """What is said of it, in a line of strangers' words; only where that is equal are jobs alike."""
    detail: str = ""
    """What is said of it alone, such as its prompt."""


class Alike(NamedTuple):
    """Jobs of one group of which the same is to be said."""

    verb: str
    group: str
    first: Item
    jobs: int
    credits: int


def alike(items: Iterable[Item]) -> Sequence[Alike]:
    """Bring together what is equal, in the order of the first of each."""
    found: dict[tuple[str, str, str], Alike] = {}
    for item in items:
        key = item.verb, item.group, item.why
        before = found.get(key) or Alike(item.verb, item.group, item, 0, 0)
        found[key] = before._replace(jobs=before.jobs + 1, credits=before.credits + item.credits)
    return tuple(found.values())


def planned_items(jobs: Iterable[PlannedJob]) -> Iterator[Item]:
    """Say of each job what a run would do, and why."""
    for one in jobs:
        detail = _prompt(one.job) if one.action is Action.SUBMIT else ""
        yield Item(one.action.value, one.job.group, one.job.key, one.credits, one.reason, detail)


def waiting_items(jobs: Iterable[WaitingJob]) -> Iterator[Item]:
    """Say of each job that rests on others what it waits for: alike are those that need the same groups."""
    for one in jobs:
        yield Item(one.action.value, one.job.group, one.job.key, one.credits, _waits_for(one), one.reason)


def _waits_for(one: WaitingJob) -> str:
    if one.action is Action.BLOCKED:
        return "rests on what has failed" if "rests on" in one.reason else one.reason
    if one.job.gate:
        return one.reason
    groups = dict.fromkeys(key.partition("#")[0].partition("/")[0] for key in one.job.needs)
    return f"needs results of {', '.join(groups)}"


def changed_items(comparison: Comparison) -> Iterator[Item]:
    """Say of each job what became of it since the base."""
    for job in comparison.added:
        yield Item("added", job.group, job.key, job.credits, "", _prompt(job))
    for one in comparison.replaced:
        yield Item("replaced", one.after.group, one.after.key, one.difference, one.change)
    for one in comparison.following:
        yield Item("made anew", one.after.group, one.after.key, one.difference, _FOLLOWS)
    for job in comparison.removed:
        yield Item("removed", job.group, job.key, -job.credits, "", _prompt(job))
    for old, new in comparison.renamed:
        yield Item("renamed", new.partition("/")[0], new, 0, "", f"was {old}")


def _prompt(job: AskedJob) -> str:
    prompt = job.input.get("prompt")
    return prompt if isinstance(prompt, str) else ""
