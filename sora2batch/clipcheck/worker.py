"""The process that decodes: a line of JSON with a file comes, one with what is found goes, until input ends.

Decoders are native code, and what they are fed comes from strangers: whatever a file does to this process,
the run that started it goes on. It is poor in time, memory and rank, and ends with whoever started it, even
if that one is killed: then its input ends.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

from sora2batch.clipcheck.examine import examine
from sora2batch.clipcheck.message import decode_question, encode_answer

try:
    import resource
except ImportError:  # Windows has no limits of this kind
    _HAS_LIMITS = False
else:
    _HAS_LIMITS = True

_NICENESS = 10
_MOST_SECONDS = 20.0
"""Of a processor, for one file; what a check allows itself is less."""
_MOST_BYTES = 2 << 30


def main() -> None:
    """Examine what is asked for, in turn."""
    _be_modest()
    asked: SimpleQueue[str] = SimpleQueue()
    Thread(target=_read, args=(asked,), daemon=True).start()
    while True:
        line = asked.get()
        _limit_time()
        question = decode_question(line)
        sys.stdout.write(encode_answer(examine(question.path, question.expected)))
        sys.stdout.flush()


def _read(asked: SimpleQueue[str]) -> None:
    """Take lines; once there are none, end at once, whatever is being decoded."""
    for line in sys.stdin:
        asked.put(line)
    os._exit(0)


def _be_modest() -> None:
    """Leave the machine to others, memory included; what a system does not know is left out."""
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    if _HAS_LIMITS:
        for limit, most in ((resource.RLIMIT_AS, _MOST_BYTES), (resource.RLIMIT_CORE, 0)):
            with suppress(OSError, ValueError):
                resource.setrlimit(limit, (most, most))


def _limit_time() -> None:
    """Have the system end this process if one file takes too long, though native code hears nothing else."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, _MOST_SECONDS)


if __name__ == "__main__":
    main()
