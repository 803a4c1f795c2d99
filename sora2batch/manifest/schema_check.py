"""Is a document a manifest? The schema, and the rules that no schema can state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import PurePosixPath
from unicodedata import normalize

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.digits import digits_hint
from sora2batch.ground.problem import DataPath, Fault, Target
from sora2batch.ground.rule import Rule
from sora2batch.ground.schema import load_schema
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.ground.validation import Draft, Validator
from sora2batch.manifest.describe import describe
from sora2batch.manifest.document import Document
from sora2batch.manifest.name import better_name, name_fault, name_of_file, variable_fault
from sora2batch.manifest.output_dir import output_dir_fault

_SCHEMA = "manifest-structure.schema.json"
_NOT_AXES = ("include", "exclude")


def is_sound(document: Document) -> bool:
    """Tell whether a document is a manifest without a fault."""
    data = document.data
    return isinstance(data, dict) and fits_schema(data) and next(rule_faults(document), None) is None


def fits_schema(data: JsonValue) -> bool:
    """Tell whether data keeps the rules of the schema."""
    return validator().fits(data)


def rule_faults(document: Document) -> Iterator[Fault]:
    """Check a mapping against the rules that no schema can state."""
    data = document.data
    assert isinstance(data, dict)
    yield from _name_faults(data, PurePosixPath(document.file).stem)
    yield from _folder_faults(data.get("output"))
    yield from _amount_faults(data.get("budget"))
    jobs = data.get("jobs")
    for name, group in jobs.items() if isinstance(jobs, dict) else ():
        if isinstance(group, dict):
            yield from _group_faults(name, group, data)


def _folder_faults(output: JsonValue) -> Iterator[Fault]:
    match output:
        case {"dir": str(folder)} if wording := output_dir_fault(folder):
            message, hint = f"is {describe(folder)}; it {wording[0]}", wording[1]
            yield Fault(path=("output", "dir"), rule=Rule.BAD_FOLDER, message=message, hint=hint)
        case _:
            pass


def _amount_faults(budget: JsonValue) -> Iterator[Fault]:
    """Refuse an amount of money that some read as a thousand times another: 12.000."""
    match budget:
        case {"max_credits": float(amount)} if amount >= 0 and amount.is_integer():
            message = f"is the decimal number {amount:.15g}.0, must be a whole number in digits alone"
            path, hint = ("budget", "max_credits"), digits_hint(amount)
            yield Fault(path=path, rule=Rule.AMBIGUOUS_NUMBER, message=message, hint=hint)
        case _:
            pass


@cache
def validator() -> Validator:
    """Compile the schema of manifests."""
    return Validator(load_schema(_SCHEMA), Draft.DRAFT_7)


def _name_faults(data: JsonObject, stem: str) -> Iterator[Fault]:
    """Check what the schema's patterns let through: these know no script but ASCII."""
    match data:
        case {"name": str(name)} if not name.isascii() and (fault := name_fault(name)):
            message, hint = f"is {describe(name)}; it {fault}", _better(name)
            yield Fault(path=("name",), rule=Rule.BAD_NAME, message=message, hint=hint)
        case {"name": _}:
            pass
        case _ if not stem or name_fault(normalize("NFC", stem)):
            message = f'is missing, and the file\'s name "{stem}" cannot stand for it'
            hint = f"write name: {name_of_file(stem)}"
            yield Fault(path=("name",), rule=Rule.MISSING_KEY, message=message, hint=hint)
    for path, names, fault_of in _named(data):
        for name in names if isinstance(names, dict) else ():
            if not name.isascii() and (fault := fault_of(name)):
                yield Fault(
                    path=(*path, name),
                    rule=Rule.BAD_NAME,
                    message=fault,
                    hint=_better(name),
                    target=Target.KEY,
                )


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
        path, hint = ("jobs", name, "tool"), "`sora2batch tools` lists them"
        yield Fault(path=path, rule=Rule.MISSING_KEY, message=message, hint=hint)
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
                rule=Rule.UNKNOWN_AXIS,
                message=f"is not an axis, so nothing would be excluded; {known}",
                hint=did_you_mean(key, axes),
                target=Target.KEY,
            )
