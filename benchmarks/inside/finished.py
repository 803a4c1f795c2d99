"""Write the lockfile of a batch that is all done, and its files; or its journal.

Arguments: manifest, ``lockfile`` or ``journal`` or ``paid``, the root of the files' URLs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Attempt, Entry, Output, State
from sora2batch.lockfile.file import write_lockfile
from sora2batch.lockfile.journal import encode_journal_header
from sora2batch.lockfile.line import encode_journal_line
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.model import Manifest
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand
from sora2batch.matrix.stage import RecordedResults
from sora2batch.run.artifact import Artifacts

_CLIP = b"\0\0\0\x10ftypisom\0\0\2\0" + b"\0\0\0\x08moov" + b"\0\0\0\x58mdat" + bytes(80)
_BEGUN = datetime(2026, 11, 22, 9, tzinfo=UTC)
_BETWEEN = timedelta(seconds=3)
_ENDED = _BEGUN + timedelta(days=7)
"""One moment for all: names of one file share its time."""
_LINKS = 10_000
"""Names of one file: a file system allows only so many."""


def main() -> None:
    """Write what is asked for."""
    path, kind, root = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    manifest = load_manifest(path)
    jobs = _all_jobs(manifest, path, kind, root)
    entries = (_entry(job, number, kind, root) for number, job in enumerate(jobs))
    if kind == "journal":
        header = encode_journal_header(manifest.file, started_at=to_timestamp(_BEGUN))
        path.with_suffix(".journal.jsonl").write_bytes(header + b"".join(map(encode_journal_line, entries)))
        return
    write_lockfile(path.with_suffix(".lock.jsonl"), lockfile_of(manifest.file, entries))
    if kind == "lockfile":
        _make_files(path.parent / manifest.output.dir, jobs)


def _all_jobs(manifest: Manifest, path: Path, kind: str, root: str) -> tuple[Job, ...]:
    """Expand a manifest as often as it has stages, each time with the results of those before."""
    known: dict[Fingerprint, Entry] = {}
    while True:
        results = RecordedResults(known, manifest.output.dir)
        jobs = expand(manifest, load_catalog(), DiskTree(path.parent), results).jobs
        if len(jobs) == len(known):
            return jobs
        known = {job.fingerprint: _entry(job, number, kind, root) for number, job in enumerate(jobs)}


def _entry(job: Job, number: int, kind: str, root: str) -> Entry:
    """Make the line of a job that is done."""
    url = f"{root}/{number}.mp4"
    there = Output(url=url, path=f"{job.key}.mp4", sha256=sha256(_CLIP).hexdigest(), bytes=len(_CLIP))
    attempt = Attempt(
        state=State.COMPLETED,
        credits=job.credits,
        task_id=str(UUID(bytes=sha256(url.encode()).digest()[:16], version=4)),  # nothing repeats in it
        submitted_at=to_timestamp(_BEGUN + number * _BETWEEN),
        finished_at=to_timestamp(_ENDED),
        outputs=(Output(url=url) if kind == "paid" else there,),
    )
    return Entry.of(job, attempt)


def _make_files(folder: Path, jobs: tuple[Job, ...]) -> None:
    """Make a clip for every job, with its time: many names, few files."""
    artifacts = Artifacts(folder)
    for path, source in _names(folder, jobs):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path == source:
            path.write_bytes(_CLIP)
            artifacts.stamp(path, _ENDED)
        else:
            os.link(source, path)


def _names(folder: Path, jobs: tuple[Job, ...]) -> Iterator[tuple[Path, Path]]:
    source = folder
    for number, job in enumerate(jobs):
        path = folder / f"{job.key}.mp4"
        source = path if number % _LINKS == 0 else source
        yield path, source


if __name__ == "__main__":
    main()
