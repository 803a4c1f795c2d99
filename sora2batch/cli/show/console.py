"""Where rich draws."""

from __future__ import annotations

from rich.console import Console


def console_of(*, is_colored: bool, stderr: bool = False) -> Console:
    """Write to a standard stream, without making anything of what the words look like.

    Without colours nothing is set in bold either: then rich writes no attributes at all.
    """
    return Console(
        stderr=stderr,
        highlight=False,
        markup=False,
        emoji=False,
        color_system="auto" if is_colored else None,
        no_color=not is_colored,
    )
