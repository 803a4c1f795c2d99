"""The jobs that picks mean: in the manifest, or in its lockfile if they are no longer there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.pending_job import PendingJob
from sora2batch.ground.problem import Fault, Problem
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.lockfile.content import Lockfile
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.matrix.stage import output_of
from sora2batch.picks.agreement import disagreements
from sora2batch.picks.picks import Pick, Picks


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A job that was picked: what was sent for it, and what somebody thinks of the result."""

    key: str
    """Its present name; of an orphan, its last."""
    fingerprint: Fingerprint
    tool_type: str
    input: JsonObject
    task_id: str | None
    """None if it has not been run, or nothing came of it."""
    pick: Pick
    output: FileInput | None = None
    """What it has made; None while that is not complete."""


class Finder:
    """Looks picks up, by fingerprint first: keys follow renames."""

    def __init__(
        self,
        jobs: Iterable[Job],
        lockfile: Lockfile,
        *,
        folder: str = "out",
        waiting: Iterable[PendingJob] = (),
    ) -> None:
        """Get ready.

        Args:
            jobs: those that are asked for.
            lockfile: what is known of these, and of others.
            folder: the output folder, relative to the manifest's, with forward slashes.
            waiting: what cannot be asked for yet, for it is made from what is not there.
        """
        self._folder = folder
        self._waiting = frozenset(job.key for job in waiting)
        self._by_fingerprint: dict[str, Job] = {}
        self._by_key: dict[str, Job] = {}
        for job in jobs:
            self._by_fingerprint[job.fingerprint] = job
            self._by_key[job.key] = job
        self._lockfile = lockfile
        known = ((entry, self._by_fingerprint.get(entry.fingerprint)) for entry in lockfile.entries.values())
        self._formerly = {entry.key: job for entry, job in known if job is not None and job.key != entry.key}
        """Jobs by the names under which the lockfile still has them."""
        self._orphan_keys = {
            entry.key for entry in lockfile.entries.values() if entry.fingerprint not in self._by_fingerprint
        }

    def origin(self, pick: Pick) -> Origin | None:
        """Find the job of a pick; None if there is none."""
        if pick.fingerprint is None:
            job = self._called(str(pick.key))
        else:
            job = self._by_fingerprint.get(pick.fingerprint)
        if job is not None:
            return self._of_job(job, pick)
        return None if pick.fingerprint is None else self._of_orphan(pick.fingerprint, pick)

    def _called(self, key: str) -> Job | None:
        """Find a job by its name of now or before; None where that may be two."""
        now, before = self._by_key.get(key), self._formerly.get(key)
        if now is None or before is None:
            return now or before
        return now if now is before else None

    def fault(self, pick: Pick, picks: Picks) -> Fault:
        """Say why a pick that is not found is not."""
        if pick.fingerprint is None and pick.key in self._formerly:
            message = f"{pick.name} is what one job was called before and another is called now"
        else:
            message = f"{pick.name} is neither in the manifest nor in its lockfile"
        hint = self._hint(pick) or _whose(picks)
        return Fault(path=pick.path, rule=Rule.UNKNOWN_JOB, message=message, hint=hint)

    def _hint(self, pick: Pick) -> str | None:
        """Say how a pick that is not found may be mended."""
        if pick.key in self._waiting:
            return "it waits for what it is made from: pick it once it is there"
        if pick.fingerprint is None:
            if pick.key in self._orphan_keys:
                return "the lockfile has an orphan of this key: give its fingerprint"
            if pick.key in self._formerly:
                return "give the fingerprint"
            return did_you_mean(pick.key, self._by_key)
        if pick.key in self._by_key:
            return f"{pick.key} is another request now: without the fingerprint it is promoted as it is"
        return None

    def _of_job(self, job: Job, pick: Pick) -> Origin:
        entry = self._lockfile.get(job.fingerprint)
        return Origin(
            key=job.key,
            fingerprint=job.fingerprint,
            tool_type=job.tool_type,
            input=job.input,
            task_id=entry.primary.task_id if entry else None,
            pick=pick,
            output=output_of(entry, self._folder) if entry else None,
        )

    def _of_orphan(self, fingerprint: Fingerprint, pick: Pick) -> Origin | None:
        entry = self._lockfile.get(fingerprint)
        if entry is None:
            return None
        return Origin(
            key=entry.key,
            fingerprint=fingerprint,
            tool_type=entry.tool_type,
            input=entry.input,
            task_id=entry.primary.task_id,
            pick=pick,
            output=output_of(entry, self._folder),
        )


def find_origins(picks: Picks, taken: Sequence[Pick], finder: Finder) -> tuple[Origin, ...]:
    """Find the job of every pick that is taken; two picks that agree on one job are one.

    Raises:
        ManifestError: names every pick whose job is not there, or of whose job another pick says otherwise.
    """
    problems: list[Problem] = []
    found: list[Origin] = []
    for pick in taken:
        origin = finder.origin(pick)
        if origin is None:
            problems.append(picks.document.problem(finder.fault(pick, picks)))
        else:
            found.append(origin)
    problems += disagreements(picks, ((origin.pick, origin.fingerprint) for origin in found))
    if problems:
        raise ManifestError(problems)
    firsts: dict[Fingerprint, Origin] = {}
    for origin in found:
        firsts.setdefault(origin.fingerprint, origin)
    return tuple(firsts.values())


def _whose(picks: Picks) -> str | None:
    return f"these picks are of {picks.manifest}" if picks.manifest else None
