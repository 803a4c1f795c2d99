"""A picture for any text: soft colours and translucent shapes, always the same for the same text."""

from __future__ import annotations

import colorsys
import math
from hashlib import sha256
from random import Random

from PIL import Image

from sora2batch.simulator.chance import chance
from sora2batch.simulator.scene.canvas import HEIGHT, WIDTH, Canvas, ridge


def abstract(text: str) -> Image.Image:
    """Draw the picture that belongs to a text."""
    random = chance(sha256(text.encode("utf-8", "surrogatepass")).digest())
    palette = _palette(random)
    canvas = Canvas(*palette[:3])
    for colour in [*palette, *palette[:3]]:
        canvas.glow(
            (random.uniform(0, WIDTH), random.uniform(0, HEIGHT)), random.uniform(180, 420), colour, 0.7
        )
    random.choice((_orbits, _ribbons, _hills))(canvas, random, palette)
    for _ in range(14):
        spot = (random.uniform(0, WIDTH), random.uniform(0, HEIGHT))
        canvas.glow(spot, random.uniform(8, 26), "#ffffff", 0.5)
    canvas.shade(0.35)
    return canvas.picture()


def _palette(random: Random) -> list[str]:
    """Five colours that go together: neighbours on the wheel, one opposite, from dark to light."""
    hue, spread = random.random(), random.choice((0.06, 0.09, -0.07))
    steps = ((0, 0.62, 0.34), (1, 0.6, 0.55), (2, 0.55, 0.78), (3, 0.45, 0.93), (6.2, 0.55, 0.9))
    return [_hex((hue + spread * turn) % 1, pale, light) for turn, pale, light in steps]


def _hex(hue: float, saturation: float, value: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hsv_to_rgb(hue, saturation, value))


def _orbits(canvas: Canvas, random: Random, palette: list[str]) -> None:
    x, y = random.uniform(300, 660), random.uniform(190, 350)
    for ring in range(6, 0, -1):
        radius = ring * random.uniform(34, 46)
        rim = [
            (x + radius * math.cos(t / 48 * math.tau), y + radius * math.sin(t / 48 * math.tau))
            for t in range(48)
        ]
        canvas.shape(rim, (palette[ring % 5], palette[(ring + 2) % 5]), opacity=0.5)
    canvas.glow((x, y), 120, palette[3], 0.9)
    canvas.disc((x, y), 34, "#fff8ec")


def _ribbons(canvas: Canvas, random: Random, palette: list[str]) -> None:
    for turn in range(7):
        level, lift = random.uniform(80, 460), random.uniform(30, 90)
        pace, shift, width = random.uniform(0.6, 1.6), random.uniform(0, 6), random.uniform(18, 70)
        wave = [
            (x, level + lift * math.sin(x / WIDTH * math.tau * pace + shift))
            for x in range(-12, WIDTH + 13, 12)
        ]
        under = [(x, y + width * (0.6 + 0.4 * math.sin(x / 140 + shift))) for x, y in reversed(wave)]
        canvas.shape([*wave, *under], (palette[turn % 5], palette[(turn + 1) % 5]), opacity=0.55)


def _hills(canvas: Canvas, random: Random, palette: list[str]) -> None:
    sun = (random.uniform(200, 760), random.uniform(130, 250))
    canvas.glow(sun, 300, palette[3], 0.9)
    canvas.disc(sun, random.uniform(34, 62), "#fff6e0")
    for layer in range(5):
        fill = (palette[(3 - layer) % 5], palette[(2 - layer) % 5])
        canvas.shape(ridge(random, 300 + layer * 48, random.uniform(12, 32)), fill, opacity=0.85)
