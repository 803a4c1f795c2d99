"""A problem as a person reads it, without what every problem has."""

from __future__ import annotations

import re

_RULE = re.compile(r" \[[a-z0-9]+(?:-[a-z0-9]+)*\]\Z")


def without_rule(problem: object) -> str:
    """Write a problem without its rule's id; test_ground_rule.py tells which problem has which."""
    text = str(problem)
    found = _RULE.search(text)
    assert found, f"no rule: {text}"
    return text[: found.start()]
