"""How soon the program answers when there is nothing to compute."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.harness.pair import pairs
from benchmarks.harness.process import Command, program, python
from benchmarks.harness.result import Report, Row, at_most
from benchmarks.harness.workshop import Workshop
from benchmarks.shape import matrix_manifest


def startup(shop: Workshop) -> Report:
    """Compare what answers at once with importing click."""
    folder = shop.folder
    calls = {
        "--help": program("--help", cwd=folder),
        "--version": program("--version", cwd=folder),
        "completion": _completion(folder, "sora2batch pl", 1),
        "completion of an option": _completion(folder, "sora2batch plan --j", 2),
    }
    rows = [_row(shop, name, call) for name, call in calls.items()]
    return Report(rows=(*rows, _small_plan(shop)))


def _small_plan(shop: Workshop) -> Row:
    """Compare a plan that is nearly all start-up with the imports that it cannot do without."""
    manifest = shop.file("small.yaml", matrix_manifest((2, 2, 2))).name
    bare = python("-c", "import click, yaml, jinja2", cwd=shop.folder)
    both = pairs(program("plan", manifest, cwd=shop.folder), bare, shop.pairs)
    what = "plan of 8 jobs, to `import click, yaml, jinja2`"
    return Row(what=what, values=both.ratios, goal=at_most(2.2), told=both.told)


def _row(shop: Workshop, name: str, call: Command) -> Row:
    both = pairs(call, python("-c", "import click", cwd=shop.folder), shop.pairs)
    return Row(what=f"{name}, to `import click`", values=both.ratios, goal=at_most(1.5), told=both.told)


def _completion(folder: Path, words: str, at: int) -> Command:
    """Ask for what may come next, as a shell does: of the installed command, by its name."""
    asked = {"_SORA2BATCH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}
    return Command(argv=(str(Path(sys.executable).with_name("sora2batch")),), cwd=folder, env=asked)
