"""The land: a mountain lake at sunrise, dunes with a caravan."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from sora2batch.simulator.chance import chance
from sora2batch.simulator.scene.canvas import HEIGHT, WIDTH, Canvas, Fill, Point, moved, outline, ridge, spots


def lake() -> Image.Image:
    """Snowy peaks over a lake that mirrors them."""
    random = chance(5)
    canvas = Canvas("#3f7fb8", "#86b9da", "#cfe4ea", "#fbe6cf")
    canvas.glow((330, 210), 320, "#fff3d2", 0.9)
    _clouds(canvas, random)
    for top in ((90, 190), (260, 150), (430, 205), (610, 120), (790, 175), (930, 150)):
        _peak(canvas, top, 320, random.uniform(0.95, 1.2), ("#8fb0cf", "#c6d8e2"))
    canvas.haze(220, 330, "#fdeedd", 0.55)
    for top in ((0, 190), (190, 240), (720, 96), (900, 215)):
        _peak(canvas, top, 330, random.uniform(0.95, 1.2), ("#4f7396", "#8fb0c0"))
    canvas.haze(250, 345, "#e9f0ea", 0.5)
    _shore(canvas, random)
    canvas.mirror(354, squeeze=0.62, dim=0.86)
    canvas.haze(380, HEIGHT, "#1f5674", 0.5)
    for x, y in spots(random, 60, (0, 358, WIDTH, 530)):
        across, colour = (
            random.uniform(14, 30) + (y - 354) * 0.3,
            random.choice(("#e4f1f2", "#9cc3d2", "#5d96b2")),
        )
        canvas.oval((x, y), across, 0.8, colour)
    _canoe(canvas, 360, 436)
    canvas.shade(0.28)
    return canvas.picture()


def dunes() -> Image.Image:
    """Dunes in raking light, and a caravan on the crest."""
    random = chance(8)
    canvas = Canvas("#2f4b8f", "#8a6fa8", "#e58f7b", "#fbc27f", "#ffe3ab")
    canvas.glow((700, 236), 300, "#fff1c4", 0.95)
    canvas.disc((700, 236), 52, "#fff4d6")
    for x, y in spots(random, 40, (0, 0, WIDTH, 130)):
        canvas.disc((x, y), 0.8, "#f3eaff")
    canvas.shape(ridge(random, 300, 10, bumps=1.2), ("#e2a07f", "#f2bd8a"))
    canvas.shape(ridge(random, 322, 16, bumps=1.5), ("#cf7f62", "#eba877"))
    canvas.haze(230, HEIGHT, "#ffd9a0", 0.4)
    _dune(canvas, ((-40, 372), (330, 286), (760, 392)), ("#f0a868", "#d9824f"), ("#9a4b49", "#c26a4d"))
    _caravan(canvas)
    _dune(canvas, ((300, 452), (760, 330), (1060, 430)), ("#f2a35f", "#c96a3f"), ("#7d3a45", "#a8523f"))
    _dune(canvas, ((-160, 520), (250, 392), (760, 560)), ("#e8934f", "#a84f35"), ("#5c2a3d", "#7d3a38"))
    canvas.shape([(-10, 548), (960, 480), (980, 560), (-10, 560)], ("#7d3a38", "#3d1c2c"))
    for x, y in ((180, 120), (214, 104), (242, 128)):
        canvas.line([(x - 13, y - 4), (x - 5, y - 7), (x, y), (x + 5, y - 7), (x + 13, y - 4)], "#4a3560", 2)
    canvas.shade(0.35)
    return canvas.picture()


def _clouds(canvas: Canvas, random: Random) -> None:
    for (left, level), across in (((170, 90), 120), ((720, 70), 170), ((520, 130), 90)):
        for _ in range(7):
            x, y = left + random.uniform(-1, 1) * across, level + random.uniform(-8, 8)
            size = random.uniform(26, 60)
            puff = [(x - size, y), (x, y - size / 3.5), (x + size, y), (x, y + size / 7)]
            canvas.blob(puff, "#ffffff", opacity=0.5, blur=4)


def _shore(canvas: Canvas, random: Random) -> None:
    for level, colour, size in ((330, "#4f8077", 30), (344, "#2b5a55", 52)):
        canvas.shape([*ridge(random, level, 5)[:-2], (WIDTH, 356), (0, 356)], colour)
        for x in range(-10, WIDTH + 10, round(size / 3.2)):
            tall = size * random.uniform(0.6, 1.3) * (0.5 + abs(x - 480) / 600)
            tree = [(x - tall * 0.2, level + 6), (x, level - tall), (x + tall * 0.2, level + 6)]
            canvas.shape(tree, colour)


def _peak(canvas: Canvas, top: Point, foot: float, breadth: float, stone: tuple[str, str]) -> None:
    x, y = top
    half = (foot - y) * breadth
    jag = [
        (x - half, foot),
        (x - half * 0.52, y + (foot - y) * 0.5),
        (x - half * 0.3, y + (foot - y) * 0.36),
        (x, y),
    ]
    right = [
        (x + half * 0.26, y + (foot - y) * 0.3),
        (x + half * 0.6, y + (foot - y) * 0.54),
        (x + half, foot),
    ]
    canvas.shape([*jag, *right], stone)
    fall = foot - y
    cap = [
        (x, y),
        right[0],
        (x + half * 0.12, y + fall * 0.27),
        (x + half * 0.04, y + fall * 0.42),
        (x - half * 0.07, y + fall * 0.28),
        (x - half * 0.2, y + fall * 0.42),
        (x - half * 0.3, y + fall * 0.36),
    ]
    canvas.shape(cap, "#fbfdff")
    shadow = [(x, y), *right, (x + half * 0.3, foot), (x + half * 0.1, y + fall * 0.5)]
    canvas.shape(shadow, "#1f3f66", opacity=0.28)


def _canoe(canvas: Canvas, x: float, y: float) -> None:
    canvas.oval((x, y + 13), 74, 5, "#1d4a63")
    canvas.blob(
        [
            (x - 78, y - 12),
            (x - 50, y + 10),
            (x + 50, y + 10),
            (x + 78, y - 12),
            (x + 40, y - 2),
            (x - 40, y - 2),
        ],
        ("#d9533f", "#8a2a2c"),
    )
    canvas.blob(
        [(x - 12, y - 2), (x - 13, y - 26), (x - 4, y - 36), (x + 8, y - 28), (x + 10, y - 2)],
        ("#f2c14e", "#c98b2f"),
    )
    canvas.disc((x - 1, y - 44), 8.5, "#e7b48f")
    canvas.blob([(x - 12, y - 46), (x - 8, y - 54), (x + 6, y - 54), (x + 10, y - 46)], "#3f3550")
    canvas.line([(x - 8, y - 28), (x + 34, y - 14), (x + 52, y + 16)], "#5a3a2c", 3)


def _dune(canvas: Canvas, spine: tuple[Point, Point, Point], lit: Fill, dark: Fill) -> None:
    left, top, right = spine
    crest = [
        (left[0] + (top[0] - left[0]) * t, left[1] + (top[1] - left[1]) * (3 * t**2 - 2 * t**3))
        for t in (step / 30 for step in range(31))
    ]
    fall = [
        (top[0] + (right[0] - top[0]) * t, top[1] + (right[1] - top[1]) * (t**1.25))
        for t in (step / 30 for step in range(31))
    ]
    canvas.shape([*crest, *fall, (right[0], HEIGHT), (left[0], HEIGHT)], lit)
    edge = [
        (top[0] - 110 * t + 40 * math.sin(t * 5), top[1] + (HEIGHT - top[1]) * t)
        for t in (step / 30 for step in range(31))
    ]
    canvas.shape([*crest, *edge, (left[0], HEIGHT)], dark)


def _caravan(canvas: Canvas) -> None:
    for index in range(4):
        x = 372 + index * 62
        foot = 286 + (106 * ((x - 330) / 430) ** 1.25) + 2
        camel = outline(
            "-17,0 -16,-15 -18,-20 -14,-25 -6,-26 -1,-35 5,-27 12,-26 18,-30 20,-40 27,-42 "
            "31,-39 24,-36 22,-24 15,-17 14,0 12,0 11,-14 -11,-14 -14,0"
        )
        canvas.shape(moved(camel, x, foot, 1.15), "#4a2438")
        if index % 2 == 0:
            canvas.blob(moved(outline("-5,-30 -4,-46 0,-52 5,-46 6,-30"), x, foot, 1.15), "#7d2f3f")
