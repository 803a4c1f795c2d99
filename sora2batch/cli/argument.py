"""Files as words of a command line that can be copied into a shell."""

from __future__ import annotations

from pathlib import Path


def as_argument(path: Path) -> str:
    """Write a path so that no command takes it for an option; it is not quoted yet."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text
