"""The colour grade: takes of one input differ in it, and ``pro`` inputs glow."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from sora2batch.simulator.chance import chance
from sora2batch.simulator.shot import Quality, Shot

_TINTS = (
    (1.0, 1.0, 1.0),
    (1.1, 1.0, 0.86),
    (0.88, 0.99, 1.14),
    (1.08, 0.94, 1.06),
    (0.94, 1.0, 1.04),
    (1.16, 0.95, 0.88),
)
"""Factors of red, green and blue: neutral, warm, cool, rose, steel, amber."""


def graded(image: Image.Image, shot: Shot) -> Image.Image:
    """Develop the starting picture for a shot; the original stays as it is."""
    random = chance(shot.variation ^ 1)
    tint = random.choice(_TINTS)
    image = image.point([level for factor in tint for level in _curve(factor)])
    image = ImageEnhance.Color(image).enhance(random.uniform(0.85, 1.25))
    if shot.quality is Quality.PLAIN:
        return image
    return _rich(image)


def _curve(factor: float) -> list[int]:
    """Tint the shadows and the middle; white stays white."""
    return [min(255, round(value * (1 + (factor - 1) * (1 - (value / 255) ** 3)))) for value in range(256)]


def _rich(image: Image.Image) -> Image.Image:
    """Deepen the contrast and let the lights bloom."""
    image = ImageEnhance.Contrast(image).enhance(1.12)
    lights = [round((value / 255) ** 2 * 130) for value in range(256)] * 3
    small = image.reduce(6).filter(ImageFilter.GaussianBlur(5)).point(lights)
    return ImageChops.screen(image, small.resize(image.size, Image.Resampling.BICUBIC))
