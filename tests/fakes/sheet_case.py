"""Tiles, statuses and small clips for tests of contact sheets."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
from PIL import Image

from fakes.building import entry_of, job_of, lockfile_of
from sora2batch.gallery.sheet.tile import Tile
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, Output
from sora2batch.plan.job_status import Status, make_status


def tile_of(*labels: str, group: str = "hero", take: int = 1, **more) -> Tile:
    """A tile whose axes are called a, b, c."""
    given = {"state": "pending", "credits": Credits(420), **more}
    return Tile(
        key="/".join([group, *labels]) + f"#{take}",
        group=group,
        labels=tuple(zip("abcdefgh", labels, strict=False)),
        take=take,
        **given,
    )


def clip_bytes(*colours: tuple[int, int, int], size: tuple[int, int] = (64, 36), key_every: int = 1) -> bytes:
    """A clip whose frames have a dark and a coloured half; a black colour makes an all black frame."""
    target = BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=4, options={"g": str(key_every), "crf": "10"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for index, colour in enumerate(colours):
            image = Image.new("RGB", size)
            image.paste(colour, (size[0] // 2, 0, *size))
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = index, Fraction(1, 4)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def status_of(*attempts: Attempt | None, group: str = "hero", manifest: str = "small.yaml") -> Status:
    """A job for each attempt; None is pending."""
    jobs = [job_of(f"n{number}", group=group) for number in range(len(attempts))]
    entries = [entry_of(job, attempt) for job, attempt in zip(jobs, attempts, strict=True) if attempt]
    return make_status(manifest, jobs, lockfile_of(*entries), Credits(10_000))


def output_at(path: str) -> Output:
    return Output(path=path, sha256="0" * 64, bytes=1)


def locate_in(folder: Path):
    return lambda output: folder / output.path if output.path else None
