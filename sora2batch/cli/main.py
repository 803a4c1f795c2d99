"""The front door: commands are imported when they are called, so that ``--help`` answers at once."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper

import click

from sora2batch.app.process.signals import end_at_once_from_now_on, unwind_on_signals
from sora2batch.cli.exit import ending_behind, report_failure
from sora2batch.cli.lazy_group import LazyGroup, show_help_alone
from sora2batch.cli.standard_output import leave_streams_behind
from sora2batch.cli.table import LINE_COMPLETION, VERSION, resolve

_OBJECTS_BEFORE_A_COLLECTION = 50_000
"""Python's own 700 has the collector walk again and again what imports and manifests make, and all stays."""

_COMPLETION_VARIABLE = "_SORA2BATCH_COMPLETE"
_EXAMPLES = (
    "sora2batch init campaign.yaml              write a manifest to start from",
    "sora2batch plan campaign.yaml              see every job and the price",
    "sora2batch run campaign.yaml --simulate    try it for nothing",
    "sora2batch run campaign.yaml               do it, after it has asked",
)


def _print_version(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        click.echo(resolve(VERSION)())
        context.exit()


@click.group(
    cls=LazyGroup,
    examples=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version, its commit and Python, and exit.",
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Turn a YAML manifest into a batch of AI-generated videos; the price is known first.

    The key is read from SJINN_API_KEY or the file named by SJINN_API_KEY_FILE.
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
    if os.environ.get(_COMPLETION_VARIABLE) == "line":
        resolve(LINE_COMPLETION)(cli)
        sys.exit(0)
    try:
        unwind_on_signals()
        code = cli.main(standalone_mode=False)
    except BaseException as error:  # noqa: BLE001  # the one place where everything ends
        end_at_once_from_now_on()
        code = report_failure(ending_behind(error), sys.argv[1:])
    end_at_once_from_now_on()
    leave_streams_behind()
    sys.exit(int(code or 0))
