"""A frame as three pictures, as encoders want it: brightness, and at half the size two of colour."""

from __future__ import annotations

from typing import NamedTuple

from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from sora2batch.reel.pixel_size import Size

Colour = tuple[int, int, int]


class Planes(NamedTuple):
    """A frame in YUV 4:2:0."""

    light: Image.Image
    blue: Image.Image
    red: Image.Image

    @property
    def size(self) -> Size:
        """Of the whole frame."""
        return self.light.size

    def copy(self) -> Planes:
        """Copy it, to draw on."""
        return Planes(*(plane.copy() for plane in self))

    def paste(self, other: Planes, at: tuple[int, int], mask: tuple[Image.Image, Image.Image] | None) -> None:
        """Lay another over this one, at an even place, where the mask lets it be seen."""
        full, half = mask or (None, None)
        there = (at[0] // 2, at[1] // 2)
        self.light.paste(other.light, at, full)
        self.blue.paste(other.blue, there, half)
        self.red.paste(other.red, there, half)


def planes_of(frame: VideoFrame) -> Planes:
    """Take a frame of the format yuv420p apart."""
    planes = (
        Image.frombuffer("L", (plane.width, plane.height), plane, "raw", "L", plane.line_size, 1)  # type: ignore[arg-type]
        for plane in frame.planes
    )
    return Planes(*planes)


def planes_of_picture(picture: Image.Image) -> Planes:
    """Make a frame of a picture whose width and height are even."""
    frame: VideoFrame = VideoFrame.from_image(picture.convert("RGB"))  # type: ignore[no-untyped-call]
    return planes_of(
        frame.reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG, threads=1
        )
    )


def frame_of(planes: Planes) -> VideoFrame:
    """Put a frame together."""
    frame = VideoFrame(*planes.size, "yuv420p")
    for plane, image in zip(frame.planes, planes, strict=True):
        plane.update(_padded(image, plane.line_size))
    return frame


def blended(one: Planes, other: Planes, share: float) -> Planes:
    """Mix two frames of one size: 0 is the first, 1 the other."""
    return Planes(*(Image.blend(a, b, share) for a, b in zip(one, other, strict=True)))


def _padded(image: Image.Image, line_size: int) -> bytes:
    """Write rows, each filled up to the length that the encoder's memory has."""
    if line_size == image.width:
        return image.tobytes()
    wider = Image.new("L", (line_size, image.height))
    wider.paste(image)
    return wider.tobytes()
