"""JSON on standard output: exactly one document a call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from sora2batch.app.output.failure import Failure
from sora2batch.app.output.output import Printer
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import word_of
from sora2batch.ground.problem import Position, Problem, format_path
from sora2batch.ground.text import readable


def print_json(document: JsonValue, printer: Printer) -> None:
    """Print one document."""
    printer.output(without_old_commands(orjson.dumps(document, option=orjson.OPT_INDENT_2)))


def without_old_commands(document: bytes) -> bytes:
    """Spell what a runner of GitHub Actions takes for a command anywhere in a line so that it is none.

    The document means the same: this can stand inside of texts alone.
    """
    return document.replace(b"##[", b"#\\u0023[")


def print_documents(documents: Sequence[JsonObject], printer: Printer, *, is_one: bool) -> None:
    """Print the document of the one manifest that was named, or a list of those of several."""
    if is_one:
        print_json(documents[0], printer)
    else:
        print_json({"version": 1, "manifests": list(documents)}, printer)


def print_failure_document(failure: Failure, printer: Printer) -> None:
    """Print what went wrong where a result was expected."""
    print_json({"version": 1, **failure_to_json(failure)}, printer)


def failure_to_json(failure: Failure) -> JsonObject:
    """Turn what ended a call into an ``error``, with the problems of a manifest if that was it."""
    told: JsonObject = {"error": error_to_json(failure.message, failure.hint, failure.exit_code)}
    if failure.problems:
        told["problems"] = problems_to_json(failure.problems)
    return told


def error_to_json(message: str, hint: str | None, exit_code: int) -> JsonObject:
    """Turn an error into what every document calls ``error``."""
    return {
        "code": word_of(exit_code),
        "message": readable(message),
        "hint": hint and readable(hint),
        "exit_code": exit_code,
    }


def messages_to_json(told: Iterable[tuple[str, str]]) -> list[JsonValue]:
    """Turn what is said of jobs, each by its key, into a list."""
    return [{"key": key, "message": message} for key, message in told]


def problems_to_json(problems: Sequence[Problem]) -> list[JsonValue]:
    """Turn problems into what ``validate --json`` prints of them."""
    return [_problem(problem) for problem in problems]


def _problem(problem: Problem) -> JsonObject:
    told: JsonObject = {
        **_place(problem.file, problem.position),
        "path": format_path(problem.path),
        "message": readable(problem.sentence),
        "rule": problem.rule,
        "level": problem.level,
    }
    if problem.sources:
        told["sources"] = [
            {**_place(source.file, source.position), "name": source.name} for source in problem.sources
        ]
    return told


def _place(file: str, position: Position) -> JsonObject:
    return {"file": readable(file), "line": position.line, "column": position.column}
