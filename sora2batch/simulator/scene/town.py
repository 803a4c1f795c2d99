"""The town: a cat on a roof at blue hour, a skyline in the rain."""

from __future__ import annotations

from random import Random

from PIL import Image

from sora2batch.simulator.chance import chance
from sora2batch.simulator.scene.canvas import HEIGHT, WIDTH, Canvas, moved, outline, spots

_LIT = ("#ffd98a", "#ffc46b", "#fff0c4")


def cat() -> Image.Image:
    """A cat on a ridge of tiles watches the lights come on."""
    random = chance(7)
    canvas = Canvas("#16204a", "#35407f", "#7a5f9e", "#d98f9b", "#f7c59f")
    for x, y in spots(random, 60, (0, 0, WIDTH, 200)):
        canvas.disc((x, y), random.choice((0.6, 0.9, 1.3)), "#e9e6ff")
    canvas.glow((170, 120), 130, "#fdf3d0", 0.5)
    canvas.disc((170, 120), 34, "#fdf6df")
    canvas.disc((183, 112), 30, "#2f3a78")
    for level, wall, roof in ((330, "#6b5a92", "#57497f"), (390, "#473a6b", "#3a2f5a")):
        x = -30.0
        while x < WIDTH:
            width, height = random.uniform(70, 130), level - random.uniform(0, 70)
            _house(canvas, random, (x, height, x + width), wall, roof)
            x += width - 4
    canvas.haze(300, 470, "#f2a98f", 0.28)
    canvas.shape([(-20, 470), (600, 400), (980, 452), (980, HEIGHT), (-20, HEIGHT)], ("#6d3347", "#2d1830"))
    for row in range(7):
        for column in range(-1, 26):
            x, y = column * 40 + (row % 2) * 20, 424 + row * 24 + abs(column * 40 - 600) * 0.105
            canvas.blob(
                [(x, y), (x + 20, y + 15), (x + 40, y), (x + 34, y - 8), (x + 6, y - 8)],
                ("#8a4455", "#4a2440"),
            )
    canvas.line([(-20, 470), (600, 400), (980, 452)], "#b0596a", 7)
    canvas.shape([(760, 452), (760, 318), (828, 318), (828, 452)], ("#7d4356", "#43233d"))
    canvas.shape([(750, 318), (750, 300), (838, 300), (838, 318)], "#5a2f49")
    for step in range(7):
        canvas.glow((790 + step * 9, 282 - step * 27), 34 + step * 9, "#f3d9d6", 0.3 - step * 0.03)
    _cat(canvas, 470, 416, 1.25)
    canvas.shade(0.35)
    return canvas.picture()


def city() -> Image.Image:
    """A skyline in the rain, doubled by the wet street."""
    random = chance(21)
    canvas = Canvas("#141b45", "#2c3478", "#5e4f9e", "#b865a0", "#ff9d8f", "#ffb59a")
    canvas.glow((520, 330), 480, "#ffb08f", 0.75)
    for level, wall, narrow, lit in (
        (260, "#3b3a73", 46, 0.12),
        (300, "#25274f", 60, 0.28),
        (340, "#12142e", 84, 0.4),
    ):
        x = -20.0
        while x < WIDTH:
            width = narrow * random.uniform(0.7, 1.3)
            _tower(canvas, random, (x, level - random.uniform(-40, 150), x + width), wall, lit)
            x += width + random.uniform(0, 8)
        canvas.haze(level - 60, 420, "#b0588a", 0.22)
    _spire(canvas)
    canvas.mirror(420, squeeze=0.62, dim=0.62)
    canvas.haze(420, HEIGHT, "#0b1026", 0.55)
    for x, y in spots(random, 70, (0, 424, WIDTH, 536)):
        canvas.oval((x, y), random.uniform(8, 34), 1.1, random.choice(("#c96a8f", "#5a4a9a", "#ffb27a")))
    for x in (90, 300, 690, 890):
        canvas.glow((x, 408), 60, "#ffc27a", 0.8)
        canvas.oval((x, 408), 5, 5, "#fff3d0")
        canvas.line([(x, 408), (x, 428)], "#0b1026", 3)
    for x, y in spots(random, 240, (-20, -40, WIDTH, HEIGHT)):
        length = random.uniform(14, 40)
        rain = [(x, y), (x - length * 0.22, y + length), (x - length * 0.22 - 1.1, y + length), (x - 1.1, y)]
        canvas.shape(rain, "#cfd6ff", opacity=random.uniform(0.18, 0.5))
    canvas.shade(0.4)
    return canvas.picture()


def _house(canvas: Canvas, random: Random, place: tuple[float, float, float], wall: str, roof: str) -> None:
    left, top, right = place
    peak = ((left + right) / 2, top - random.uniform(30, 52))
    canvas.shape([(left, top), (right, top), (right, HEIGHT), (left, HEIGHT)], wall)
    canvas.shape([(left - 7, top), peak, (right + 7, top)], roof)
    for row in range(2):
        for column in range(2):
            if random.random() < 0.55:
                x, y = left + (right - left) * (0.28 + 0.44 * column), top + 24 + row * 40
                canvas.glow((x, y), 26, "#ffd98a", 0.4)
                canvas.shape(
                    [(x - 6, y - 9), (x + 6, y - 9), (x + 6, y + 9), (x - 6, y + 9)], random.choice(_LIT)
                )


def _tower(canvas: Canvas, random: Random, place: tuple[float, float, float], wall: str, lit: float) -> None:
    left, top, right = place
    canvas.shape([(left, top), (right, top), (right, 424), (left, 424)], wall)
    if random.random() < 0.4:
        middle = (left + right) / 2
        canvas.line([(middle, top), (middle, top - random.uniform(14, 40))], wall, 2.5)
    rows, columns = int((420 - top) / 13), int((right - left - 8) / 10)
    for row in range(rows):
        for column in range(columns):
            if random.random() < lit:
                x, y = left + 7 + column * 10, top + 8 + row * 13
                canvas.shape([(x, y), (x + 4.5, y), (x + 4.5, y + 6), (x, y + 6)], random.choice(_LIT))


def _spire(canvas: Canvas) -> None:
    west = outline("-34,424 -34,250 -24,250 -24,170 -14,170 -12,120 -3,100 0,30")
    mirrored = [(-x, y) for x, y in reversed(west)]
    canvas.shape([(520 + x, y) for x, y in (*west, *mirrored)], ("#2b2a5e", "#0e1028"))
    for row in range(20):
        for column in range(-2, 3):
            if (row * 7 + column * 3) % 4:
                x, y = 520 + column * 11, 190 + row * 11.5
                if abs(column) < 2 or y > 255:
                    canvas.shape(
                        [(x - 2.2, y), (x + 2.2, y), (x + 2.2, y + 5), (x - 2.2, y + 5)], _LIT[row % 3]
                    )
    canvas.glow((520, 30), 44, "#ff7a8a", 0.95)


def _cat(canvas: Canvas, x: float, y: float, scale: float) -> None:
    def blob(points: list[tuple[float, float]], fill: str | tuple[str, str]) -> None:
        canvas.blob(moved(points, x, y, scale), fill)

    dark = ("#2b2036", "#120c1c")
    blob(
        outline("34,-6 62,6 92,34 98,66 88,84 82,78 88,62 80,40 54,20 26,8"),
        dark,
    )
    blob(
        outline("-34,6 -38,-20 -30,-58 -18,-84 8,-88 28,-70 42,-34 44,-4 34,6"),
        dark,
    )
    blob(outline("-30,-60 -36,-20 -34,4 -42,8 -18,9 -16,-20 -10,-60"), dark)
    blob(
        outline("-42,-92 -40,-116 -24,-128 0,-128 16,-114 16,-92 4,-76 -14,-72 -32,-78"),
        dark,
    )
    canvas.shape(moved([(-40, -108), (-42, -146), (-16, -124)], x, y, scale), "#2b2036")
    canvas.shape(moved([(16, -108), (20, -146), (-8, -126)], x, y, scale), "#2b2036")
    canvas.shape(moved([(-36, -114), (-37, -136), (-23, -124)], x, y, scale), "#8a4a66")
    canvas.shape(moved([(13, -114), (15, -136), (-1, -125)], x, y, scale), "#8a4a66")
    for side in (-26, 1):
        blob([(side - 8, -102), (side, -109), (side + 8, -102), (side, -97)], "#f6d365")
        blob([(side - 1.6, -103), (side, -108), (side + 1.6, -103), (side, -98)], "#120c1c")
    canvas.shape(moved([(-16, -93), (-9, -93), (-12.5, -89)], x, y, scale), "#d98f9b")
    for side in (-1, 1):
        for lift in (-3, 1, 5):
            start, tip = (-12.5 + 8 * side, -90 + lift * 0.6), (-12.5 + 36 * side, -92 + lift * 2.2)
            canvas.line(moved([start, tip], x, y, scale), "#cdbfd9", 0.8)
    # The last light draws the edge of the back.
    rim = outline("-17,-72 10,-86 28,-70 41,-34 44,-6")
    canvas.line(moved(rim, x, y, scale)[1:], "#e79aa0", 1.6)
