"""Small clips in one colour, with and without a tone, and what is read back out of a reel."""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

from sora2batch.reel.clip_facts import ClipFacts, examine_clip
from sora2batch.reel.edit_list import Footage

RED, GREEN, BLUE = (220, 20, 20), (20, 200, 20), (20, 20, 220)


def write_clip(
    path: Path,
    *colours: tuple[int, int, int],
    size: tuple[int, int] = (96, 54),
    rate: int = 12,
    seconds: float = 1.0,
    tone: float | None = None,
    aspect: Fraction | None = None,
    sound_rate: int = 44_100,
) -> Path:
    """Write an MP4 whose length is shared out among the colours; the tone is heard in the first half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "8", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        sound = container.add_stream("aac", rate=sound_rate, layout="mono") if tone else None
        count = round(rate * seconds)
        for index in range(count):
            image = Image.new("RGB", size, colours[index * len(colours) // count])
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = index, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound:
            samples = round(sound_rate * seconds)
            wave = (
                0.5 * math.sin(2 * math.pi * tone * index / sound_rate) if index < samples / 2 else 0.0
                for index in range(samples)
            )
            heard = av.AudioFrame(format="flt", layout="mono", samples=samples)
            heard.planes[0].update(array("f", wave).tobytes())
            heard.sample_rate, heard.pts = sound_rate, 0
            container.mux(sound.encode(heard))
            container.mux(sound.encode(None))
    return path


def footage_at(path: Path, *labels: tuple[str, str]) -> Footage:
    facts = examine_clip(path)
    assert isinstance(facts, ClipFacts), facts
    return Footage(key=f"hero/{path.stem}", path=path, labels=labels, facts=facts)


def imagined(name: str, *labels: tuple[str, str], rate: Fraction | None = Fraction(10), **facts) -> Footage:
    """A clip that is nowhere, for edit lists."""
    given = {"sha256": name, "width": 1920, "height": 1080, "seconds": Fraction(10), **facts}
    return Footage(
        key=f"hero/{name}", path=Path(f"{name}.mp4"), labels=labels, facts=ClipFacts(rate=rate, **given)
    )


def frames_of(path: Path) -> list[Image.Image]:
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def colour_at(image: Image.Image, x: float, y: float) -> tuple[int, int, int] | None:
    """The colour of RED, GREEN and BLUE that is at a place, given in shares of the picture."""
    found = image.getpixel((round(x * (image.width - 1)), round(y * (image.height - 1))))
    near = [
        one for one in (RED, GREEN, BLUE) if max(abs(a - b) for a, b in zip(found, one, strict=True)) < 50
    ]
    return near[0] if near else None


def loudness_of(path: Path, *, parts: int) -> list[float]:
    """How loud each of so many equal parts is, from 0 to 1."""
    heard = array("f")
    resampler = av.AudioResampler(format="flt", layout="mono", rate=8000)
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            for one in resampler.resample(frame):
                heard.frombytes(bytes(one.planes[0])[: 4 * one.samples])
        video = container.streams.video[0]
        length = (
            round(video.duration * video.time_base * 8000) // parts
        )  # behind it the last block is filled up
    return [max(map(abs, heard[part * length : (part + 1) * length])) for part in range(parts)]
