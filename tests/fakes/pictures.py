"""Pictures of the user's own beside a manifest, and jobs that send them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from PIL import Image, ImageDraw

from fakes.building import job_of
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Job

BLUE = (40, 80, 200)


def picture(
    folder: Path, file: str, colour: tuple[int, int, int] = BLUE, size: tuple[int, int] = (96, 64)
) -> FileInput:
    """Draw a picture with a bright spot into a folder, and name it as an input does."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).ellipse((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), fill="white")
    image.save(path)
    return FileInput(file, sha256(path.read_bytes()).hexdigest())


def animated(name: str, *pictures: FileInput, **more) -> Job:
    """A job that starts from one picture, or is given a list of them."""
    files = [one.to_json() for one in pictures]
    return job_of(name, **({"image": files[0]} if len(files) == 1 else {"image_list": files}), **more)
