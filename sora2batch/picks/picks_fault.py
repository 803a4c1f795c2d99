"""Is a document a picks file? Every fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath, Fault, Target, format_path
from sora2batch.ground.rule import Rule
from sora2batch.ground.schema import load_schema
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.ground.validation import Draft, Validator
from sora2batch.manifest.describe import describe
from sora2batch.manifest.messages import faults_of

if TYPE_CHECKING:  # it brings jsonschema, which good data never pays for
    from sora2batch.ground.violation import Violation

_SCHEMA = "picks.schema.json"
_ROOT: DataPath = ("picks",)


def picks_faults(data: JsonValue) -> tuple[Fault, ...]:
    """Check data against the schema, and that no job has two opinions of it."""
    if not isinstance(data, dict | list):
        message = f"picks must be a list, or a mapping with one; this is {describe(data)}"
        hint = "it begins with version: 1"
        return (Fault(rule=Rule.WRONG_TYPE, message=message, hint=hint),)
    validator = Validator(_schema_of("file" if isinstance(data, dict) else "list"), Draft.DRAFT_7)
    found = () if validator.fits(data) else validator.violations(data)
    faults = tuple(dict.fromkeys(fault for violation in found for fault in _explain(violation)))
    return (*faults, *_contradictions(data, faults))


def picks_path(data: JsonValue) -> DataPath:
    """Tell where the list of picks stands: below ``picks``, or at the root."""
    return _ROOT if isinstance(data, dict) else ()


def opinion_of(entry: JsonObject) -> tuple[bool | None, int | None, str]:
    """Read what an entry that fits the schema says of its job: favourite, rating, note."""
    given: Any = entry
    rating = given.get("rating")
    favourite = given.get("favourite", given.get("favorite"))
    return favourite, None if rating is None else int(rating), given.get("note") or ""


def _schema_of(part: str) -> JsonObject:
    """Take the alternative that is meant, so that only its rules are spoken of."""
    definitions = cast("dict[str, JsonObject]", load_schema(_SCHEMA)["definitions"])
    return {**definitions[part], "definitions": cast("JsonObject", definitions)}


def _explain(violation: Violation) -> Iterator[Fault]:
    match violation.keyword:
        case "additionalProperties":
            yield from _unknown_keys(violation)
        case "anyOf" | "not" if not isinstance(violation.value, dict):
            return  # that it is no mapping is said already
        case "anyOf":
            message, hint = "names no job", "give its fingerprint or its key"
            yield Fault(path=violation.path, rule=Rule.MISSING_KEY, message=message, hint=hint)
        case "not":
            yield Fault(
                path=(*violation.path, "favorite"),
                rule=Rule.DUPLICATE_KEY,
                message='says the same as "favourite"',
                hint="keep one of the two",
                target=Target.KEY,
            )
        case _:
            yield from faults_of([violation])


def _unknown_keys(violation: Violation) -> Iterator[Fault]:
    allowed = list(violation.schema["properties"])
    for key in violation.value if isinstance(violation.value, dict) else ():
        if key not in allowed:
            yield Fault(
                path=(*violation.path, key),
                rule=Rule.UNKNOWN_KEY,
                message=f"unknown key; allowed here: {listed(allowed)}",
                hint=did_you_mean(key, allowed),
                target=Target.KEY,
            )


def _contradictions(data: JsonValue, faults: tuple[Fault, ...]) -> Iterator[Fault]:
    """Find the jobs of which two sound entries say different things."""
    root = picks_path(data)
    entries = data.get("picks") if isinstance(data, dict) else data
    broken = {fault.path[: len(root) + 1] for fault in faults}
    first: dict[str, tuple[DataPath, JsonObject]] = {}
    for index, entry in enumerate(entries) if isinstance(entries, list) else ():
        path = (*root, index)
        if not isinstance(entry, dict) or path in broken:
            continue
        identity = str(entry.get("fingerprint") or entry.get("key"))
        known_path, known = first.setdefault(identity, (path, entry))
        if opinion_of(known) != opinion_of(entry):
            yield contradiction(path, known_path)


def contradiction(path: DataPath, first: DataPath) -> Fault:
    """Word that two picks of one job say different things."""
    where = f"picks{format_path(first[-1:])}"
    message = f"is the same job as {where}, but says something else of it"
    return Fault(path=path, rule=Rule.CONTRADICTION, message=message, hint="keep one of the two")
