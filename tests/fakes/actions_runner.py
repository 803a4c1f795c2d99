"""A runner of GitHub Actions: steps of composite actions, commands in logs, values in files.

Source: ``src/Runner.Common/ActionCommand.cs`` and ``src/Runner.Worker/FileCommandManager.cs`` in
https://github.com/actions/runner.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import yaml

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


class Step(NamedTuple):
    """What a step that ran came to."""

    name: str
    code: int
    log: str


class Runner:
    """Runs composite actions as the documentation says, with the variables that it names and no others."""

    def __init__(self, folder: Path, workspace: Path, path: str, **environment: str) -> None:
        self._folder = folder
        self._path = path
        self._environment = environment | {
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_TEMP": str(folder),
            "HOME": str(folder),
        }
        self._workspace = workspace

    def run(self, action: Path, **inputs: str) -> tuple[list[Step], dict[str, str]]:
        """Run an action; returns the steps that ran and the action's outputs."""
        told = yaml.safe_load(action.read_text(encoding="utf-8"))
        given = {name: str(one.get("default", "")) for name, one in told["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() == told["inputs"].keys()
        values = {f"inputs.{name}": value for name, value in given.items()} | {"github.token": "token"}
        values = {name: _filled(value, values) for name, value in values.items()}
        steps: list[Step] = []
        path = self._path
        for step in told["runs"]["steps"]:
            if not _holds(step.get("if", "success()"), values, failed=any(one.code for one in steps)):
                continue
            files = self._files()
            environment = {name: _filled(value, values) for name, value in step.get("env", {}).items()}
            environment |= {name: str(file) for name, file in files.items()}
            code, log = self._call(
                step, environment | {"PATH": path, "GITHUB_ACTION_PATH": str(action.parent)}
            )
            steps.append(Step(step["name"], code, log))
            for name, value in outputs_in(files["GITHUB_OUTPUT"].read_text(encoding="utf-8")).items():
                values[f"steps.{step['id']}.outputs.{name}"] = value
            for line in files["GITHUB_PATH"].read_text(encoding="utf-8").splitlines():
                path = f"{line}{os.pathsep}{path}"
        outputs = {name: _filled(one["value"], values) for name, one in told["outputs"].items()}
        return steps, outputs

    def _files(self) -> dict[str, Path]:
        """Make the files of one step, empty."""
        files = {
            name: self._folder / f"{name}.txt"
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH", "GITHUB_ENV")
        }
        for file in files.values():
            file.write_text("")
        return files

    def _call(self, step: dict, environment: dict[str, str]) -> tuple[int, str]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]  # an expression in a script is a way in for strangers
        script = self._folder / "script.sh"
        script.write_text(step["run"])
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self._workspace,
            env=self._environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout


_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
_NAME = re.compile(r"(?<![\w'.-])(?:inputs|steps|github)\.[\w.-]+")


def _filled(text: str, values: dict[str, str]) -> str:
    return _EXPRESSION.sub(lambda match: values.get(match[1], ""), text)


def _holds(condition: str, values: dict[str, str], *, failed: bool) -> bool:
    """Evaluate a condition; without a function of the status it holds only where nothing has failed."""
    asks = any(f"{name}()" in condition for name in ("always", "success", "failure", "cancelled"))
    text = _NAME.sub(lambda match: repr(values.get(match[0], "")), condition)
    text = text.replace("&&", " and ").replace("||", " or ")
    functions = {
        "always": lambda: True,
        "success": lambda: not failed,
        "failure": lambda: failed,
        "cancelled": lambda: False,
    }
    return bool(eval(text, {"__builtins__": {}}, functions)) and (asks or not failed)
