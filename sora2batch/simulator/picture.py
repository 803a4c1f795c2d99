"""The picture that a clip starts from: a sample of ours, or one drawn from the URL or the prompt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image

from sora2batch.simulator.scene.abstract import abstract
from sora2batch.simulator.scene.index import SAMPLES

SAMPLE_HOST = "samples.sora2batch.example"
"""Reserved: ``.example`` never resolves. ``https://samples.sora2batch.example/fox.jpg`` is the fox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A starting picture; the image must not be changed, it is shared."""

    image: Image.Image
    focus: tuple[float, float]
    """Where its subject is, as shares of width and height."""


@lru_cache(maxsize=32)
def starting_picture(source: str) -> Picture:
    """Draw the picture of a URL or of a prompt; nothing is fetched."""
    name = sample_name(source)
    if name is None:
        return Picture(image=abstract(source), focus=(0.5, 0.5))
    return Picture(image=SAMPLES[name].draw(), focus=SAMPLES[name].focus)


def sample_name(source: str) -> str | None:
    """Tell which sample a URL names, if it names one."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return None
    name = parts.path.removeprefix("/").removesuffix(".jpg")
    return name if parts.hostname == SAMPLE_HOST and name in SAMPLES else None


def sample_url(name: str) -> str:
    """Write the reserved address of a sample."""
    return f"https://{SAMPLE_HOST}/{name}.jpg"


def jpeg(image: Image.Image) -> bytes:
    """Write an image as a JPEG file."""
    target = BytesIO()
    image.save(target, "JPEG", quality=88)
    return target.getvalue()
