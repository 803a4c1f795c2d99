"""The variable of the environment that a setting is read from."""

from __future__ import annotations

PREFIX = "SORA2BATCH_"
_SHORTER = {"store.url": f"{PREFIX}STORE", "tools_dirs": f"{PREFIX}TOOLS_DIR"}


def variable_of(name: str) -> str:
    """Spell it: ``run.concurrency`` is ``SORA2BATCH_RUN_CONCURRENCY``."""
    return _SHORTER.get(name) or f"{PREFIX}{name.upper().replace('.', '_')}"
