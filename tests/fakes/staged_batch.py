"""A batch in stages on disk, made stage by stage as a run would, without a run."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image

from fakes.building import entry_of
from fakes.exhibition import clip
from fakes.lock_entry import completed
from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.ground.job import Job
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Entry, Output
from sora2batch.lockfile.file import write_lockfile

LOOSE = """\
version: 1
budget: {max_credits: 2000}
jobs:
  stills:
    tool: nano-banana-image-api
    matrix: {subject: [fox, owl], look: [noir, pastel]}
    input: {prompt: "A {{ subject }}, {{ look }}", aspect_ratio: "16:9"}
  clips:
    tool: sora2-image-to-video-api
    matrix:
      still: {from_jobs: stills}
      camera: [slow pan, dolly in]
    input: {prompt: "{{ camera }} on the {{ still.subject }}", image: "{{ still.output }}"}
"""
"""Four stills at 50 credits, each with two clips at 420."""
GATED = LOOSE.replace("from_jobs: stills", "from_jobs: stills, picks: picks.yaml")
"""The same; somebody picks first."""


@cache
def still(text: str) -> bytes:
    """A picture that no other text gives."""
    file = BytesIO()
    colour = tuple(sha256(text.encode()).digest()[:3])
    Image.new("RGB", (128, 72), colour).save(file, "PNG")
    return file.getvalue()


class StagedBatch:
    """A manifest called show.yaml, with its lockfile and results."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.manifest.write_text(text)

    @property
    def manifest(self) -> Path:
        return self.folder / "show.yaml"

    @property
    def page(self) -> Path:
        return self.folder / "show.report.html"

    @property
    def batch(self) -> Batch:
        return loader_for(()).load(self.manifest)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Those that are possible now."""
        return self.batch.expansion.jobs

    def make(self, group: str) -> StagedBatch:
        """Finish what is possible now of a group."""
        batch = self.batch
        known = dict(batch.read_lockfile().entries)
        for job in batch.expansion.jobs:
            if job.group == group:
                known[job.fingerprint] = self._made(job)
        write_lockfile(self.folder / "show.lock.jsonl", lockfile_of("show.yaml", list(known.values())))
        return self

    def _made(self, job: Job) -> Entry:
        is_still = job.group == "stills"
        data = still(job.fingerprint) if is_still else clip()
        path = f"{job.key}.{'png' if is_still else 'mp4'}"
        target = self.folder / "out/show" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        digest = sha256(data).hexdigest()
        output = Output(url=f"https://h.example/{path}", path=path, sha256=digest, bytes=len(data))
        attempt = completed(f"task-{job.fingerprint[7:15]}", outputs=(output,), credits=job.credits)
        return entry_of(job, attempt)
