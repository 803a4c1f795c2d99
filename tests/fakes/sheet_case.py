"""Tiles, statuses and small clips for tests of contact sheets."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
from PIL import Image

from fakes.building import entry_of, job_of, lockfile_of
from sora2batch.gallery.sheet.legible import with_legible_labels
from sora2batch.gallery.sheet.placing import lay_out
from sora2batch.gallery.sheet.section import sections_of
from sora2batch.gallery.sheet.tile import Locate, Tile, tiles_of
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, Output
from sora2batch.plan.job_status import Status, make_status
from sora2batch.typography.typesetter import Typesetter


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


def cut_out(sheet: Image.Image, status: Status, locate: Locate) -> dict[str, Image.Image]:
    """The tiles of a sheet of few jobs, by the key of the job: what is drawn in their frames and nowhere else."""
    layout = lay_out(
        sections_of(with_legible_labels(tiles_of(status, locate), Typesetter())), most_area=3_000_000
    )
    assert sheet.size == (layout.width, layout.height), "the sheet has another layout than this one"
    boxes = {placed.tile.key: placed.box for placed in layout.tiles}
    return {key: sheet.crop((box.left, box.top, box.right, box.bottom)) for key, box in boxes.items()}
