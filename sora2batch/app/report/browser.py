"""The user's own browser, where there is one to be seen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sora2batch.app.output.output import Printer

_PROGRAM = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"
"""In a process of its own: a browser may say things on standard output, which is ours alone."""


def can_open_browser(environment: Mapping[str, str], platform: str) -> bool:
    """Tell whether a browser would be seen by whoever called: not over SSH, nor where there is no screen.

    ``$BROWSER`` decides: editors set it to what opens a page at the near end of a connection.
    """
    if environment.get("BROWSER"):
        return True
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return False
    if platform in {"darwin", "win32", "cygwin"}:
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def start_browser(page: Path) -> subprocess.Popen[bytes] | None:
    """Begin to open a file; None where no browser can be opened."""
    if not can_open_browser(os.environ, sys.platform):
        return None
    try:
        return subprocess.Popen(  # noqa: S603 - nothing of it is a stranger's
            [sys.executable, "-c", _PROGRAM, page.absolute().as_uri()],
            stdout=2,  # standard error
        )
    except (OSError, ValueError):
        return None


def open_in_browser(page: Path, printer: Printer) -> None:
    """Open a file, or say that whoever called must do it."""
    process = start_browser(page)
    if process is None or process.wait():
        printer.info(f"no browser could be opened here: open {page.absolute().as_uri()}")
