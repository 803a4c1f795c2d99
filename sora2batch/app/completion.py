"""Scripts with which a shell completes what is typed; they lie beside this file."""

from __future__ import annotations

import os
from pathlib import Path

from sora2batch.app.output.output import Printer
from sora2batch.ground.errors import UsageError

SHELLS = ("bash", "zsh", "fish")


def print_script(printer: Printer, *, shell: str | None) -> None:
    """Print the script of a shell, or of the one that is in use.

    Raises:
        UsageError: it is not known which that is.
    """
    name = shell or Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise UsageError("which shell? Name it: sora2batch completion bash, zsh or fish")
    printer.output_file(Path(__file__).with_suffix(f".{name}").read_bytes())
