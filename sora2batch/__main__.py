"""``python -m sora2batch`` and the ``sora2batch`` command."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Until the program listens to Ctrl-C itself, it ends a process that holds nothing: without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from sora2batch.app.process.standard_streams import open_closed_streams

open_closed_streams()

from sora2batch.cli.main import main  # noqa: E402

if __name__ == "__main__":
    main()
