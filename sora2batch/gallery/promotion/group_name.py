"""From a job's key to the name of a group: ``hero/fox/slow-pan/std`` -> ``hero-fox-slow-pan-pro``."""

from __future__ import annotations

import re

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.slug import is_mark, is_sign, unified, without_accents
from sora2batch.manifest.name import name_fault
from sora2batch.matrix.filename import filename_fault
from sora2batch.matrix.label import label_of

_TAKE = re.compile(r"#[0-9]+\Z")
_DASHES = re.compile(r"-+")
_MAX_CHARACTERS = 80
_MAX_BYTES = 180
"""Leaves room for a number that makes a name unique."""


def group_name(key: str, before: JsonObject, after: JsonObject) -> str:
    """Name the group of a promoted job; labels that say a value that was changed say the new one.

    Shape: fit for a manifest and as a file's name; not yet unique.

    Args:
        key: of the job it was.
        before: what was sent for that job.
        after: what is to be sent now.
    """
    group, *labels = _TAKE.sub("", key).split("/")
    renamed = _renamed(before, after)
    parts = [group, *(renamed.get(label, label) for label in labels)]
    name = _cut("-".join(filter(None, map(_letters, parts)))) or "job"
    is_good = filename_fault(name) is None and name_fault(name) is None
    return name if is_good else f"job-{name}"


def _renamed(before: JsonObject, after: JsonObject) -> dict[str, str]:
    """Find the labels that a changed value had, with those it has now."""
    renamed: dict[str, str] = {}
    for field, new in after.items():
        old = before.get(field)
        if old != new and not isinstance(old, dict | list | None) and not isinstance(new, dict | list):
            renamed.setdefault(label_of(old, 0), label_of(new, 0))
    return renamed


def _letters(part: str) -> str:
    """Leave nothing of a part but letters, digits and signs; empty where there is none."""
    plain = without_accents(unified(part))
    kept = (one if one.isalnum() or one == "_" or is_mark(one) or is_sign(one) else "-" for one in plain)
    return _DASHES.sub("-", "".join(kept)).strip("-_")


def _cut(name: str) -> str:
    short = name[:_MAX_CHARACTERS].encode("utf-8", "ignore")[:_MAX_BYTES]
    return short.decode("utf-8", "ignore").strip("-_")
