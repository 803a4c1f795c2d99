"""The coast: a lighthouse in a storm's last light, a paper boat on a mirror of stars."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from sora2batch.simulator.chance import chance
from sora2batch.simulator.scene.canvas import HEIGHT, WIDTH, Canvas, Point, moved, outline, ridge, spots


def lighthouse() -> Image.Image:
    """A lighthouse sweeps its beam over a heavy sea."""
    random = chance(3)
    canvas = Canvas("#0e1c3a", "#22427a", "#5f7fb0", "#e8a27c", "#f9d9a8")
    for x, y in spots(random, 70, (0, 0, WIDTH, 190)):
        canvas.disc((x, y), random.choice((0.5, 0.8, 1.2)), "#dfe9ff")
    canvas.glow((210, 372), 300, "#ffdca0", 0.9)
    _cloud(canvas, random, (260, 250), 190, "#9a90b4")
    _cloud(canvas, random, (620, 190), 150, "#3d5a92")
    _cloud(canvas, random, (120, 180), 130, "#5a6fa3")
    lamp = (664.0, 148.0)
    _beams(canvas, lamp)
    canvas.shape([(-5, 380), (965, 380), (965, HEIGHT), (-5, HEIGHT)], ("#c98a7d", "#1f3f6b"))
    _waves(canvas, random, ("#5f7aa6", "#3d5f95", "#274a80", "#173463"))
    rock = outline("470,500 520,440 580,420 640,404 720,402 780,424 850,432 910,470 980,490 980,560 460,560")
    canvas.blob(rock, ("#3b3450", "#15142a"))
    canvas.blob(outline("600,470 640,416 700,410 690,440 650,480"), "#544a68", opacity=0.8)
    _tower(canvas, 664, 412)
    canvas.glow(lamp, 150, "#fff0b8", 0.9)
    canvas.disc(lamp, 9, "#fffdf0")
    _swell(canvas, 500, 4.0, ("#3f6296", "#1c3c70"))
    _swell(canvas, 518, 5.7, ("#24487f", "#10264f"))
    for x, y in ((330, 150), (372, 132), (300, 190)):
        canvas.line([(x - 15, y - 5), (x - 6, y - 8), (x, y), (x + 6, y - 8), (x + 15, y - 5)], "#16294f", 2)
    canvas.shade(0.35)
    return canvas.picture()


def boat() -> Image.Image:
    """A paper boat drifts over still water, with a lantern on board."""
    random = chance(9)
    canvas = Canvas("#0a1230", "#1b2a66", "#3f4a9c", "#8d76bd", "#f0a8b8")
    for x, y in spots(random, 140, (0, 0, WIDTH, 300)):
        canvas.disc((x, y), random.choice((0.6, 0.9, 1.5)), random.choice(("#ffffff", "#cfd8ff", "#ffe6c9")))
    canvas.shape([(700, 30), (560, 118), (558, 116)], "#ffffff", opacity=0.9)
    canvas.glow((700, 30), 16, "#ffffff", 0.9)
    for level, fill in ((312, ("#6a63ad", "#a887c2")), (334, ("#3d3f88", "#7a68b0"))):
        canvas.shape([*ridge(random, level, 22)[:-2], (WIDTH, 352), (0, 352)], fill)
    canvas.haze(260, 352, "#f7b6bf", 0.45)
    canvas.mirror(350, squeeze=1.0, dim=0.78)
    canvas.haze(400, HEIGHT, "#0a1230", 0.6)
    for index, (x, y) in enumerate(spots(random, 46, (0, 358, WIDTH, 532))):
        canvas.oval((x, y), 12 + (y - 350) * 0.35, 0.8, "#b9b4ea" if index % 2 else "#5a5fae")
    canvas.glow((470, 380), 260, "#ffce8a", 0.55)
    _ripples(canvas)
    _boat(canvas, 470, 432, 1.35)
    canvas.shade(0.35)
    return canvas.picture()


def _beams(canvas: Canvas, lamp: Point) -> None:
    x, y = lamp
    for far, top, bottom, strength in ((-60, 20, 190, 0.28), (-60, 60, 150, 0.34), (1020, 60, 170, 0.3)):
        beam = [(x, y - 6), (far, top), (far, bottom), (x, y + 6)]
        canvas.shape(beam, "#fff2c0", opacity=strength, blur=4)


def _cloud(canvas: Canvas, random: Random, centre: Point, across: float, fill: str) -> None:
    for _ in range(9):
        x, y = centre[0] + random.uniform(-1, 1) * across, centre[1] + random.uniform(-12, 12)
        size = across * random.uniform(0.25, 0.5)
        puff = [
            (x - size, y),
            (x - size / 2, y - size / 5),
            (x + size / 2, y - size / 5),
            (x + size, y),
            (x, y + size / 8),
        ]
        canvas.blob(puff, fill, opacity=0.45, blur=5)


def _waves(canvas: Canvas, random: Random, colours: tuple[str, ...]) -> None:
    for row, colour in enumerate(colours):
        level, pace, shift = 398 + row * 30, 34 - row * 6, random.uniform(0, 6)
        crest = [
            (x, level + 7 * math.sin(x / WIDTH * pace + shift) - 5 * abs(math.sin(x / WIDTH * pace / 2)))
            for x in range(-6, WIDTH + 7, 6)
        ]
        canvas.shape([*crest, (WIDTH + 6, HEIGHT), (-6, HEIGHT)], colour, opacity=0.85)
        canvas.line(crest, "#e9d9d2" if row == 0 else "#8fb0dc", 1.1)


def _swell(canvas: Canvas, level: float, shift: float, fill: tuple[str, str]) -> None:
    crest = [
        (x, level + 6 * math.sin(x / 46 + shift) + 4 * math.sin(x / 19)) for x in range(-6, WIDTH + 7, 6)
    ]
    canvas.shape([*crest, (WIDTH + 6, HEIGHT), (-6, HEIGHT)], fill, opacity=0.9)
    canvas.line(crest, "#e6eef8", 1.8)


def _tower(canvas: Canvas, x: float, foot: float) -> None:
    top = foot - 236

    def ring(low: float, high: float, fill: str | tuple[str, str]) -> None:
        wide, slim = 34 - 14 * low, 34 - 14 * high
        canvas.shape(
            [
                (x - wide, foot - 236 * low),
                (x + wide, foot - 236 * low),
                (x + slim, foot - 236 * high),
                (x - slim, foot - 236 * high),
            ],
            fill,
        )

    for band in range(5):
        ring(band / 5, (band + 1) / 5, "#f4ead8" if band % 2 else "#c8433f")
    shadow = [(x + 8, foot), (x + 34, foot), (x + 20, top), (x + 5, top)]
    canvas.shape(shadow, "#1a1630", opacity=0.35)
    canvas.shape(
        [(x - 8, foot), (x - 8, foot - 22), (x, foot - 30), (x + 8, foot - 22), (x + 8, foot)], "#2a2038"
    )
    for up in (80, 150):
        canvas.shape(
            [(x - 4, foot - up), (x + 4, foot - up), (x + 4, foot - up - 14), (x - 4, foot - up - 14)],
            "#ffdf9a",
        )
    canvas.shape([(x - 29, top), (x + 29, top), (x + 29, top - 6), (x - 29, top - 6)], "#2a2038")
    canvas.shape([(x - 15, top - 6), (x + 15, top - 6), (x + 15, top - 42), (x - 15, top - 42)], "#ffe9ae")
    for bar in (-15, -5, 5, 15):
        canvas.line([(x + bar, top - 6), (x + bar, top - 42)], "#2a2038", 2)
    canvas.shape([(x - 21, top - 42), (x + 21, top - 42), (x, top - 68)], "#a8322f")
    canvas.line([(x, top - 66), (x, top - 80)], "#2a2038", 2)


def _ripples(canvas: Canvas) -> None:
    for ring in range(4):
        across = 130 + ring * 62
        rim = [
            (
                470 + across * math.cos(turn / 60 * math.tau),
                446 + across * 0.15 * math.sin(turn / 60 * math.tau),
            )
            for turn in range(61)
        ]
        canvas.line(rim, "#f0c9a8" if ring < 2 else "#8d86cc", 1.3)


def _boat(canvas: Canvas, x: float, y: float, scale: float) -> None:
    def shape(points: list[Point], fill: str | tuple[str, str], *, opacity: float = 1.0) -> None:
        canvas.shape(moved(points, x, y, scale), fill, opacity=opacity)

    shape([(-86, 14), (88, 14), (50, 60), (-48, 60)], "#f3d8c6", opacity=0.22)
    shape([(0, -92), (-46, -8), (0, 12)], ("#fffaf0", "#e9d6cc"))
    shape([(0, -92), (46, -8), (0, 12)], ("#e6d3d6", "#b9a3bd"))
    shape(outline("-96,-30 -52,24 0,24 0,-2 -46,-8"), ("#fff6ea", "#e6c6b8"))
    shape(outline("96,-30 52,24 0,24 0,-2 46,-8"), ("#dcc5cf", "#a48bae"))
    shape([(-96, -30), (-46, -8), (-40, -18)], "#cdb4c0")
    shape([(96, -30), (46, -8), (40, -18)], "#8f7aa3")
    lantern = (x - 62 * scale, y - 42 * scale)
    canvas.line(moved([(-62, -18), (-62, -34)], x, y, scale), "#4a3550", 2)
    canvas.glow(lantern, 90, "#ffd27a", 0.95)
    canvas.oval(lantern, 9, 12, "#fff2c4")
