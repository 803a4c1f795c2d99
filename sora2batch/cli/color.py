"""Whether a stream gets colours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

COLOR_CHOICES = ("auto", "always", "never")
AUTO = "auto"


def is_colored(choice: str, stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Decide whether a stream gets colours: --color, then NO_COLOR, then CLICOLOR_FORCE, then the stream.

    An empty variable counts as none, as does a 0 in those that ask for colours.
    """
    if choice != AUTO:
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in {"", "0"} for name in ("CLICOLOR_FORCE", "FORCE_COLOR")):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb" and environ.get("CLICOLOR") != "0"
