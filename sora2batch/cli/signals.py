"""Ctrl-C and SIGTERM unwind the program, so that a lockfile that is held is let go of."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING

from sora2batch.cli.failure import Terminated

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_ENDINGS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}
_AGAIN_SECONDS = 0.05


def end_when_terminated() -> None:
    """Have SIGTERM unwind the program as Ctrl-C does, and have neither get lost on the way."""

    def terminate(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Terminated

    with suppress(ValueError):  # signals are the main thread's, and this may be another
        signal.signal(signal.SIGTERM, terminate)
    sys.unraisablehook = _send_again


def end_at_once_from_now_on() -> None:
    """Have the next signal end the process without a word: all that was held has been let go of."""
    with suppress(ValueError):
        for number in _ENDINGS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)


def _send_again(trouble: UnraisableHookArgs) -> None:
    """Repeat a signal whose exception was raised where Python can only drop it, such as in a destructor."""
    for number, kind in _ENDINGS.items():
        if isinstance(trouble.exc_value, kind) and not sys.is_finalizing():
            import threading  # noqa: PLC0415  # hardly ever needed

            again = threading.Timer(_AGAIN_SECONDS, signal.raise_signal, (number,))
            again.daemon = True
            again.start()
            return
    sys.__unraisablehook__(trouble)
