from __future__ import annotations

from pathlib import Path

import pytest

from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.snapshot import look_at
from sora2batch.app.status.next_step import next_step
from sora2batch.lockfile.codec import encode_lockfile
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, State

MANIFEST = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 5000}
jobs:
  hero:
    matrix: {animal: [fox, owl]}
    input: {prompt: "A {{ animal }}.", image: "https://cdn.example.com/{{ animal }}.jpg"}
"""
REFUSED, OTHER = "the image cannot be fetched", "internal error"


@pytest.mark.parametrize(
    ("errors", "step"),
    [
        ((REFUSED, REFUSED), "change the pictures that the API refused, then run it again"),
        ((REFUSED, OTHER), "sora2batch run {} --retry-failed"),
        ((OTHER, OTHER), "sora2batch run {} --retry-failed"),
    ],
)
def test_the_next_step_after_failures_is_one_that_does_something(tmp_path: Path, errors, step):
    path = tmp_path / "small.yaml"
    path.write_text(MANIFEST)
    batch = loader_for(()).load(path)
    entries = {
        job.fingerprint: Entry(
            key=job.key,
            fingerprint=job.fingerprint,
            tool_type=job.tool_type,
            take=job.take,
            input=job.input,
            attempts=(
                Attempt(
                    state=State.FAILED, task_id=job.key, credits=job.credits, error=ErrorNote(message=error)
                ),
            ),
        )
        for job, error in zip(batch.expansion.jobs, errors, strict=True)
    }
    batch.lock_path.write_bytes(encode_lockfile(Lockfile(manifest="small.yaml", entries=entries)))
    assert next_step(look_at(batch)) == step.format(path)
