from __future__ import annotations

import pytest

from sora2batch.simulator.picture import sample_name, sample_url, starting_picture
from sora2batch.simulator.scene.index import SAMPLES

FOX = sample_url("fox")


@pytest.mark.parametrize("name", list(SAMPLES))
def test_every_sample_is_a_picture_of_many_colours(name):
    image = starting_picture(sample_url(name)).image
    assert image.size == (960, 540)
    assert len(image.resize((96, 54)).getcolors(96 * 54)) > 500


def test_only_the_reserved_host_names_samples():
    assert sample_name(FOX) == "fox"
    assert sample_name("https://cdn.example.com/fox.jpg") is None
    assert sample_name("https://samples.sora2batch.example/wolf.jpg") is None
    assert sample_name("http://[") is None


def test_any_other_url_has_a_picture_of_its_own():
    one, other = (starting_picture(f"https://cdn.example.com/{n}.jpg").image for n in (1, 2))
    assert one.tobytes() != other.tobytes()
    starting_picture.cache_clear()
    assert starting_picture("https://cdn.example.com/1.jpg").image.tobytes() == one.tobytes()
