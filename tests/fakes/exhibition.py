"""A batch on disk with clips that play, as a run would leave it, without a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import av
from PIL import Image, ImageDraw

from fakes.building import entry_of
from fakes.lock_entry import completed
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.job import Job
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Attempt, Output
from sora2batch.lockfile.file import write_lockfile
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 12000}
jobs:
  hero:
    matrix: {subject: [fox, owl, hare], camera: [slow pan, dolly in]}
    input: {prompt: "{{ camera }} on a {{ subject }}"}
"""
"""The usual one: six jobs on two axes."""
FRAMES_PER_SECOND = 10
AttemptOf = Callable[[int, Job], Attempt | None]
"""What became of a job, by its place in the manifest; None if it was not submitted."""


@cache
def clip(seconds: float = 3, width: int = 128, height: int = 72) -> bytes:
    """A playable MP4: a bar that crosses the picture once."""
    target = BytesIO()
    count = round(seconds * FRAMES_PER_SECOND)
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index in range(count):
            picture = Image.new("RGB", (width, height), (20, 60, 140))
            left = width * index // count
            ImageDraw.Draw(picture).rectangle((left, 0, left + 8, height), fill=(255, 210, 60))
            frame = av.VideoFrame.from_image(picture)
            frame.pts, frame.time_base = index, Fraction(1, FRAMES_PER_SECOND)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def done(job: Job, *, path: str | None = None, task_id: str | None = None, **more) -> Attempt:
    """A finished task whose clip lies where the manifest wants it."""
    data = clip()
    file = Output(
        url="https://h.example/clip.mp4",
        path=path or f"{job.key}.mp4",
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
    )
    times = {"submitted_at": "2026-11-22T09:00:00Z", "finished_at": "2026-11-22T09:03:10Z"}
    fields = {**times, "outputs": (file,), "credits": job.credits, **more}
    return completed(task_id or f"task-{job.fingerprint[7:15]}", **fields)


@dataclass(frozen=True)
class Exhibition:
    """A manifest, its lockfile and its clips in one folder."""

    folder: Path
    jobs: tuple[Job, ...]

    @property
    def manifest(self) -> Path:
        return self.folder / "show.yaml"

    @property
    def page(self) -> Path:
        return self.folder / "show.report.html"

    def clip_of(self, job: Job) -> Path:
        return self.folder / "out/show" / f"{job.key}.mp4"


def exhibit(
    folder: Path, text: str, attempt_of: AttemptOf | None = None, *, with_clips: bool = True
) -> Exhibition:
    """Write a manifest, and a lockfile that says what became of its jobs; as a rule all are done."""
    tell = attempt_of or (lambda _, job: done(job))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "show.yaml").write_text(text)
    manifest = load_manifest(folder / "show.yaml")
    jobs = expand(manifest, load_catalog(), DiskTree(folder)).jobs
    told = [(job, tell(place, job)) for place, job in enumerate(jobs)]
    entries = [entry_of(job, attempt) for job, attempt in told if attempt]
    write_lockfile(folder / "show.lock.jsonl", lockfile_of("show.yaml", entries))
    exhibition = Exhibition(folder=folder, jobs=jobs)
    for job, attempt in told if with_clips else ():
        if attempt and attempt.outputs and attempt.outputs[0].path == f"{job.key}.mp4":
            place_clip(exhibition, job)
    return exhibition


def place_clip(exhibition: Exhibition, job: Job, *, name: str | None = None) -> None:
    """Put the one clip there is where the job's should be, or under another name."""
    original = exhibition.folder / "clip.mp4"
    if not original.exists():
        original.write_bytes(clip())
    target = exhibition.folder / "out/show" / name if name else exhibition.clip_of(job)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.hardlink_to(original)
