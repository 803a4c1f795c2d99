"""Ctrl-C and SIGTERM unwind the program, so that a lockfile that is held is let go of."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING

from sora2batch.ground.stop_reason import StopReason

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


class Terminated(SystemExit):
    """SIGTERM came while there was nothing to wait for; unwinding lets go of what is held."""

    def __init__(self) -> None:
        super().__init__(int(StopReason.TERMINATE.exit_code))


ENDINGS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}
"""What each raises."""
STOP_REASONS = {signal.SIGINT: StopReason.INTERRUPT, signal.SIGTERM: StopReason.TERMINATE}
"""What each is for a run that takes it in its loop."""

_AGAIN_SECONDS = 0.05
_IMPORT = "<frozen importlib._bootstrap>"
_raised: list[BaseException] = []


def unwind_on_signals() -> None:
    """Have Ctrl-C and SIGTERM raise what unwinds the program, and neither get lost on the way."""
    with suppress(ValueError):  # signals are the main thread's, and this may be another
        for number in ENDINGS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _unwind)
    sys.unraisablehook = _tell_or_send_again


def end_at_once_from_now_on() -> None:
    """Have the next signal end the process without a word: all that was held has been let go of."""
    with suppress(ValueError):
        for number in ENDINGS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)


def last_raised() -> BaseException | None:
    """Tell what the last signal raised; C and Rust may have made something else of it on its way."""
    return _raised[-1] if _raised else None


def _unwind(number: int, frame: FrameType | None) -> None:
    if _is_importing(frame):  # half a module is of no use to anybody, and may crash the process
        _send_again(number)
        return
    _raised.append(ENDINGS[signal.Signals(number)]())
    raise _raised[-1]


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _IMPORT:
            return True
        frame = frame.f_back
    return False


def _tell_or_send_again(trouble: UnraisableHookArgs) -> None:
    """Repeat a signal whose exception was raised where Python can only drop it, such as in a destructor."""
    for number, kind in ENDINGS.items():
        if isinstance(trouble.exc_value, kind) and not sys.is_finalizing():
            _send_again(number)
            return
    sys.__unraisablehook__(trouble)


def _send_again(number: int) -> None:
    again = threading.Timer(_AGAIN_SECONDS, _send, (number,))
    again.daemon = True
    again.start()


def _send(number: int) -> None:
    if sys.platform == "win32":
        signal.raise_signal(number)
    else:
        os.kill(os.getpid(), number)  # unlike the other it interrupts what the main thread waits for
