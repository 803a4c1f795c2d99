from __future__ import annotations

import pytest

from fakes.still_clock import StillClock
from sora2batch.catalog.catalog import load_catalog
from sora2batch.simulator.fault import Dice
from sora2batch.simulator.options import SimulatorOptions
from sora2batch.simulator.service import SimulatedService
from sora2batch.simulator.shot import Quality, shot_of

FOX = "https://samples.sora2batch.example/fox.jpg"


@pytest.fixture
def service():
    return SimulatedService(SimulatorOptions(), load_catalog(), clock=StillClock(), dice=Dice((), seed=0))


def test_a_shot_shows_the_parameters_the_price_and_the_take(service):
    sent = {"prompt": "a fox", "image": FOX, "mode": "pro", "duration": 15, "aspect_ratio": "9:16"}
    service.create("sora2-image-to-video-api", sent)
    shot = shot_of(service.create("sora2-image-to-video-api", sent))
    words = set(shot.details.split(" · "))
    assert words == {"pro", "15 s", "9:16", "2100 credits", "take 2"}
    assert (shot.size, shot.seconds, shot.quality) == ((288, 512), 15.0, Quality.RICH)
    assert (shot.prompt, shot.picture) == ("a fox", FOX)


@pytest.mark.parametrize(
    ("tool_type", "sent", "seconds"),
    [
        ("kling3-text-to-video-api", {"duration": 3}, 3.0),
        ("kling3-text-to-video-api", {"duration": "99"}, 15.0),
        ("veo3-text-to-video-fast-api", {}, 8.0),
    ],
)
def test_a_shot_is_as_long_as_the_tool_makes_it(service, tool_type, sent, seconds):
    assert shot_of(service.create(tool_type, {"prompt": "a fox", **sent})).seconds == seconds


def test_without_an_image_the_prompt_is_the_picture(service):
    assert shot_of(service.create("sora2-text-to-video-api", {"prompt": "a fox"})).picture == "a fox"


def test_an_image_tool_starts_from_the_first_of_its_images(service):
    task = service.create("nano-banana-image-api", {"prompt": "a fox", "image_list": [FOX]})
    assert shot_of(task).picture == FOX


def test_takes_differ_and_equal_takes_do_not(service):
    other = SimulatedService(
        SimulatorOptions(seed=9), load_catalog(), clock=StillClock(), dice=Dice((), seed=9)
    )
    one, two = (shot_of(service.create("sora2-text-to-video-api", {"prompt": "a fox"})) for _ in range(2))
    again = shot_of(other.create("sora2-text-to-video-api", {"prompt": "a fox"}))
    assert one.variation != two.variation
    assert again == one
