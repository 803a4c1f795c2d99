"""Options as whoever calls writes them: ``--limit 3`` on a command line, ``limit=3`` in a script.

An error or a reason is worded where it is found, by code that both doors share. It asks here for the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sora2batch.ground.errors import Sora2BatchError

_IN_SCRIPT: ContextVar[bool] = ContextVar("in_script", default=False)


@contextmanager
def in_script() -> Iterator[None]:
    """Speak to somebody who writes Python, in this thread or task; a traceback ends with what to do."""
    token = _IN_SCRIPT.set(True)
    try:
        yield
    except Sora2BatchError as error:
        note = f"hint: {error.hint}"
        if error.hint and note not in getattr(error, "__notes__", ()):
            error.add_note(note)
        raise
    finally:
        _IN_SCRIPT.reset(token)


def said(command_line: str, script: str) -> str:
    """Choose the words for whoever is spoken to."""
    return script if _IN_SCRIPT.get() else command_line


def option(name: str, value: object = None) -> str:
    """Write an option by its name in Python: alone, or with its value.

    *Shape*: ``--limit`` and ``limit=``; ``--limit 3`` and ``limit=3``; of True ``--force`` and
    ``force=True``, of False ``--no-wait`` and ``wait=False``.
    """
    word = name.replace("_", "-")
    if value is None:
        return said(f"--{word}", f"{name}=")
    if isinstance(value, bool):
        return said(f"--{word}" if value else f"--no-{word}", f"{name}={value}")
    return said(f"--{word} {value}", f"{name}={value!r}")
