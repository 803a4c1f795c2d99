"""Is a document a manifest? Every fault, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import PurePosixPath

import jsonschema_rs

from sora2batch.canonical import JsonObject, JsonValue
from sora2batch.manifest.document import Document
from sora2batch.manifest.violation import violations
from sora2batch.manifest.word import Fault, Spot, describe, faults_of
from sora2batch.problem import Problem
from sora2batch.schema import load_schema
from sora2batch.suggest import did_you_mean, listed

_SCHEMA = "manifest.schema.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
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
    if not fits_schema(data):
        yield from _schema_faults(data)
    if "name" not in data and not _NAME.fullmatch(stem):
        message = f'is missing, and the file\'s name "{stem}" cannot stand for it'
        hint = 'a name has letters, digits, ".", "_" and "-", for example name: spring-campaign'
        yield Fault(path=("name",), message=message, hint=hint)
    jobs = data.get("jobs")
    for name, group in jobs.items() if isinstance(jobs, dict) else ():
        if isinstance(group, dict):
            yield from _group_faults(name, group, data)


@cache
def _validator() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(load_schema(_SCHEMA))


def _schema_faults(data: JsonObject) -> Iterator[Fault]:
    faults = faults_of(violations(load_schema(_SCHEMA), data))
    yield from faults
    if not faults:  # the two validators disagree; the stricter one is right
        for error in _validator().iter_errors(data):
            yield Fault(path=tuple(error.instance_path), message=error.message)


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
        if key not in axes:
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
