"""The front door: commands are imported when they are called, so that ``--help`` answers at once."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from io import TextIOWrapper

import click

from sora2batch import __version__
from sora2batch.app.failure import report_failure
from sora2batch.app.result import leave_streams_behind
from sora2batch.app.signals import end_at_once_from_now_on, ending_behind, unwind_on_signals
from sora2batch.cli.group import HelpfulGroup, show_help_alone, write_examples

_COMMANDS = {
    "init": "Write a commented manifest that validates, and git's settings for it.",
    "validate": "Check manifests; list every problem with its place.",
    "plan": "Show what a run would do and cost; sends nothing that costs.",
    "run": "Submit, wait, download; show the price and ask first.",
    "status": "Show where every job stands.",
    "reconcile": "Settle jobs in doubt with the credits ledger.",
    "download": "Fetch the files that are missing.",
    "verify": "Hash every file again and compare it with the lockfile.",
    "report": "Write the gallery: every clip on one page.",
    "promote": "Write the next manifest from picks: the chosen few, with other settings.",
    "tools": "List the tools of the catalogue with their prices.",
    "schema": "Print a JSON Schema that ships with this version.",
    "lock": "Resolve and merge lockfiles.",
    "doctor": "Check the set-up: key, API, folders, git.",
    "simulate": "Serve the simulated API on this machine.",
}


class LazyGroup(HelpfulGroup):
    """Knows its commands by name; imports one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of a batch's life."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"sora2batch.cli.command.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, then the docstring."""
        write_examples(_EXAMPLES, formatter)
        super().format_help_text(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


_OBJECTS_BEFORE_A_COLLECTION = 50_000
"""Python's own 700 has the collector walk again and again what imports and manifests make, and all stays."""

_EXAMPLES = (
    "sora2batch init campaign.yaml              write a manifest to start from",
    "sora2batch plan campaign.yaml              see every job and the price",
    "sora2batch run campaign.yaml --simulate    try it for nothing",
    "sora2batch run campaign.yaml               do it, after it has asked",
)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.version_option(__version__, "--version", prog_name="sora2batch")
@click.pass_context
def cli(context: click.Context) -> None:
    """Turn a YAML manifest into a batch of AI-generated videos; the price is known first.

    The key is read from SJINN_API_KEY or the file named by SJINN_API_KEY_FILE. Shell completion:
    eval "$(_SORA2BATCH_COMPLETE=bash_source sora2batch)", likewise zsh_source and fish_source.
    """
    show_help_alone(context)


def _write_what_can_be_written() -> None:
    """Spell what a narrow encoding or a strange file name has no character for, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main() -> None:
    """Run the command line and end the process; the only place where errors become exit codes."""
    _write_what_can_be_written()
    gc.set_threshold(_OBJECTS_BEFORE_A_COLLECTION)
    try:
        unwind_on_signals()
        code = cli.main(standalone_mode=False)
    except BaseException as error:  # noqa: BLE001  # the one place where everything ends
        end_at_once_from_now_on()
        code = report_failure(ending_behind(error), sys.argv[1:])
    end_at_once_from_now_on()
    leave_streams_behind()
    sys.exit(int(code or 0))
