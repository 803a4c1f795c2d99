"""A picture as the three planes that video is made of: light at full size, colour at half.

The frames are put together in this form: a third of the work of RGB, and no conversion afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from sora2batch.simulator.camera import Box
from sora2batch.simulator.shot import Size

# Video keeps room below black and above white; Pillow's planes use all of 0 to 255.  Source: ITU-R BT.601.
_LIGHT = [16 + round(value * 219 / 255) for value in range(256)]
_COLOUR = [128 + round((value - 128) * 224 / 255) for value in range(256)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """Light, blue difference and red difference, each an 8-bit image."""

    light: Image.Image
    blue: Image.Image
    red: Image.Image

    def in_order(self) -> tuple[Image.Image, Image.Image, Image.Image]:
        """List the planes as video formats store them."""
        return self.light, self.blue, self.red


def planes_of(image: Image.Image) -> Planes:
    """Take an RGB image apart."""
    light, blue, red = image.convert("YCbCr").split()
    return Planes(
        light=light.point(_LIGHT), blue=blue.point(_COLOUR).reduce(2), red=red.point(_COLOUR).reduce(2)
    )


def framed(planes: Planes, box: Box, size: Size) -> Planes:
    """Cut a frame out of a larger picture, to a fraction of a pixel."""
    half_box = (box[0] / 2, box[1] / 2, box[2] / 2, box[3] / 2)
    half_size = (size[0] // 2, size[1] // 2)
    bilinear = Image.Resampling.BILINEAR
    return Planes(
        light=planes.light.resize(size, bilinear, box=box),
        blue=planes.blue.resize(half_size, bilinear, box=half_box),
        red=planes.red.resize(half_size, bilinear, box=half_box),
    )


def blended(one: Planes, other: Planes, share: float) -> Planes:
    """Mix two pictures: 0 gives the one, 1 the other."""
    return Planes(
        light=Image.blend(one.light, other.light, share),
        blue=Image.blend(one.blue, other.blue, share),
        red=Image.blend(one.red, other.red, share),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Something translucent to lay over every frame."""

    planes: Planes
    light_mask: Image.Image
    colour_mask: Image.Image

    @classmethod
    def of(cls, layer: Image.Image) -> Cover:
        """Prepare an RGBA layer."""
        mask = layer.getchannel("A")
        return cls(planes=planes_of(layer.convert("RGB")), light_mask=mask, colour_mask=mask.reduce(2))

    def lay_over(self, frame: Planes) -> None:
        """Paste the layer; the frame is changed in place."""
        frame.light.paste(self.planes.light, (0, 0), self.light_mask)
        frame.blue.paste(self.planes.blue, (0, 0), self.colour_mask)
        frame.red.paste(self.planes.red, (0, 0), self.colour_mask)
