"""From a job's key to the name of a group: ``hero/fox/slow-pan/std`` -> ``hero-fox-slow-pan-pro``."""

from __future__ import annotations

import re
from unicodedata import normalize

from sora2batch.canonical import JsonObject
from sora2batch.matrix.filename import filename_fault
from sora2batch.matrix.label import label_of

_TAKE = re.compile(r"#[0-9]+\Z")
_NO_NAME = re.compile(r"[^A-Za-z0-9_]+")
_MAX_CHARACTERS = 80
"""Leaves room for a number that makes a name unique."""


def group_name(key: str, before: JsonObject, after: JsonObject) -> str:
    """Name the group of a promoted job; labels that say a value that was changed say the new one.

    Shape: ASCII, fit for a manifest and as a file's name; not yet unique.

    Args:
        key: of the job it was.
        before: what was sent for that job.
        after: what is to be sent now.
    """
    group, *labels = _TAKE.sub("", key).split("/")
    renamed = _renamed(before, after)
    parts = [group, *(renamed.get(label, label) for label in labels)]
    name = "-".join(filter(None, map(_ascii, parts)))[:_MAX_CHARACTERS].strip("-_") or "job"
    return name if filename_fault(name) is None else f"job-{name}"


def _renamed(before: JsonObject, after: JsonObject) -> dict[str, str]:
    """Find the labels that a changed value had, with those it has now."""
    renamed: dict[str, str] = {}
    for field, new in after.items():
        old = before.get(field)
        if old != new and not isinstance(old, dict | list | None) and not isinstance(new, dict | list):
            renamed.setdefault(label_of(old, 0), label_of(new, 0))
    return renamed


def _ascii(part: str) -> str:
    """Write a part in ASCII; empty where nothing of it can be."""
    return _NO_NAME.sub("-", normalize("NFKD", part).encode("ascii", "ignore").decode()).strip("-_")
