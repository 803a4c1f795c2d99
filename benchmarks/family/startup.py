"""How soon the program answers when there is nothing to compute."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.harness.pair import pairs
from benchmarks.harness.process import Command, program, python
from benchmarks.harness.result import Report, Row, at_most
from benchmarks.harness.workshop import Workshop


def startup(shop: Workshop) -> Report:
    """Compare what answers at once with importing click."""
    folder = shop.folder
    calls = {
        "--help": program("--help", cwd=folder),
        "--version": program("--version", cwd=folder),
        "completion": _completion(folder, "sora2batch pl", 1),
        "completion of an option": _completion(folder, "sora2batch plan --j", 2),
    }
    return Report(rows=tuple(_row(shop, name, call) for name, call in calls.items()))


def _row(shop: Workshop, name: str, call: Command) -> Row:
    both = pairs(call, python("-c", "import click", cwd=shop.folder), shop.pairs)
    return Row(what=f"{name}, to `import click`", values=both.ratios, goal=at_most(1.5), told=both.told)


def _completion(folder: Path, words: str, at: int) -> Command:
    """Ask for what may come next, as a shell does: of the installed command, by its name."""
    asked = {"_SORA2BATCH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}
    return Command(argv=(str(Path(sys.executable).with_name("sora2batch")),), cwd=folder, env=asked)
