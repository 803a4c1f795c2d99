"""The still life: a bottle on a pedestal, as an advertisement would have it."""

from __future__ import annotations

import math

from PIL import Image

from sora2batch.simulator.chance import chance
from sora2batch.simulator.scene.canvas import HEIGHT, WIDTH, Canvas, leaf, outline, spots


def bottle() -> Image.Image:
    """A bottle of scent in soft studio light, with an arch behind it and leaves beside."""
    random = chance(2)
    canvas = Canvas("#e9c3b4", "#f3d8c8", "#f7e3d4")
    canvas.glow((300, 90), 420, "#fff8ee", 0.9)
    canvas.shape([(0, 440), (WIDTH, 440), (WIDTH, HEIGHT), (0, HEIGHT)], ("#dba892", "#c98f7c"))
    arch = [
        (480 + 165 * math.cos(math.pi * t / 40), 236 - 165 * math.sin(math.pi * t / 40)) for t in range(41)
    ]
    canvas.shape([(645, 440), *arch, (315, 440)], ("#c9786a", "#e0a08c"))
    inner = [
        (480 + 142 * math.cos(math.pi * t / 40), 240 - 142 * math.sin(math.pi * t / 40)) for t in range(41)
    ]
    canvas.shape([(622, 440), *inner, (338, 440)], ("#f6d5b8", "#f9e6d2"))
    canvas.glow((480, 250), 190, "#fffaf0", 0.9)
    for foot, lean in ((316, -1.9), (306, -1.35), (650, -1.2), (662, -1.75)):
        _sprig(canvas, foot, lean)
    canvas.oval((500, 494), 230, 20, "#b57a69")
    for level, across, tall in ((478, 190, 34), (436, 132, 30)):
        _drum(canvas, level, across, tall)
    _bottle(canvas)
    canvas.shape([(60, 0), (250, 0), (700, 540), (420, 540)], "#ffffff", opacity=0.12, blur=12)
    for x, y in spots(random, 18, (120, 60, 860, 420)):
        canvas.glow((x, y), random.uniform(4, 11), "#ffffff", 0.6)
    canvas.shade(0.22)
    return canvas.picture()


def _drum(canvas: Canvas, level: float, across: float, tall: float) -> None:
    down = across * 0.13
    canvas.oval((480, level + tall), across, down, "#c58d7a")
    canvas.shape(
        [
            (480 - across, level),
            (480 + across, level),
            (480 + across, level + tall),
            (480 - across, level + tall),
        ],
        ("#f0cdbb", "#cf9b88"),
    )
    canvas.shape(
        [
            (480 + across * 0.3, level),
            (480 + across, level),
            (480 + across, level + tall),
            (480 + across * 0.3, level + tall + down * 0.9),
        ],
        "#8a4f4a",
        opacity=0.22,
        blur=6,
    )
    canvas.oval((480, level), across, down, "#fbe7da")


def _sprig(canvas: Canvas, foot: float, lean: float) -> None:
    points = [
        (foot + math.cos(lean) * 26 * step * (1 + step / 14), 452 + math.sin(lean) * 27 * step)
        for step in range(10)
    ]
    canvas.line(points, "#5f7f63", 2.5)
    for step, at in enumerate(points[2:]):
        for side in (-1, 1):
            canvas.blob(leaf(at, lean + side * 0.85, 52 - step * 3, 19), ("#8fb08a", "#4f7a63"))


def _bottle(canvas: Canvas) -> None:
    canvas.oval((486, 437), 84, 9, "#c08a76")
    body = outline(
        "420,422 412,400 412,300 424,272 452,262 508,262 536,272 548,300 548,400 540,422 516,432 444,432"
    )
    canvas.blob(body, ("#f8dfb4", "#d98a4f"))
    canvas.blob(
        outline("426,414 422,396 422,326 480,318 538,326 538,396 534,414 512,423 448,423"),
        ("#f4b25f", "#c4622f"),
    )
    canvas.oval((480, 326), 57, 7, "#fbd38a")
    canvas.blob(
        outline("424,310 428,284 438,282 434,320 434,392 426,396"),
        "#ffffff",
        opacity=0.7,
        blur=1,
    )
    canvas.blob([(532, 300), (538, 310), (538, 396), (532, 404)], "#7d3420", opacity=0.4, blur=2)
    canvas.shape([(448, 346), (512, 346), (512, 396), (448, 396)], "#fff6e6")
    canvas.line([(456, 358), (504, 358)], "#b5714a", 2)
    for turn in range(8):
        angle = turn / 8 * math.tau
        canvas.blob(leaf((480, 377), angle, 12, 6), "#c4622f")
    canvas.shape([(462, 262), (498, 262), (498, 246), (462, 246)], ("#f9e3ae", "#b5823f"))
    canvas.shape([(452, 246), (508, 246), (504, 192), (456, 192)], ("#4a3a44", "#2a1f2c"))
    canvas.shape([(460, 244), (468, 244), (467, 194), (462, 194)], "#ffffff", opacity=0.3)
    canvas.oval((480, 192), 24, 4, "#6a5562")
