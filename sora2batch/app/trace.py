"""Where an error came from, for who asks with -vv."""

from __future__ import annotations

import traceback

from sora2batch.app.connection import redact


def trace_of(error: BaseException) -> str:
    """Write a traceback without the key."""
    return redact("".join(traceback.format_exception(error)))
