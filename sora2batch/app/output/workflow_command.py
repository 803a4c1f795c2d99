"""Annotations of GitHub Actions: lines of standard output that its runner reads as commands.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; the escapes are
those of ``packages/core/src/command.ts`` in https://github.com/actions/toolkit.
"""

from __future__ import annotations

from sora2batch.app.output.workspace import in_workspace
from sora2batch.ground.problem import Position, Problem, format_path
from sora2batch.ground.rule import Level
from sora2batch.ground.text import one_line, readable

_ROOM = 4_000
_TITLE_ROOM = 200


def annotation(
    kind: Level, message: str, *, title: str, file: str | None = None, place: Position | None = None
) -> str:
    """Write one annotation; whatever a stranger's words hold, it is one command and no other."""
    found = {}
    if file is not None:
        found["file"] = _property(in_workspace(file))
        if place is not None:
            found |= {"line": str(place.line), "col": str(place.column)}
    found["title"] = _property(title)
    properties = ",".join(f"{name}={value}" for name, value in found.items())
    return f"::{kind} {properties}::{_data(one_line(message, _ROOM))}"


def problem_annotation(problem: Problem) -> str:
    """Write a problem at its place, its rule as the title."""
    path = format_path(problem.path)
    message = f"{path}: {problem.sentence}" if path else problem.sentence
    return annotation(problem.level, message, title=problem.rule, file=problem.file, place=problem.position)


def _data(text: str) -> str:
    return readable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text, _TITLE_ROOM)).replace(":", "%3A").replace(",", "%2C")
