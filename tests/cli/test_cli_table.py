"""The table of commands: what it names is there, and takes what its command gives."""

from __future__ import annotations

import dataclasses
import inspect

import click
import pytest

from sora2batch.cli import table
from sora2batch.cli.main import cli
from sora2batch.cli.table import COMMANDS, WORK, resolve

PRINTER = {"verbose", "quiet", "color", "log_file"}


def command_of(name: str) -> click.Command:
    """The command of a line of the table: ``status --watch`` is work of ``status``."""
    command: click.Command = cli
    for word in name.partition(" --")[0].split():
        command = command.get_command(click.Context(command), word)
    return command


def leaves(group: click.Group = cli, words: tuple[str, ...] = ()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, (*words, name))
        else:
            yield " ".join((*words, name))


def given_by(name: str) -> set[str]:
    """The options and arguments of a command, by the names under which they are handed on."""
    return {parameter.name for parameter in command_of(name).params} - PRINTER


def decided_by(name: str) -> set[str]:
    """Those that the command looks at itself, to choose whose work it is."""
    parameters = inspect.signature(command_of(name).callback).parameters.values()
    return {one.name for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD}


def taken_by(name: str) -> set[str]:
    """What its work must be given; what has a default in a dataclass is found out later, not given."""
    work = WORK[name]
    parameters = list(inspect.signature(resolve(work.function)).parameters)
    if work.arguments is None:
        return set(parameters[1:])
    assert len(parameters) == 2
    fields = dataclasses.fields(resolve(work.arguments))
    return {field.name for field in fields if field.default is field.default_factory is dataclasses.MISSING}


@pytest.mark.parametrize("name", WORK)
def test_the_work_of_a_command_takes_what_its_command_line_gives(name):
    given, decided = given_by(name), decided_by(name)
    assert given - decided <= taken_by(name) <= given


def test_a_command_decides_nothing_unless_it_has_several_kinds_of_work():
    """So that the others hand everything on, and the test above is about equal names."""
    alone = {name for name in leaves() if not any(other.startswith(f"{name} --") for other in WORK)}
    alone -= {"help"}  # shows the help of another command, or hands its words on
    assert {name: decided_by(name) for name in alone} == {name: set() for name in alone}


def test_every_command_has_its_work_and_all_work_its_command():
    assert {name.partition(" --")[0] for name in WORK} == set(leaves())
    assert {name.split()[0] for name in WORK} == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_in_the_file_of_its_name(name):
    assert isinstance(resolve(f"sora2batch.cli.command.{name}:command"), click.Command)


@pytest.mark.parametrize(
    "name", [name for name, value in vars(table).items() if name.isupper() and isinstance(value, str)]
)
def test_whatever_else_the_table_names_is_there(name):
    assert callable(resolve(getattr(table, name)))
