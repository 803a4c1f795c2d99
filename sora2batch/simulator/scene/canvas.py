"""A canvas of 960 by 540 units, drawn at twice the size and reduced, so that edges are soft."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 960, 540
_SCALE = 2

Point: TypeAlias = tuple[float, float]
Fill: TypeAlias = "str | tuple[str, str]"
"""One colour, or two for a gradient from the shape's top to its bottom."""


class Canvas:
    """A picture in the making; what is drawn later lies on top."""

    def __init__(self, *sky: str) -> None:
        """Start from a sky: colours from the top of the picture to its bottom, evenly spaced."""
        self._image = vertical_gradient(sky, (WIDTH * _SCALE, HEIGHT * _SCALE))
        self._draw = ImageDraw.Draw(self._image)

    def picture(self) -> Image.Image:
        """Finish: the picture at its true size."""
        return self._image.reduce(_SCALE)

    def disc(self, centre: Point, radius: float, colour: str) -> None:
        """Draw a filled circle."""
        self.oval(centre, radius, radius, colour)

    def oval(self, centre: Point, across: float, down: float, colour: str) -> None:
        """Draw a filled ellipse with these half axes."""
        x, y = centre
        self._draw.ellipse(_scaled([(x - across, y - down), (x + across, y + down)]), fill=colour)

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Draw a line with round joints."""
        self._draw.line(_scaled(points), fill=colour, width=max(1, round(width * _SCALE)), joint="curve")

    def shape(self, points: Sequence[Point], fill: Fill, *, opacity: float = 1.0, blur: float = 0.0) -> None:
        """Draw a polygon, plain or with a gradient, solid or translucent, sharp or soft."""
        corners = _scaled(points)
        if isinstance(fill, str) and opacity >= 1 and not blur:
            self._draw.polygon(corners, fill=fill)
            return
        left, top, right, bottom = _bounds(corners, margin=round(blur * 3 * _SCALE), within=self._image.size)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in corners], fill=round(opacity * 255))
        if blur:
            mask = mask.filter(ImageFilter.BoxBlur(blur * _SCALE))
        colours = (fill,) if isinstance(fill, str) else fill
        self._image.paste(vertical_gradient(colours, mask.size), (left, top), mask)

    def blob(self, points: Sequence[Point], fill: Fill, *, opacity: float = 1.0, blur: float = 0.0) -> None:
        """Draw a smooth closed shape through these points."""
        self.shape(smooth(points), fill, opacity=opacity, blur=blur)

    def glow(self, centre: Point, radius: float, colour: str, strength: float = 1.0) -> None:
        """Add light that fades from the centre out."""
        size = round(radius * 2 * _SCALE)
        x, y = (round((value - radius) * _SCALE) for value in centre)
        # Pillow's gradient reaches 255 in the corners, so 180 on the circle that touches the sides.
        fall = [round(255 * strength * max(0.0, 1 - value / 180) ** 2) for value in range(256)]
        light = Image.radial_gradient("L").point(fall).resize((size, size), Image.Resampling.BILINEAR)
        self._image.paste(Image.new("RGB", (size, size), colour), (x, y), light)

    def haze(self, top: float, bottom: float, colour: str, strength: float) -> None:
        """Lay a band of mist: nothing at its top, densest at its bottom."""
        height = round((bottom - top) * _SCALE)
        band = Image.linear_gradient("L").point([round(value * strength) for value in range(256)])
        mask = band.resize((self._image.width, height), Image.Resampling.BILINEAR)
        self._image.paste(Image.new("RGB", mask.size, colour), (0, round(top * _SCALE)), mask)

    def shade(self, strength: float) -> None:
        """Darken the corners."""
        dark = Image.radial_gradient("L").point(
            [round(255 - strength * (v / 255) ** 2 * 255) for v in range(256)]
        )
        mask = dark.resize(self._image.size, Image.Resampling.BILINEAR)
        self._image = ImageChops.multiply(self._image, Image.merge("RGB", (mask, mask, mask)))
        self._draw = ImageDraw.Draw(self._image)

    def mirror(self, horizon: float, *, squeeze: float = 1.0, dim: float = 0.75) -> None:
        """Reflect what stands above the horizon in water below it."""
        edge = round(horizon * _SCALE)
        depth = self._image.height - edge
        above = self._image.crop((0, edge - round(depth / squeeze), self._image.width, edge))
        water = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((self._image.width, depth))
        self._image.paste(water.point([round(v * dim) for v in range(256)] * 3), (0, edge))


def vertical_gradient(colours: Sequence[str], size: tuple[int, int]) -> Image.Image:
    """Blend colours from top to bottom, evenly spaced."""
    if len(colours) == 1:
        return Image.new("RGB", size, colours[0])
    column = Image.new("RGB", (1, len(colours)))
    for row, colour in enumerate(colours):
        column.paste(colour, (0, row, 1, row + 1))
    # From the centre of the first pixel to the centre of the last: no flat ends.
    box = (0.0, 0.5, 1.0, len(colours) - 0.5)
    return column.resize((1, size[1]), Image.Resampling.BILINEAR, box=box).resize(size)


def outline(text: str) -> list[Point]:
    """Read points written as ``x,y x,y``."""
    pairs = (point.split(",") for point in text.split())
    return [(float(x), float(y)) for x, y in pairs]


def smooth(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """Round a closed outline off: a Catmull-Rom spline through its points."""
    count = len(points)
    rounded: list[Point] = []
    for index in range(count):
        near = [points[(index + offset) % count] for offset in (-1, 0, 1, 2)]
        rounded += [_spline(near, step / steps) for step in range(steps)]
    return rounded


def ridge(random: Random, level: float, height: float, *, bumps: float = 2.0) -> list[Point]:
    """Make the outline of hills: waves around ``level`` of this height, closed at the bottom."""
    waves = [(bumps * 2**octave, random.uniform(0, math.tau), 0.5**octave) for octave in range(4)]
    crest: list[Point] = []
    for x in range(0, WIDTH + 1, 6):
        lift = sum(size * math.sin(x / WIDTH * math.tau * pace + shift) for pace, shift, size in waves)
        crest.append((x, level - lift * height))
    return [*crest, (WIDTH, HEIGHT), (0, HEIGHT)]


def spots(random: Random, count: int, area: tuple[float, float, float, float]) -> list[Point]:
    """Scatter points over an area: its left, top, right and bottom."""
    left, top, right, bottom = area
    return [(random.uniform(left, right), random.uniform(top, bottom)) for _ in range(count)]


def leaf(foot: Point, angle: float, length: float, width: float) -> list[Point]:
    """Make the outline of a leaf or a petal; the angle is in radians, clockwise from the right."""
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    rim = ((0.0, 0.0), (0.35, 0.5), (1.0, 0.0), (0.35, -0.5))
    return [
        (
            foot[0] + along[0] * length * far + across[0] * width * wide,
            foot[1] + along[1] * length * far + across[1] * width * wide,
        )
        for far, wide in rim
    ]


def moved(points: Sequence[Point], x: float, y: float, scale: float = 1.0) -> list[Point]:
    """Place a shape drawn around the origin."""
    return [(x + px * scale, y + py * scale) for px, py in points]


def _spline(near: Sequence[Point], t: float) -> Point:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = near
    return _catmull(ax, bx, cx, dx, t), _catmull(ay, by, cy, dy, t)


def _catmull(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * _SCALE, y * _SCALE) for x, y in points]


def _bounds(corners: Sequence[Point], *, margin: int, within: tuple[int, int]) -> tuple[int, int, int, int]:
    across, down = [x for x, _ in corners], [y for _, y in corners]
    left, top = max(0, math.floor(min(across)) - margin), max(0, math.floor(min(down)) - margin)
    right = min(within[0], math.ceil(max(across)) + margin + 1)
    bottom = min(within[1], math.ceil(max(down)) + margin + 1)
    return left, top, right, bottom
