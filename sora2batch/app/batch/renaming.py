"""Names of jobs that changed: those in the lockfile follow, and no old one is taken for another job's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.slug import composed
from sora2batch.lockfile.lockfile_store import LockfileStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """What jobs are called, and what some of them were called before."""

    now: Mapping[Fingerprint, str]
    before: Mapping[Fingerprint, str]
    """Only of those that have another name now."""

    def key_meant(self, name: str) -> str:
        """Tell what a job is called now that a person calls by its name of before or of now.

        Raises:
            UsageError: that may be two jobs.
        """
        name = composed(name)
        former = [fingerprint for fingerprint, key in self.before.items() if key == name]
        current = [fingerprint for fingerprint, key in self.now.items() if key == name]
        if not former:
            return name
        if len({*former, *current}) > 1:
            told = ", ".join(f"{self.now[one]} is {one}" for one in dict.fromkeys([*former, *current]))
            raise UsageError(
                f"{name} is what one job was called before and another is called now",
                hint=f"name the one you mean by its fingerprint: {told}",
            )
        return self.now[former[0]]


def follow_keys(jobs: Iterable[Job], store: LockfileStore) -> Renaming:
    """Give known jobs, and the files of their inputs, the names that they have now."""
    now: dict[Fingerprint, str] = {}
    before: dict[Fingerprint, str] = {}
    for job in jobs:
        entry = store.entry(job.fingerprint)
        if entry is None:
            continue
        now[job.fingerprint] = job.key
        if entry.key != job.key:
            before[job.fingerprint] = entry.key
        if (entry.key, entry.input, entry.needs) != (job.key, job.input, job.needs):
            store.rename(job)
    return Renaming(now=now, before=before)
