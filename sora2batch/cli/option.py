"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from sora2batch.cli.color import COLOR_CHOICES
from sora2batch.cli.table import (
    GLOB_COMPLETION,
    GROUP_COMPLETION,
    KEY_COMPLETION,
    MANIFEST_COMPLETION,
    RULE_COMPLETION,
    TOOL_COMPLETION,
    WHERE_COMPLETION,
    WORD_COMPLETION,
    resolve,
)
from sora2batch.ground.digits import SAFE_INTEGER, plain_digits

_F = TypeVar("_F", bound=Callable[..., Any])
_Decorator = Callable[[_F], _F]

FILE = click.Path(path_type=Path)
"""A file or folder; whether it is there is found out by who opens it, in words of our own."""


class WholeNumber(click.IntRange):
    """A whole number; one with separators or a unit is told with what to write."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the number, or refuse it in words."""
        try:
            int(value)
        except ValueError:
            meant = plain_digits(str(value))
            advice = "write digits alone" if meant is None else f"write {meant}"
            self.fail(f"{value!r} is no whole number ({advice})", param, ctx)
        return super().convert(value, param, ctx)


_Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(name: str) -> _Completer:
    """Complete by what is typed alone; where that goes wrong, propose nothing."""

    def complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        with suppress(Exception):
            return [CompletionItem(value, help=told) for value, told in resolve(name)(begun)]
        return []

    return complete


def _line_completer(name: str) -> _Completer:
    """Complete by what else is on the line: manifests, folders with tools."""

    def complete(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        given = context.params
        manifests = (*(given.get("manifests") or ()), given.get("manifest"))
        words = [*context.args, *(str(one) for one in manifests if one)]
        tools_dirs = given.get("tools_dirs") or ()
        with suppress(Exception):
            return [
                CompletionItem(value, help=told) for value, told in resolve(name)(words, tools_dirs, begun)
            ]
        return []

    return complete


_complete_named_manifest = _completer(MANIFEST_COMPLETION)


def complete_manifest(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a manifest, and the folders on the way to it; what begins at home the shell knows best."""
    if begun.startswith("~"):
        return [CompletionItem(begun, type="file")]
    return _complete_named_manifest(context, parameter, begun)


complete_word = _completer(WORD_COMPLETION)
complete_rule = _completer(RULE_COMPLETION)
complete_tool = _line_completer(TOOL_COMPLETION)
complete_key = _line_completer(KEY_COMPLETION)
complete_glob = _line_completer(GLOB_COMPLETION)
complete_pair = _line_completer(WHERE_COMPLETION)
complete_group = _line_completer(GROUP_COMPLETION)

manifest_argument = click.argument(
    "manifest", metavar="MANIFEST", type=FILE, shell_complete=complete_manifest
)
manifests_argument = click.argument(
    "manifests", metavar="MANIFEST...", nargs=-1, required=True, type=FILE, shell_complete=complete_manifest
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON document.")

simulated_option = click.option(
    "--simulate",
    "simulated",
    is_flag=True,
    help="Look at the simulated lockfile and folder, NAME.sim.lock.jsonl and DIR.sim, not at the real ones.",
)

select_option = click.option(
    "--select", multiple=True, metavar="GLOB", shell_complete=complete_glob, help="Only jobs whose key fits."
)

min_rating_option = click.option(
    "--min-rating",
    type=WholeNumber(1, 5),
    metavar="N",
    help="Take the picks rated N or more, instead of the favourites.",
)

tools_dir_option = click.option(
    "--tools-dir",
    "tools_dirs",
    multiple=True,
    type=FILE,
    help="More tool files; one of the same name overrides a shipped one. May be repeated.",
)


strict_option = click.option(
    "--strict/--no-strict",
    default=None,
    help="Take warnings for errors, or not, whatever is configured.",
)


def printer_options(function: _F) -> _F:
    """Add -v, -vv, -q and --color."""
    function = click.option(
        "--color",
        type=click.Choice(COLOR_CHOICES),
        metavar="WHEN",
        help="Colours: auto (at a terminal), always or never.",
    )(function)
    function = click.option(
        "-q", "--quiet", is_flag=True, help="Say nothing on standard error but what went wrong."
    )(function)
    return click.option("-v", "--verbose", count=True, help="Tell more; -vv also shows tracebacks.")(function)


def log_option(function: _F) -> _F:
    """Add --log-file, to commands that talk to the API or to a store."""
    return click.option(
        "--log-file",
        type=FILE,
        metavar="FILE",
        help="Append to FILE when what was asked, answered and told; never the key.",
    )(function)


def selection_options(function: _F) -> _F:
    """Add what narrows a plan down."""
    for decorate in reversed(_SELECTION):
        function = decorate(function)
    return function


def settling_options(function: _F) -> _F:
    """Add what settles calls in doubt."""
    for decorate in reversed(_SETTLING):
        function = decorate(function)
    return function


def choice_options(function: _F) -> _F:
    """Add what chooses among jobs."""
    for decorate in reversed(_CHOICE):
        function = decorate(function)
    return function


_SETTLING: tuple[_Decorator[Any], ...] = (
    click.option(
        "--adopt",
        multiple=True,
        metavar="KEY=TASK_ID",
        help="This task is the lost answer to that job's call.",
    ),
    click.option(
        "--release",
        multiple=True,
        metavar="KEY",
        shell_complete=complete_key,
        help="That job was not charged: it can be submitted again.",
    ),
    click.option(
        "--auto",
        is_flag=True,
        help="Adopt where exactly one call and one task fit each other; release what surely was not charged.",
    ),
)
_CHOICE: tuple[_Decorator[Any], ...] = (
    click.option(
        "--select",
        multiple=True,
        metavar="GLOB",
        shell_complete=complete_glob,
        help="Only jobs whose key fits, such as 'hero/fox/*'.",
    ),
    click.option(
        "--where",
        multiple=True,
        metavar="AXIS=VALUE",
        shell_complete=complete_pair,
        help="Only jobs with this value, as it is written or by its label.",
    ),
)
_SELECTION: tuple[_Decorator[Any], ...] = (
    *_CHOICE,
    click.option(
        "--until",
        multiple=True,
        metavar="GROUP",
        shell_complete=complete_group,
        help="Only this group of jobs, and what its jobs are made from. May be repeated.",
    ),
    click.option(
        "--only",
        is_flag=True,
        help="Only the jobs that are named, not those that they are made from.",
    ),
    click.option("--limit", type=WholeNumber(min=0), metavar="N", help="Submit at most N jobs in this run."),
    click.option(
        "--max-credits",
        type=WholeNumber(0, SAFE_INTEGER),
        metavar="N",
        help="Budget for the whole batch, instead of budget.max_credits.",
    ),
    click.option("--retry-failed", is_flag=True, help="Submit failed and rejected jobs again; costs again."),
    click.option(
        "--force", is_flag=True, help="With --retry-failed: also jobs whose picture the API has refused."
    ),
)
