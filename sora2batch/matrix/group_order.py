"""Which group rests on which: the order in which they can be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.manifest.model import Group, JobAxis
from sora2batch.matrix.diagnostics import Diagnostics


def groups_in_order(groups: Sequence[Group], diagnostics: Diagnostics) -> tuple[Group, ...]:
    """Sort the groups so that each comes after those that it is made from; as written where that is free.

    A group that is made from one that is not there, or from itself by way of others, comes last; both are
    noted.
    """
    known = {group.name: group for group in groups}
    rests_on = {group.name: _upstream_of(group, known, diagnostics) for group in groups}
    circles = _circles(rests_on)
    for circle in circles:
        _note_circle(known, circle, diagnostics)
    stuck = {name for circle in circles for name in circle}
    free = {name: needs - stuck for name, needs in rests_on.items() if name not in stuck}
    order = (*TopologicalSorter(free).static_order(), *(name for name in known if name in stuck))
    return tuple(known[name] for name in order if name in known)


def _upstream_of(group: Group, known: Mapping[str, Group], diagnostics: Diagnostics) -> set[str]:
    for axis in group.job_axes:
        if axis.group not in known:
            names = [name for name in known if name != group.name]
            message = f'there is no group "{axis.group}"; ' + (
                f"this manifest has {listed(names)}" if names else "this manifest has no other"
            )
            path = _path_of(group, axis)
            hint = did_you_mean(axis.group, names)
            diagnostics.add(Fault(path=path, rule=Rule.UNKNOWN_GROUP, message=message, hint=hint))
    return {axis.group for axis in group.job_axes if axis.group in known}


def _circles(rests_on: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """Find circles until none is left, each without the groups of those before."""
    left = dict(rests_on)
    found: list[tuple[str, ...]] = []
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            circle = tuple(reversed(error.args[1][1:]))
            found.append(circle)
            left = {name: needs - {*circle} for name, needs in left.items() if name not in circle}
        else:
            return found


def _note_circle(known: Mapping[str, Group], circle: Sequence[str], diagnostics: Diagnostics) -> None:
    """Tell of a circle once, at the first of its groups as they are written."""
    first = next(name for name in known if name in circle)
    at = circle.index(first)
    way = (*circle[at:], *circle[:at], first)
    axis = next(axis for axis in known[first].job_axes if axis.group in circle)
    if len(circle) == 1:
        message = "is made from its own results"
    else:
        message = f"groups are made from each other's results: {' → '.join(way)}"
    fault = Fault(path=_path_of(known[first], axis), rule=Rule.GROUP_CIRCLE, message=message)
    diagnostics.add(fault)


def _path_of(group: Group, axis: JobAxis) -> tuple[str, ...]:
    return ("jobs", group.name, "matrix", axis.name, "from_jobs")
