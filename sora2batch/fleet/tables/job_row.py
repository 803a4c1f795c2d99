"""A job as the database has it, and back."""

from __future__ import annotations

from typing import NamedTuple

import orjson

from sora2batch.ground.canonical import JsonObject, canonical_json
from sora2batch.ground.job import Credits, Fingerprint, Job
from sora2batch.lockfile.entry import Entry

JOB_COLUMNS = """
    job.id, job.fingerprint, job.key, job.tool_type, job.take, job.input, job.needs, job.credits,
    job.filename, job.expected_seconds, job.files, job.seen
"""
"""In the order of ``JobRow``."""


class JobRow(NamedTuple):
    """One row of the table ``job``."""

    id: int
    fingerprint: str
    key: str
    tool_type: str
    take: int
    input: str
    """Canonical JSON."""
    needs: list[str]
    credits: int
    filename: str
    expected_seconds: float
    files: JsonObject
    """By sha256; see ``file_facts``."""
    seen: JsonObject

    @property
    def job(self) -> Job:
        """The job, as far as whoever sends it needs it: it knows no axes."""
        return Job(
            key=self.key,
            group=self.key.partition("/")[0],
            labels=(),
            tool_type=self.tool_type,
            take=self.take,
            input=orjson.loads(self.input),
            fingerprint=Fingerprint(self.fingerprint),
            credits=Credits(self.credits),
            filename=self.filename,
            needs=tuple(self.needs),
        )


def input_text(job: Job | Entry) -> str:
    """Write what is sent as the database keeps it."""
    return canonical_json(job.input).decode()
