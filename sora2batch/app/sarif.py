"""Problems as SARIF, which code scanning of GitHub and many editors read.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from sora2batch import __version__
from sora2batch.app.output.workspace import in_workspace
from sora2batch.app.program_version import HOME, version_and_commit
from sora2batch.app.rules import rule_texts
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import Position, Problem, format_path
from sora2batch.ground.rule import Level, Rule
from sora2batch.ground.text import readable

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTICE: "note"}


def problems_to_sarif(problems: Sequence[Problem]) -> JsonObject:
    """Turn problems into a SARIF log of one run."""
    rules = tuple(dict.fromkeys(problem.rule for problem in problems))
    indices = {rule: index for index, rule in enumerate(rules)}
    results: list[JsonValue] = [_result(problem, indices[problem.rule]) for problem in problems]
    return _log(rules, {"executionSuccessful": True}, results)


def failure_to_sarif(message: str) -> JsonObject:
    """Turn what kept manifests from being checked into a SARIF log without results."""
    told: JsonObject = {"level": "error", "message": {"text": _message(message)}}
    return _log((), {"executionSuccessful": False, "toolExecutionNotifications": [told]}, [])


def _log(rules: Sequence[Rule], invocation: JsonObject, results: list[JsonValue]) -> JsonObject:
    driver: JsonObject = {
        "name": "sora2batch",
        "fullName": version_and_commit(),
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOME,
        "rules": [_rule(rule) for rule in rules],
    }
    run: JsonObject = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        # Columns count characters, whatever they are in UTF-16.
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> JsonObject:
    why = rule_texts()[rule].why
    return {
        "id": rule.value,
        "shortDescription": {"text": _message(rule.meaning)},
        "fullDescription": {"text": _message(why)},
        "help": {"text": _message(f"{why} `sora2batch rules {rule.value}` shows wrong and right.")},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
    }


def _result(problem: Problem, index: int) -> JsonObject:
    path = format_path(problem.path)
    said = f"{path}: {problem.sentence}" if path else problem.sentence
    location = _location(problem.file, problem.position)
    if path:
        location["logicalLocations"] = [{"fullyQualifiedName": readable(path)}]
    result: JsonObject = {
        "ruleId": problem.rule.value,
        "ruleIndex": index,
        "level": _LEVELS[problem.level],
        "message": {"text": _message(said)},
        "locations": [location],
        "partialFingerprints": {"sora2batch/v1": _fingerprint(problem)},
    }
    if problem.sources:
        related: list[JsonValue] = [
            _location(source.file, source.position) | {"message": {"text": _message(source.name)}}
            for source in problem.sources
        ]
        result["relatedLocations"] = related
    return result


def _location(file: str, place: Position) -> JsonObject:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(file)},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }


def _uri(file: str) -> str:
    """Spell a path as a URI: relative to the repository where that is known, else as it was given."""
    name = in_workspace(file)
    path = quote(Path(name).as_posix(), errors="surrogateescape")
    return f"file://{path}" if Path(name).is_absolute() else path


def _message(text: str) -> str:
    """Write what is neither placeholder nor link, whatever a stranger wrote: sections 3.11.5 and 3.11.6."""
    return readable(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _fingerprint(problem: Problem) -> str:
    """Tell the same problem again, when lines above it have come or gone."""
    parts = (problem.rule.value, _uri(problem.file), format_path(problem.path), problem.message)
    return sha256("\n".join(map(readable, parts)).encode()).hexdigest()
