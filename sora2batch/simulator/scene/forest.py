"""The forest: a fox at dusk, an owl at night."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from PIL import Image

from sora2batch.simulator.chance import chance
from sora2batch.simulator.scene.canvas import HEIGHT, WIDTH, Canvas, Point, leaf, moved, outline, ridge, spots


def fox() -> Image.Image:
    """A fox sits in tall grass and looks at the last light."""
    random = chance(4)
    canvas = Canvas("#3b2a56", "#8a4a6b", "#e07a5f", "#f6b26b", "#fbd9a0")
    canvas.glow((640, 300), 330, "#fff0c2", 0.9)
    canvas.disc((640, 300), 46, "#fff6dc")
    for level, colours, size in (
        (330, ("#c9776a", "#f0b27c"), 70),
        (365, ("#8f5263", "#d98e6d"), 120),
        (400, ("#55344f", "#9a5a5c"), 190),
    ):
        _wood(canvas, random, (level, size), colours, clearing=640)
    canvas.haze(330, 470, "#f7b27a", 0.35)
    canvas.shape(ridge(random, 455, 9, bumps=1.3), ("#3a2238", "#1d1222"))
    _fox(canvas, 395, 462, 1.12)
    _grass(canvas, random, 478, ("#2a1730", "#1d1222"))
    for x, y in spots(random, 26, (60, 300, 900, 500)):
        canvas.glow((x, y), random.uniform(5, 12), "#ffe9a8", 0.8)
    canvas.shade(0.35)
    return canvas.picture()


def owl() -> Image.Image:
    """An owl on a bough before a full moon."""
    random = chance(11)
    canvas = Canvas("#070b1f", "#101b3f", "#1f3566", "#3a5a8c")
    for x, y in spots(random, 150, (0, 0, WIDTH, 380)):
        canvas.disc((x, y), random.choice((0.5, 0.7, 1.2)), random.choice(("#ffffff", "#b9cdfa", "#fbe7c0")))
    canvas.glow((560, 220), 380, "#a9c4f5", 0.75)
    canvas.disc((560, 220), 132, "#f7f0d8")
    for x, y, r in ((515, 180, 26), (600, 250, 34), (565, 150, 15), (520, 265, 18), (625, 175, 12)):
        canvas.disc((x, y), r, "#ece2c2")
    for level, colours, size in (
        (430, ("#27447a", "#3f639b"), 130),
        (480, ("#16284f", "#26447a"), 210),
    ):
        _wood(canvas, random, (level, size), colours)
    canvas.haze(380, 540, "#8fb0e6", 0.3)
    _bough(canvas)
    _owl(canvas, 560, 352, 1.18)
    canvas.shade(0.4)
    return canvas.picture()


def _wood(
    canvas: Canvas,
    random: Random,
    place: tuple[float, float],
    colours: tuple[str, str],
    *,
    clearing: float | None = None,
) -> None:
    """Plant a row of firs behind a ridge: its level, the height of its trees, and where none stand."""
    level, size = place
    for x in range(-20, WIDTH, round(size / 2.7)):
        if clearing is None or abs(x - clearing) > size * 0.8:
            foot = (x + random.uniform(-19, 19), level + 33)
            _fir(canvas, foot, size * random.uniform(0.7, 1.2), colours[0])
    canvas.shape(ridge(random, level, 15), colours)


def _fir(canvas: Canvas, foot: Point, height: float, colour: str) -> None:
    x, y = foot
    tiers = 6
    right: list[Point] = []
    for tier in range(tiers):
        top, low = tier / tiers, (tier + 1) / tiers
        width = height * 0.24 * low
        right += [(width * 0.42, -height * (1 - top) + height * 0.06), (width, -height * (1 - low))]
    tree = [(0.0, -height), *right, *[(-px, py) for px, py in reversed(right)]]
    canvas.shape(moved(tree, x, y), colour)


def _grass(canvas: Canvas, random: Random, level: float, fill: tuple[str, str]) -> None:
    for _ in range(240):
        x, lean = random.uniform(-10, WIDTH + 10), random.uniform(-14, 14)
        height = random.uniform(18, 62)
        blade = [(x - 3, HEIGHT), (x + lean, level + 40 - height), (x + 3, HEIGHT)]
        canvas.shape(blade, random.choice(fill))


def _fox(canvas: Canvas, x: float, y: float, scale: float) -> None:
    def blob(points: Sequence[Point], fill: str | tuple[str, str]) -> None:
        canvas.blob(moved(points, x, y, scale), fill)

    # The tail curls round the paws; then the body, the bib, the legs, the head.
    blob(
        outline("-20,6 -70,8 -112,-18 -120,-58 -98,-72 -88,-44 -58,-20 -14,-14"),
        ("#e8793a", "#a8441f"),
    )
    blob(outline("-98,-72 -120,-58 -117,-42 -104,-46 -94,-56"), "#fff1dc")
    blob(
        outline("-44,8 -58,-34 -44,-86 -10,-126 30,-122 44,-84 42,-30 46,8"),
        ("#f08a45", "#b24a22"),
    )
    blob(outline("6,-112 34,-112 44,-78 36,-34 18,-52 8,-84"), ("#fff4e2", "#e9c39c"))
    blob(outline("18,-50 36,-46 38,2 48,8 20,9 22,-6"), ("#c4562a", "#3a1a1c"))
    blob(outline("0,-50 14,-48 18,2 26,8 -2,9 0,-6"), ("#a8441f", "#32171a"))
    canvas.shape(moved([(-12, -160), (-14, -206), (18, -178)], x, y, scale), "#c4562a")
    canvas.shape(moved([(-8, -164), (-10, -192), (10, -174)], x, y, scale), "#3a1a1c")
    canvas.shape(moved([(22, -176), (44, -206), (48, -162)], x, y, scale), "#e8793a")
    canvas.shape(moved([(30, -174), (42, -194), (44, -166)], x, y, scale), "#3a1a1c")
    blob(
        outline("-16,-140 -14,-168 8,-182 34,-180 52,-162 62,-146 90,-130 92,-122 66,-114 30,-108 0,-114"),
        ("#f59a52", "#cf5f2b"),
    )
    blob(outline("20,-112 40,-126 66,-130 90,-124 66,-113 40,-108"), "#fff1dc")
    blob(outline("-14,-126 4,-130 16,-112 4,-106 -10,-112"), "#fff1dc")
    canvas.oval((x + 91 * scale, y - 127 * scale), 4.5 * scale, 3.6 * scale, "#24121a")
    canvas.blob(moved([(40, -150), (48, -155), (55, -149), (47, -146)], x, y, scale), "#24121a")
    canvas.disc((x + 48.5 * scale, y - 151.5 * scale), 1.3 * scale, "#ffffff")


def _bough(canvas: Canvas) -> None:
    canvas.blob(
        outline(
            "960,330 840,366 700,382 540,376 380,392 300,408 296,414 400,404 540,396 700,404 850,396 980,380"
        ),
        ("#241a2c", "#120d1a"),
    )
    for foot, tip in (((430, 386), (372, 330)), ((770, 374), (728, 318)), ((862, 364), (866, 300))):
        canvas.line([foot, tip], "#1c1424", 5)
        for step in range(5):
            at = (
                foot[0] + (tip[0] - foot[0]) * (0.5 + step / 8),
                foot[1] + (tip[1] - foot[1]) * (0.5 + step / 8),
            )
            for lean in (-2.6, -0.5):
                canvas.blob(leaf(at, lean, 34 - step * 3, 13), ("#2c4763", "#18263f"))


def _owl(canvas: Canvas, x: float, y: float, scale: float) -> None:
    def blob(points: Sequence[Point], fill: str | tuple[str, str]) -> None:
        canvas.blob(moved(points, x, y, scale), fill)

    blob(outline("-22,30 -14,84 0,92 14,84 22,30"), ("#4a3a33", "#2a1f22"))
    blob(
        outline("-50,-80 -58,-30 -46,20 -20,42 20,42 46,20 58,-30 50,-80 36,-118 0,-126 -36,-118"),
        ("#8a6a4e", "#4d382f"),
    )
    canvas.shape(moved([(-44, -100), (-50, -142), (-14, -120)], x, y, scale), "#7a5b43")
    canvas.shape(moved([(44, -100), (50, -142), (14, -120)], x, y, scale), "#7a5b43")
    blob(outline("-30,-52 -34,-10 -18,32 0,38 18,32 34,-10 30,-52"), ("#e6cfa6", "#b8976d"))
    for row in range(5):
        for column in range(-2 + row % 2, 3):
            px, py = column * 12 - (row % 2) * 6, -36 + row * 14
            blob([(px - 5, py), (px, py + 7), (px + 5, py), (px, py + 2)], "#8a6a4e")
    for side in (-1, 1):
        wing, face = (
            outline("52,-58 62,-20 50,26 34,40 36,0 40,-40"),
            outline("2,-84 10,-110 34,-110 46,-86 34,-60 12,-60"),
        )
        blob([(px * side, py) for px, py in wing], ("#6a4f3c", "#3a2a26"))
        blob([(px * side, py) for px, py in face], ("#f0dcb4", "#cfae80"))
        canvas.disc((x + 23 * side * scale, y - 86 * scale), 15.5 * scale, "#3a2a26")
        canvas.disc((x + 23 * side * scale, y - 86 * scale), 13.5 * scale, "#ffc23d")
        canvas.disc((x + 23 * side * scale, y - 86 * scale), 8 * scale, "#140d14")
        canvas.disc((x + (23 * side + 3) * scale, y - 90 * scale), 2.8 * scale, "#ffffff")
        for toe in (-6, 0, 6):
            canvas.oval((x + (15 * side + toe) * scale, y + 41 * scale), 3 * scale, 6 * scale, "#d9a441")
    canvas.shape(moved([(-7, -78), (7, -78), (0, -58)], x, y, scale), "#d9a441")
