"""Small clips, whole and damaged: what is seen in each frame and what is heard is said in a line."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO

import av
from PIL import Image, ImageDraw

FRAMES_PER_SECOND = 10
RATE = 8000
SIZE = (160, 90)


def moving(time: float, size=SIZE) -> Image.Image:
    """A bar that crosses a blue picture."""
    picture = Image.new("RGB", size, (20, 60, 140))
    left = round(time * 12) % size[0]
    ImageDraw.Draw(picture).rectangle((left, 0, left + size[0] // 8, size[1]), fill=(255, 210, 60))
    return picture


def black(_time: float, size=SIZE) -> Image.Image:
    return Image.new("RGB", size, (4, 4, 4))


def still(_time: float, size=SIZE) -> Image.Image:
    return moving(3.0, size)


def clip(
    shown: Callable[..., Image.Image] = moving,
    *,
    seconds: float = 4,
    loudness: float | None = 0.1,
    size: tuple[int, int] = SIZE,
    container: str = "mp4",
) -> bytes:
    """Make a clip; without a loudness it has no sound."""
    target = BytesIO()
    with av.open(target, "w", format=container) as file:
        film = file.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"preset": "ultrafast", "g": "10"})
        film.width, film.height, film.pix_fmt = *size, "yuv420p"
        sound = None if loudness is None else file.add_stream("aac", rate=RATE, layout="mono")
        for number in range(round(seconds * FRAMES_PER_SECOND)):
            frame = av.VideoFrame.from_image(shown(number / FRAMES_PER_SECOND, size))
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_SECOND)
            file.mux(film.encode(frame))
        file.mux(film.encode(None))
        if sound:
            for start in range(0, round(seconds * RATE), 1024):
                file.mux(sound.encode(_tone(start, loudness)))
            file.mux(sound.encode(None))
    return target.getvalue()


def _tone(start: int, loudness: float) -> av.AudioFrame:
    samples = [round(32767 * loudness * math.sin(number / 5)) for number in range(start, start + 1024)]
    frame = av.AudioFrame(format="s16", layout="mono", samples=1024)
    frame.planes[0].update(array("h", samples).tobytes())
    frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
    return frame


def spoiled(data: bytes, *, from_share: float) -> bytes:
    """Overwrite the media from some point on with zeros, index and header left whole."""
    start = data.index(b"mdat") + 4
    end = start - 8 + int.from_bytes(data[start - 8 : start - 4])
    cut = start + round((end - start) * from_share)
    return data[:cut] + bytes(end - cut) + data[end:]
