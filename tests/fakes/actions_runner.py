"""What a runner of GitHub Actions does with a step: its log is read for commands, its output file for values.

Source: ``src/Runner.Common/ActionCommand.cs`` and ``src/Runner.Worker/FileCommandManager.cs`` in
https://github.com/actions/runner.
"""

from __future__ import annotations

from typing import NamedTuple

_COMMANDS = frozenset(
    {
        "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice",
        "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
    }
)  # fmt: skip


class Command(NamedTuple):
    """A line of a log that the runner obeys."""

    name: str
    properties: dict[str, str]
    message: str


def commands_in(log: str) -> list[Command]:
    """Read a log as the runner does, both kinds of commands, and those between stop-commands and its token left out."""
    found: list[Command] = []
    token = None
    for line in log.splitlines():
        command = _read(line, token)
        if command is None:
            continue
        if token is not None:
            token = None if command.name == token else token
        elif command.name == "stop-commands":
            token = command.message
        else:
            found.append(command)
    return found


def _read(line: str, token: str | None) -> Command | None:
    start = line.lstrip()
    if start.startswith("::") and (end := start.find("::", 2)) > 0:
        head, message = start[2:end], start[end + 2 :]
        name, _, rest = head.partition(" ")
        if name in _COMMANDS or name == token:
            return Command(name, _properties(rest.strip(), ",", _V2), _unescaped(message, _V2[:3]))
    at = line.find("##[")
    if at >= 0 and (end := line.find("]", at)) > 0:
        name, _, rest = line[at + 3 : end].partition(" ")
        if name in _COMMANDS or name == token:
            return Command(name, _properties(rest.strip(), ";", _V1), _unescaped(line[end + 1 :], _V1))
    return None


_V2 = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"), ("%3A", ":"), ("%2C", ","))
_V1 = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


def _properties(text: str, separator: str, escapes: tuple[tuple[str, str], ...]) -> dict[str, str]:
    pairs = (pair.split("=", 1) for pair in text.split(separator) if "=" in pair)
    # Values are unescaped with the percent sign last, whatever the order of the message.
    ordered = sorted(escapes, key=lambda one: one[1] == "%")
    return {name: _unescaped(value, tuple(ordered)) for name, value in pairs}


def _unescaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for written, meant in sorted(escapes, key=lambda one: one[1] == "%"):
        text = text.replace(written, meant)
    return text


def outputs_in(text: str) -> dict[str, str]:
    """Read a file of outputs: ``name=value``, or ``name<<END`` and lines up to END."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, equals, value = line.partition("=")
        if "<<" in name or not equals:
            name, _, end = line.partition("<<")
            assert end, f"no output: {line}"
            value = "\n".join(iter(lambda: next(lines), end))
        found[name] = value
    return found
