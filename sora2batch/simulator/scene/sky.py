"""The sky: hot-air balloons at sunrise."""

from __future__ import annotations

import math

from PIL import Image

from sora2batch.simulator.chance import chance
from sora2batch.simulator.scene.canvas import Canvas, ridge


def balloons() -> Image.Image:
    """Balloons rise over misty valleys."""
    random = chance(6)
    canvas = Canvas("#5aa0d6", "#9cc9e6", "#f6dcc9", "#fcc9a2", "#f7a98f")
    canvas.glow((250, 380), 380, "#fff3d0", 0.95)
    canvas.disc((250, 372), 34, "#fffaf0")
    for _ in range(26):
        x, y, size = random.uniform(0, 960), random.uniform(60, 260), random.uniform(30, 80)
        puff = [(x - size, y), (x - size / 3, y - size / 6), (x + size, y), (x, y + size / 9)]
        canvas.blob(puff, "#ffffff", opacity=0.4, blur=4)
    for level, fill in (
        (392, ("#d99a9a", "#f2bfa4")),
        (424, ("#b0708a", "#dd9a96")),
        (460, ("#7a4f7d", "#b0708a")),
    ):
        canvas.shape(ridge(random, level, 17), fill)
        canvas.haze(level - 10, level + 60, "#ffe0c4", 0.45)
    for x, y, size, colours in (
        (830, 300, 26, ("#8a6fb0", "#f2d6c0")),
        (120, 250, 34, ("#4f8fae", "#f6e3c4")),
        (690, 120, 46, ("#e9b44c", "#fff1d0")),
        (330, 140, 58, ("#3f7f8c", "#f6d9a8")),
        (540, 210, 104, ("#d9483b", "#fbe3bd")),
    ):
        _balloon(canvas, x, y, size, colours)
    canvas.shape(ridge(random, 508, 10, bumps=1.4), ("#4a3560", "#2b2145"))
    canvas.shade(0.25)
    return canvas.picture()


def _balloon(canvas: Canvas, x: float, y: float, size: float, colours: tuple[str, str]) -> None:
    gores = 9
    for gore in range(gores):
        edges = [_meridian(x, y, size, math.pi * turn / gores) for turn in (gore, gore + 1)]
        canvas.shape([*edges[0], *reversed(edges[1])], colours[gore % 2])
    shadow = [*_meridian(x, y, size, math.pi * 0.62), *reversed(_meridian(x, y, size, math.pi))]
    canvas.shape(shadow, "#3a1f4a", opacity=0.26)
    shine = [*_meridian(x, y, size, math.pi * 0.2), *reversed(_meridian(x, y, size, math.pi * 0.36))]
    canvas.shape(shine[2:-2], "#ffffff", opacity=0.25, blur=size / 14)
    for side in (-1, 1):
        canvas.line(
            [(x + side * size * 0.2, y + size * 1.12), (x + side * size * 0.13, y + size * 1.5)],
            "#5a3a4a",
            size / 60,
        )
    low, wide = y + size * 1.5, size * 0.15
    basket = [
        (x - wide, low),
        (x + wide, low),
        (x + wide * 0.8, low + wide * 1.6),
        (x - wide * 0.8, low + wide * 1.6),
    ]
    canvas.shape(basket, ("#a8703f", "#5f3a2a"))
    canvas.glow((x, y + size * 1.22), size * 0.25, "#ffd27a", 0.9)


def _meridian(x: float, y: float, size: float, turn: float) -> list[tuple[float, float]]:
    """One seam of the envelope, from its crown to its mouth, seen from the side."""
    outline = []
    for step in range(25):
        down = step / 24
        # A sphere above, drawn out to a narrow mouth below.
        wide = math.sqrt(1 - (1 - down / 0.48) ** 2) if down < 0.48 else math.cos((down - 0.48) / 0.52 * 1.36)
        outline.append((x - math.cos(turn) * size * wide, y - size + 2.12 * size * down))
    return outline
