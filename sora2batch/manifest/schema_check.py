"""Is a document a manifest? Every fault, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import PurePosixPath
from unicodedata import normalize

import jsonschema_rs

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath, Problem
from sora2batch.ground.schema import load_schema
from sora2batch.ground.suggest import did_you_mean, listed
from sora2batch.manifest.document import Document
from sora2batch.manifest.messages import Fault, Spot, describe, faults_of
from sora2batch.manifest.name import better_name, name_fault, name_of_file, variable_fault
from sora2batch.manifest.output_dir import output_dir_fault
from sora2batch.manifest.violation import violations
from sora2batch.manifest.way_out import digits_hint

_SCHEMA = "manifest.schema.json"
_NOT_AXES = ("include", "exclude")


def faults_in(document: Document) -> tuple[Fault, ...]:
    """Check a document against the schema and the rules that no schema can state."""
    return tuple(_faults(document.data, PurePosixPath(document.file).stem))


def problems_of(document: Document, faults: Iterable[Fault]) -> tuple[Problem, ...]:
    """Find the places of faults."""
    return tuple(_problem(document, fault) for fault in faults)


def fits_schema(data: JsonValue) -> bool:
    """Tell whether data keeps the rules of the schema."""
    return _validator().is_valid(data)


def _faults(data: JsonValue, stem: str) -> Iterator[Fault]:
    if not isinstance(data, dict):
        hint = "it begins with version: 1"
        yield Fault(path=(), message=f"a manifest must be a mapping; this is {describe(data)}", hint=hint)
        return
    faults = () if fits_schema(data) else tuple(_schema_faults(data))
    yield from faults
    told = {fault.path for fault in faults}
    yield from (fault for fault in _name_faults(data, stem) if fault.path not in told)
    match data.get("output"):
        case {"dir": str(folder)} if ("output", "dir") not in told and (fault := output_dir_fault(folder)):
            message, hint = fault
            yield Fault(path=("output", "dir"), message=f"is {describe(folder)}; it {message}", hint=hint)
        case _:
            pass
    yield from _amount_faults(data.get("budget"))
    jobs = data.get("jobs")
    for name, group in jobs.items() if isinstance(jobs, dict) else ():
        if isinstance(group, dict):
            yield from _group_faults(name, group, data)


def _amount_faults(budget: JsonValue) -> Iterator[Fault]:
    """Refuse an amount of money that some read as a thousand times another: 12.000."""
    match budget:
        case {"max_credits": float(amount)} if amount >= 0 and amount.is_integer():
            message = f"is the decimal number {amount:.15g}.0, must be a whole number in digits alone"
            yield Fault(path=("budget", "max_credits"), message=message, hint=digits_hint(amount))
        case _:
            pass


@cache
def _validator() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(load_schema(_SCHEMA))


def _schema_faults(data: JsonObject) -> Iterator[Fault]:
    faults = faults_of(violations(load_schema(_SCHEMA), data))
    yield from faults
    if not faults:  # the two validators disagree; the stricter one is right
        for error in _validator().iter_errors(data):
            yield Fault(path=tuple(error.instance_path), message=error.message)


def _name_faults(data: JsonObject, stem: str) -> Iterator[Fault]:
    """Check what the schema's patterns let through: these know no script but ASCII."""
    match data:
        case {"name": str(name)} if not name.isascii() and (fault := name_fault(name)):
            yield Fault(path=("name",), message=f"is {describe(name)}; it {fault}", hint=_better(name))
        case {"name": _}:
            pass
        case _ if not stem or name_fault(normalize("NFC", stem)):
            message = f'is missing, and the file\'s name "{stem}" cannot stand for it'
            yield Fault(path=("name",), message=message, hint=f"write name: {name_of_file(stem)}")
    for path, names, fault_of in _named(data):
        for name in names if isinstance(names, dict) else ():
            if not name.isascii() and (fault := fault_of(name)):
                yield Fault(path=(*path, name), message=fault, hint=_better(name), spot=Spot.KEY)


def _named(data: JsonObject) -> Iterator[tuple[DataPath, JsonValue, Callable[[str], str | None]]]:
    """Find the mappings whose keys are names that people choose."""
    jobs = data.get("jobs")
    yield ("vars",), data.get("vars"), variable_fault
    yield ("jobs",), jobs, name_fault
    for name, group in jobs.items() if isinstance(jobs, dict) else ():
        matrix = group.get("matrix") if isinstance(group, dict) else None
        if isinstance(matrix, dict):
            path: DataPath = ("jobs", name, "matrix")
            yield path, matrix, variable_fault
            for kind in _NOT_AXES:
                entries = matrix.get(kind)
                for number, entry in enumerate(entries if isinstance(entries, list) else ()):
                    yield (*path, kind, number), entry, variable_fault


def _better(name: str) -> str | None:
    better = better_name(name)
    return f'such as "{better}"' if better else None


def _group_faults(name: str, group: JsonObject, manifest: JsonObject) -> Iterator[Fault]:
    if "tool" not in group and "tool" not in manifest:
        message = "is missing; the manifest names no tool for every group either"
        yield Fault(path=("jobs", name, "tool"), message=message, hint="`sora2batch tools` lists them")
    match group.get("matrix"):
        case {"exclude": [*entries], **rest}:
            axes = [str(axis) for axis in rest if axis not in _NOT_AXES]
            for number, entry in enumerate(entries):
                yield from _exclude_faults(name, number, entry, axes)
        case _:
            pass


def _exclude_faults(group: str, number: int, entry: JsonValue, axes: list[str]) -> Iterator[Fault]:
    for key in entry if isinstance(entry, dict) else ():
        if key not in axes and (key.isascii() or variable_fault(key) is None):
            known = f"this matrix has {listed(axes)}" if axes else "this matrix has no axes"
            yield Fault(
                path=("jobs", group, "matrix", "exclude", number, key),
                message=f"is not an axis, so nothing would be excluded; {known}",
                hint=did_you_mean(key, axes),
                spot=Spot.KEY,
            )


def _problem(document: Document, fault: Fault) -> Problem:
    find = document.key_position if fault.spot is Spot.KEY else document.position
    return Problem(
        file=document.file,
        position=find(fault.path),
        path=fault.path,
        message=fault.message,
        hint=fault.hint,
    )
