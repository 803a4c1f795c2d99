"""Warnings taken for errors: with --strict, or where `lint.strict` is configured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.findings import findings_of
from sora2batch.ground.problem import Problem
from sora2batch.ground.rule import Level
from sora2batch.manifest.manifest_error import ManifestError

_HINT = "warnings count as errors here (lint.strict); --no-strict takes them for warnings"


def strictly(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Make errors of warnings; notices stay what they are."""
    for one in problems:
        yield replace(one, raised_to=Level.ERROR) if one.level is Level.WARNING else one


def refuse_slips(batches: Sequence[Batch]) -> None:
    """Refuse manifests that ``validate --strict`` calls not valid.

    Raises:
        ManifestError: with every warning of all of them; nothing was sent.
    """
    refuse_errors(one for batch in batches for one in strictly(findings_of(batch)))


def refuse_errors(problems: Iterable[Problem]) -> None:
    """Refuse manifests with errors that only are some because somebody is strict.

    Raises:
        ManifestError: there are such.
    """
    if errors := [one for one in problems if one.level is Level.ERROR]:
        refused = ManifestError(errors)
        refused.hint = _HINT if any(one.raised_to is Level.ERROR for one in errors) else None
        raise refused
