"""What floats through a clip: motes of light, snow or rain."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from sora2batch.simulator.chance import chance
from sora2batch.simulator.picture import sample_name
from sora2batch.simulator.shot import Shot, Size


class Weather(StrEnum):
    """Which it is."""

    MOTES = "motes"
    SNOW = "snow"
    RAIN = "rain"


_SNOW = re.compile(r"\b(snow\w*|winter\w*|blizzard|frost\w*)\b", re.IGNORECASE)
_RAIN = re.compile(r"\b(rain\w*|storm\w*|drizzle)\b", re.IGNORECASE)
_COUNTS = {Weather.MOTES: 14, Weather.SNOW: 46, Weather.RAIN: 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class Particle:
    """One of them: where it starts, how it moves, how it looks."""

    x: float
    y: float
    across: float
    down: float
    """Pixels a second."""
    sway: float
    phase: float
    sprite: Image.Image
    """Its opacity."""

    def place(self, seconds: float, size: Size) -> tuple[int, int]:
        """Find its corner at a moment; it leaves on one side and comes back on the other."""
        room = (size[0] + self.sprite.width, size[1] + self.sprite.height)
        swing = self.sway * math.sin(seconds * 1.3 + self.phase)
        x = (self.x + self.across * seconds + swing) % room[0] - self.sprite.width
        y = (self.y + self.down * seconds) % room[1] - self.sprite.height
        return round(x), round(y)


def weather_of(shot: Shot) -> Weather:
    """Read the weather off the words of the prompt; over the sample city it always rains."""
    if _SNOW.search(shot.prompt):
        return Weather.SNOW
    rainy = _RAIN.search(shot.prompt) or sample_name(shot.picture) == "city"
    return Weather.RAIN if rainy else Weather.MOTES


def particles_of(shot: Shot) -> tuple[Particle, ...]:
    """Scatter the particles of a shot."""
    weather = weather_of(shot)
    random = chance(shot.variation ^ 2)
    sprites = [_streak(size) if weather is Weather.RAIN else _puff(size) for size in (3, 5, 7)]
    return tuple(_particle(weather, random, sprites, shot.size) for _ in range(_COUNTS[weather]))


def _particle(weather: Weather, random: Random, sprites: list[Image.Image], size: Size) -> Particle:
    depth = random.randrange(3)
    across, down = {
        Weather.MOTES: (random.uniform(-5, 5), random.uniform(-9, -2)),
        Weather.SNOW: (random.uniform(-6, 3), 14.0 + 12 * depth),
        Weather.RAIN: (-40.0 - 14 * depth, 190.0 + 70 * depth),
    }[weather]
    return Particle(
        x=random.uniform(0, size[0]),
        y=random.uniform(0, size[1]),
        across=across,
        down=down,
        sway=0.0 if weather is Weather.RAIN else 9.0,
        phase=random.uniform(0, math.tau),
        sprite=sprites[depth],
    )


def _puff(radius: int) -> Image.Image:
    fall = [round(170 * max(0.0, 1 - value / 180) ** 1.6) for value in range(256)]
    return Image.radial_gradient("L").point(fall).resize((radius * 2, radius * 2))


def _streak(length: int) -> Image.Image:
    sprite = Image.new("L", (length, length * 4))
    ImageDraw.Draw(sprite).line((length - 1, 0, 0, length * 4), fill=120)
    return sprite.filter(ImageFilter.SMOOTH)
