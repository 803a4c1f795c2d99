"""What is left of a faulty manifest: the parts that can still be checked, so that no fault hides another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath, Fault, Target
from sora2batch.ground.schema import load_schema
from sora2batch.ground.suggest import close_matches
from sora2batch.manifest.schema_check import fits_schema

_STAND_INS: JsonObject = {"version": 1, "budget": {"max_credits": 0}}
_CONTENT_OF_ALL = frozenset({"vars", "defaults", "input", "matrix"})
"""The keys at the top that every group may lean on, or that were meant for a group."""
_NO_CONTENT = frozenset({"repeat", "tool"})
"""The keys of a group without which its cells and its input are what they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """The sound parts of a manifest."""

    data: JsonObject
    """Fits the schema, save that there may be no group, and that a group's name may be a bad one."""
    partial: frozenset[str]
    """The groups that lack something their other fields may lean on."""
    without_tool: frozenset[str]
    """The groups whose own tool was taken out; the manifest's tool is not what they mean."""


def prune(data: JsonValue, faults: Sequence[Fault]) -> Remains | None:
    """Take out what is wrong; None where too little is left to go on with."""
    if not isinstance(data, dict) or not all(fault.path for fault in faults):
        return None
    pruned = cast("JsonObject", _without(data, filter(None, map(_cut, faults))))
    head = {**_STAND_INS, **{key: value for key, value in pruned.items() if key != "jobs"}}
    if not fits_schema({**head, "jobs": {"group": {}}}):
        return None
    jobs = pruned.get("jobs", {})
    groups = _sound_groups(jobs) if isinstance(jobs, dict) else {}
    damage = {name: _damage(name, faults) for name in groups}
    shared = not _CONTENT_OF_ALL.isdisjoint(_damage_at_top(faults))
    return Remains(
        data={**head, "jobs": groups},
        partial=frozenset(name for name in groups if shared or not damage[name] <= _NO_CONTENT),
        without_tool=frozenset(name for name in groups if "tool" in damage[name]),
    )


def _cut(fault: Fault) -> DataPath | None:
    """Choose what to take out for a fault: a whole setting, never a piece of one that needs the rest."""
    match fault.path:
        case ("jobs", str()) if fault.target is Target.KEY:
            return None  # a group with a bad name can be checked under that name
        case ("jobs", _, "matrix", *_):
            return fault.path[:4]
        case ("jobs", *_):
            return fault.path[:3]
        case ("budget", *_):
            return ("budget",)
        case _:
            return fault.path[:2]


def _without(value: JsonValue, paths: Iterable[DataPath]) -> JsonValue:
    """Copy what holds one of the paths, less what they name; the rest is shared."""
    below: dict[str | int, list[DataPath]] = {}
    for path in paths:
        below.setdefault(path[0], []).append(path[1:])
    match value:
        case dict():
            return {
                key: _kept(part, below.get(key))
                for key, part in value.items()
                if () not in below.get(key, ())
            }
        case list():
            parts = enumerate(value)
            return [_kept(part, below.get(at)) for at, part in parts if () not in below.get(at, ())]
        case _:
            return value


def _kept(part: JsonValue, paths: list[DataPath] | None) -> JsonValue:
    return _without(part, paths) if paths else part


def _sound_groups(jobs: JsonObject) -> dict[str, JsonValue]:
    """Keep the groups that fit now, if need be without their matrix, which may have lost its last axis."""
    groups: dict[str, JsonValue] = {}
    for name, group in jobs.items():
        if not isinstance(group, dict):
            continue
        bare = {key: value for key, value in group.items() if key != "matrix"}
        fitting = (part for part in (group, bare) if fits_schema({**_STAND_INS, "jobs": {"group": part}}))
        sound = next(fitting, None)
        if sound is not None:
            groups[name] = sound
    return groups


def _damage(group: str, faults: Iterable[Fault]) -> frozenset[str]:
    """Tell which keys of a group are wrong; a misspelled one by what it was meant to be."""
    schema: Any = load_schema("manifest-structure.schema.json")
    known = schema["properties"]["jobs"]["additionalProperties"]["properties"]
    inside = (fault.path[2:] for fault in faults if fault.path[:2] == ("jobs", group))
    return frozenset(_meant(path[0], known) if path else "" for path in inside)


def _damage_at_top(faults: Iterable[Fault]) -> frozenset[str]:
    schema: Any = load_schema("manifest-structure.schema.json")
    known = [*schema["properties"], "input", "matrix"]
    return frozenset(_meant(fault.path[0], known) for fault in faults if fault.path)


def _meant(key: str | int, known: Iterable[str]) -> str:
    return next(iter(close_matches(str(key), known)), "")
