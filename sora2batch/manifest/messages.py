"""What the schema objects to, in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.problem import DataPath, Fault, Target
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean, nearest
from sora2batch.ground.text import listed, visible
from sora2batch.ground.validation import rule_of
from sora2batch.manifest.describe import describe
from sora2batch.manifest.name import better_name
from sora2batch.manifest.way_out import choice_hint, filling_hint, kind_of, type_hint

if TYPE_CHECKING:  # it brings jsonschema, which good data never pays for
    from sora2batch.ground.violation import Violation

_NO_BUDGET = "without a budget nothing is spent"
_WHY_REQUIRED = {("budget",): _NO_BUDGET, ("budget", "max_credits"): _NO_BUDGET}
_TYPE_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_PYTHON_TYPES: dict[str, type] = {"object": dict, "array": list}
_GROUP_KEYS = ("tool", "sample", "repeat", "input")
_RUN_KEYS = (
    "concurrency",
    "submit_concurrency",
    "submit_rate",
    "poll_interval",
    "timeout",
    "retries",
    "stop_after",
)
_TOP_KEYS = ("version", "name", "budget", "vars", "defaults", "jobs", "run", "output", "store", "lint")
_HOMES = {
    "max_credits": 'below "budget"',
    **dict.fromkeys(_RUN_KEYS, 'below "run"'),
    **dict.fromkeys(("dir", "filename", "check"), 'below "output"'),
    **dict.fromkeys(("url", "public_url", "outputs"), 'below "store"'),
    **dict.fromkeys(("ignore", "warn", "images_above"), 'below "lint"'),
    **dict.fromkeys(("matrix", "sample", "repeat"), 'to a group, below "jobs"'),
    **dict.fromkeys(("include", "exclude"), 'below "matrix"'),
    **dict.fromkeys(("method", "count", "seed"), 'below "sample"'),
    **dict.fromkeys(_TOP_KEYS, "at the top"),
    "input": 'to a group, or below "defaults"',
    "tool": "to a group, or at the top",
    "from": "to an axis: {from: FILE}",
    **dict.fromkeys(("from_jobs", "where", "picks", "min_rating", "by"), "to an axis: {from_jobs: GROUP}"),
}
"""Where each key of a manifest belongs."""
_PLAIN_WORDS = re.compile(r"[A-Za-z][\w /.-]*")


def faults_of(violations: Iterable[Violation]) -> tuple[Fault, ...]:
    """Word every violation; what is said twice is kept once."""
    return tuple(dict.fromkeys(fault for violation in violations for fault in _explain(violation)))


def _flow(value: JsonValue) -> str:
    """Write a value on one line of YAML."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case str() if _PLAIN_WORDS.fullmatch(value):
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def _explain(violation: Violation) -> Iterator[Fault]:
    if violation.is_about_name:
        yield _name_fault(violation)
    elif words := _WORDS.get(violation.keyword):
        yield from words(violation)
    else:
        yield _fault(violation, violation.message)


def _fault(violation: Violation, message: str, hint: str | None = None) -> Fault:
    return Fault(path=violation.path, rule=rule_of(violation.keyword), message=message, hint=hint)


def _name_fault(violation: Violation) -> Fault:
    name, hint, rule = str(violation.value), None, Rule.BAD_NAME
    match violation.keyword:
        case "pattern":
            message = str(violation.schema["patternErrorMessage"])
            better = better_name(name)
            hint = f'such as "{better}"' if better else None
        case "enum":
            message, rule = 'goes with "method: random" only', Rule.UNKNOWN_KEY
        case "maxLength":
            message = f"is a name longer than {violation.limit} characters"
        case _:
            message = "is a word that templates use themselves; take another name"
    path = (*violation.path, name)
    return Fault(path=path, rule=rule, message=message, hint=hint, target=Target.KEY)


def _unknown_keys(violation: Violation) -> Iterator[Fault]:
    allowed = list(violation.schema["properties"])
    written = violation.value if isinstance(violation.value, dict) else {}
    for key in written:
        if key not in allowed:
            yield Fault(
                path=(*violation.path, key),
                rule=Rule.UNKNOWN_KEY,
                message=f"unknown key; allowed here: {listed(allowed)}",
                hint=_key_hint(key, violation.path, allowed, written),
                target=Target.KEY,
            )


def _key_hint(key: str, path: DataPath, allowed: list[str], written: Collection[str]) -> str | None:
    if key[:1] != visible(key[:1]):
        return f"it begins with the character U+{ord(key[0]):04X}, which is no blank: indent with blanks"
    if key in _HOMES:
        return f'"{key}" belongs {_HOMES[key]}'
    meant = nearest(key, allowed)
    if meant in written:
        return f'remove it, for "{meant}" is written already'
    near = did_you_mean(key, allowed)
    match path:
        case ("jobs", _) | ("defaults",):
            return near or 'a field of the request belongs below "input"'
        case ():
            return near or 'a field of the request belongs below "input" of a group, or of "defaults"'
        case _:
            return near


def _missing_keys(violation: Violation) -> Iterator[Fault]:
    for key in violation.limit:
        if isinstance(violation.value, dict) and key not in violation.value:
            path = (*violation.path, key)
            why = _WHY_REQUIRED.get(path)
            message = f"is missing; {why}" if why else "is missing"
            hint = _example(key, violation.schema)
            yield Fault(path=path, rule=Rule.MISSING_KEY, message=message, hint=hint)


def _missing_companions(violation: Violation) -> Iterator[Fault]:
    """Word that one key asks for another beside it."""
    for key, wanted in violation.limit.items():
        for other in wanted if isinstance(violation.value, dict) and key in violation.value else ():
            if other not in violation.value:
                yield Fault(
                    path=(*violation.path, key),
                    rule=Rule.MISSING_KEY,
                    message=f'goes with "{other}", which is missing',
                    hint=_example(other, violation.schema),
                    target=Target.KEY,
                )


def _example(key: str, schema: dict[str, Any]) -> str | None:
    match schema.get("properties", {}).get(key):
        case {"examples": [first, *_]}:
            return f"for example {key}: {_flow(first)}"
        case _:
            return None


def _wrong_type(violation: Violation) -> Iterator[Fault]:
    message = f"is {describe(violation.value)}, must be {_wanted(violation.schema)}"
    hint = type_hint(violation.path, violation.value, violation.schema)
    yield _fault(violation, message, hint)


def _wanted(schema: dict[str, Any]) -> str:
    name = _TYPE_NAMES[kind_of(schema)]
    match schema:
        case {"minimum": low, "maximum": high}:
            return f"{name} from {low} to {high}"
        case {"minimum": low}:
            return f"{name} of at least {low}"
        case {"exclusiveMinimum": low}:
            return f"{name} above {low}"
        case _:
            return name


def _out_of_bounds(violation: Violation) -> Iterator[Fault]:
    yield _fault(violation, f"is {violation.value}, must be {_wanted(violation.schema)}")


def _not_allowed(violation: Violation) -> Iterator[Fault]:
    value = violation.value
    choices = [violation.limit] if violation.keyword == "const" else violation.limit
    message = f"is {describe(value)}, must be {' or '.join(listed([choice]) for choice in choices)}"
    yield _fault(violation, message, choice_hint(value, choices))


def _bad_text(violation: Violation) -> Iterator[Fault]:
    message = f"is {describe(violation.value)}, {violation.schema['patternErrorMessage']}"
    is_name = violation.path == ("name",)
    yield Fault(path=violation.path, rule=Rule.BAD_NAME if is_name else Rule.BAD_TEXT, message=message)


def _too_long(violation: Violation) -> Iterator[Fault]:
    yield _fault(violation, f"is longer than {violation.limit} characters")


def _empty(violation: Violation) -> Iterator[Fault]:
    yield _fault(violation, f"is {describe(violation.value)}", filling_hint(violation.path))


def _said_twice(violation: Violation) -> Iterator[Fault]:
    seen: list[JsonValue] = []
    for at, item in enumerate(violation.value if isinstance(violation.value, list) else ()):
        if item in seen:
            path, message = (*violation.path, at), f"is {describe(item)}, which is there already"
            yield Fault(path=path, rule=Rule.DUPLICATE_KEY, message=message, hint="remove it")
        seen.append(item)


def _no_alternative(violation: Violation) -> Iterator[Fault]:
    """Explain the one alternative that was meant; where none was, name them all."""
    fitting = {branch for branch, _ in violation.parts if _is_meant(violation.value, violation.limit[branch])}
    # Of {from_jobs: GROUP, from: FILE} the keys of the last alternative say most.
    meant = [part for branch, part in violation.parts if branch == max(fitting, default=None)]
    if meant:
        for part in meant:
            yield from _explain(part)
        return
    *titles, last = (str(branch["title"]) for branch in violation.limit)
    message = f"is {describe(violation.value)}, must be {', '.join(titles)} or {last}"
    path = violation.path
    yield Fault(path=path, rule=Rule.WRONG_TYPE, message=message, hint=_axis_hint(violation))


def _is_meant(value: JsonValue, branch: dict[str, Any]) -> bool:
    if not isinstance(value, _PYTHON_TYPES[branch["type"]]):
        return False
    return not isinstance(value, dict) or not set(value).isdisjoint(branch["required"])


def _axis_hint(violation: Violation) -> str | None:
    name = violation.path[-1]
    if name in _GROUP_KEYS:
        return f'"{name}" belongs to the group, beside "matrix"'
    match violation.value:
        case dict(given) if given:
            return _way_of(given, violation.limit)
        case None | dict():
            return None
        case str(text) if text.startswith("-") and not text.startswith("- "):
            return 'a blank follows each "-" of a list'
        case str(text) if parts := _parts(text):
            return f"write {_flow(parts)}"
        case value:
            return f"write [{_flow(value)}]"


def _way_of(given: Collection[str], branches: Sequence[dict[str, Any]]) -> str | None:
    """Guess which alternative a mapping was meant for that lacks what each of them needs."""
    needed = [name for branch in branches for name in branch.get("required", ())]
    near = next((hint for key in given if (hint := did_you_mean(key, needed))), None)
    meant = (one["required"][0] for one in branches if not set(given).isdisjoint(one.get("properties", ())))
    return near or next((f'"{name}" is missing' for name in meant), None)


def _parts(text: str) -> list[JsonValue]:
    """Take a text apart that was meant as a list: at its commas, or where a "- " was swallowed."""
    parts = re.split(r",\s*|\s+-\s+", text)
    return [*parts] if len(parts) > 1 and all(parts) else []


_WORDS: dict[str, Callable[[Violation], Iterator[Fault]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "dependencies": _missing_companions,
    "type": _wrong_type,
    "minimum": _out_of_bounds,
    "maximum": _out_of_bounds,
    "exclusiveMinimum": _out_of_bounds,
    "const": _not_allowed,
    "enum": _not_allowed,
    "pattern": _bad_text,
    "maxLength": _too_long,
    "minLength": _empty,
    "minItems": _empty,
    "minProperties": _empty,
    "uniqueItems": _said_twice,
    "oneOf": _no_alternative,
}
