"""``python -m sora2batch`` and the ``sora2batch`` command."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Until the program listens to Ctrl-C itself, it ends a process that holds nothing: without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from sora2batch.app.process.standard_streams import open_closed_streams

open_closed_streams()

from sora2batch.app.process.utf8_mode import begin_again_in_utf8  # noqa: E402
from sora2batch.cli.main import main as run_command_line  # noqa: E402


def main() -> None:
    """Run the command line and end the process."""
    begin_again_in_utf8()
    try:
        run_command_line()
    except SystemExit as end:
        garbage = sys.modules.get("sora2batch.ground.garbage")
        is_large = garbage is not None and bool(garbage.SET_ASIDE)
        if ("obstore" in sys.modules or is_large) and isinstance(end.code, int | None):
            # Its threads may still let go of what is Python's; while Python is taken down that aborts the
            # process, and the exit code is lost. And a large batch takes long to be taken apart object by
            # object, for nothing: what was set aside is all that is. Every file is written by now.
            for stream in (sys.stdout, sys.stderr):
                with suppress(AttributeError, OSError, ValueError):  # none, closed, or nobody there to hear
                    stream.flush()
            os._exit(end.code or 0)
        raise


if __name__ == "__main__":
    main()
