"""What results are called, and where they go when another's result has their name."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import count

from sora2batch.ground.job import FORMER_FOLDER, Fingerprint, Job
from sora2batch.lockfile.entry import Attempt
from sora2batch.lockfile.path import is_former
from sora2batch.matrix.filename import split_ending


def result_names(job: Job, index: int) -> Iterator[str]:
    """Propose names without end for the file of an index: the manifest's, then some with a fingerprint."""
    stem, ending = split_ending(job.filename)
    numbered = f"{stem}.{index + 1}" if index else stem
    yield f"{numbered}{ending}"
    yield from _with_digest(numbered, ending, job.fingerprint)


def former_names(path: str, fingerprint: Fingerprint) -> Iterator[str]:
    """Propose names without end for a file that gives its name to another's."""
    if is_former(path):
        return
    stem, ending = split_ending(path)
    yield from _with_digest(f"{FORMER_FOLDER}/{stem}", ending, fingerprint)


def has_digest(path: str, fingerprint: Fingerprint) -> bool:
    """Tell whether a name is one of those with a fingerprint."""
    return f".{_digits(fingerprint)}" in path


def temporary_name(job: Job, attempt: Attempt, index: int) -> str:
    """Name a file on its way beside its target: no two share a name, and a later run finds it again."""
    identity = f"{job.fingerprint} {attempt.task_id} {index}"
    return f"{split_ending(job.filename)[0]}.{sha256(identity.encode()).hexdigest()[:8]}"


def _with_digest(stem: str, ending: str, fingerprint: Fingerprint) -> Iterator[str]:
    digest = _digits(fingerprint)
    yield f"{stem}.{digest}{ending}"
    yield from (f"{stem}.{digest}.{number}{ending}" for number in count(2))


def _digits(fingerprint: Fingerprint) -> str:
    return fingerprint.removeprefix("sha256:")[:8]
