"""The nearest valid word to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: object, choices: Iterable[object]) -> str | None:
    """Word a hint such as ``did you mean "std"?``, or None where nothing is near."""
    from difflib import get_close_matches  # noqa: PLC0415  # most words are right

    names = {str(choice).lower(): str(choice) for choice in choices}
    near = get_close_matches(str(word).lower(), names, n=1, cutoff=0.6)
    return f'did you mean "{names[near[0]]}"?' if near else None


def listed(choices: Iterable[object]) -> str:
    """Write choices as ``"16:9", "9:16"``, the way messages show what is allowed."""
    return ", ".join(f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in choices)
