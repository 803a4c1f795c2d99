"""The sample pictures by name, and where to look in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image

from sora2batch.simulator.scene.coast import boat, lighthouse
from sora2batch.simulator.scene.forest import fox, owl
from sora2batch.simulator.scene.land import dunes, lake
from sora2batch.simulator.scene.sky import balloons
from sora2batch.simulator.scene.still import bottle
from sora2batch.simulator.scene.town import cat, city


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture of our own."""

    draw: Callable[[], Image.Image]
    focus: tuple[float, float]
    """Where its subject is, as shares of width and height."""


SAMPLES: Mapping[str, Sample] = {
    "balloons": Sample(balloons, (0.56, 0.45)),
    "boat": Sample(boat, (0.49, 0.7)),
    "bottle": Sample(bottle, (0.5, 0.58)),
    "cat": Sample(cat, (0.48, 0.62)),
    "city": Sample(city, (0.54, 0.5)),
    "dunes": Sample(dunes, (0.56, 0.48)),
    "fox": Sample(fox, (0.47, 0.64)),
    "lake": Sample(lake, (0.5, 0.55)),
    "lighthouse": Sample(lighthouse, (0.66, 0.48)),
    "owl": Sample(owl, (0.58, 0.5)),
}
"""``https://samples.sora2batch.example/NAME.jpg`` is the reserved address of each."""
