from __future__ import annotations

from dataclasses import replace

import pytest

from sora2batch.simulator.shot import Quality, Shot
from sora2batch.simulator.weather import Weather, particles_of, weather_of

SHOT = Shot(
    prompt="", details="", picture="a", size=(512, 288), seconds=5.0, quality=Quality.PLAIN, variation=1
)


@pytest.mark.parametrize(
    ("prompt", "weather"),
    [
        ("It snows on a lighthouse", Weather.SNOW),
        ("A train at noon", Weather.MOTES),
        ("Rainy night", Weather.RAIN),
        ("A storm", Weather.RAIN),
        ("", Weather.MOTES),
    ],
)
def test_the_prompt_makes_the_weather(prompt, weather):
    assert weather_of(replace(SHOT, prompt=prompt)) is weather


def test_over_the_sample_city_it_always_rains():
    assert weather_of(replace(SHOT, picture="https://samples.sora2batch.example/city.jpg")) is Weather.RAIN


@pytest.mark.parametrize("prompt", ["snow", "rain", ""])
def test_particles_move_and_come_back_where_they_leave(prompt):
    for particle in particles_of(replace(SHOT, prompt=prompt)):
        places = [particle.place(second, SHOT.size) for second in range(60)]
        assert len(set(places)) > 30
        assert all(
            -particle.sprite.width <= x <= 512 and -particle.sprite.height <= y <= 288 for x, y in places
        )
