"""Completion of a line for the scripts of ``sora2batch completion``: fast or not at all, and never an error.

A line of the answer is what kind of a thing it is, the thing, and a word about it, with tabs between them:
``plain`` ends the word, ``open`` goes on, ``quoted`` stands in quotes that were opened, ``file`` is any file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string

from sora2batch.cli.standard_output import echo
from sora2batch.ground.text import one_line

_SECONDS = 3.0
_LINE_VARIABLE = "COMP_LINE"
_MOST = 500
_ROOM = 70
_LIVE = {"": frozenset(""), "'": frozenset("'"), '"': frozenset('"$`\\!')}
"""What would end quotes that were opened, or be carried out within: Bash puts a word in as it is."""


def complete_line(cli: click.Command) -> None:
    """Print what may come at the end of the line that the environment has."""
    _end_in_time()
    with open(os.devnull, "w", encoding="utf-8") as void, suppress(Exception):  # noqa: PTH123
        sys.stderr = void  # nothing is said into a line that somebody types
        answer = "\n".join(answer_to(cli, os.environ.get(_LINE_VARIABLE, "")))
        if answer:
            echo(answer.encode())


def answer_to(cli: click.Command, line: str) -> Iterator[str]:
    """Find what may come at the end of a line."""
    words = split_arg_string(line)
    begun = words.pop() if words and (not line[-1:].isspace() or _open_quote(line)) else ""
    before = f"{begun.partition('=')[0]}=" if begun.startswith("--") and "=" in begun else ""
    items = ShellComplete(cli, {}, "sora2batch", "").get_completions(words[1:], begun)
    live = _LIVE[_open_quote(line)]
    for item in items[:_MOST]:
        value = f"{before}{item.value}"
        if value.isprintable() and live.isdisjoint(value):
            yield "\t".join((_kind(item, value, line), value, one_line(item.help or "", _ROOM)))


def _kind(item: CompletionItem, value: str, line: str) -> str:
    if item.type != "plain":
        return "file"
    if _open_quote(line):
        return "quoted"
    return "open" if value.endswith(("/", "=")) else "plain"


def _open_quote(line: str) -> str:
    quote = ""
    is_escaped = False
    for sign in line:
        if is_escaped:
            is_escaped = False
        elif sign == "\\" and quote != "'":
            is_escaped = True
        elif sign == quote:
            quote = ""
        elif not quote and sign in "'\"":
            quote = sign
    return quote


def _end_in_time() -> None:
    """Have the process end, without an answer, before somebody wonders why the shell hangs."""
    timer = Timer(_SECONDS, os._exit, (0,))
    timer.daemon = True
    timer.start()
