from __future__ import annotations

import pytest

from sora2batch.catalog.catalog import load_catalog
from sora2batch.simulator.lenient import repair
from sora2batch.simulator.refusal import RefusalError

FOX = "https://samples.sora2batch.example/fox.jpg"


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


def repaired(catalog, tool_type, **sent):
    return repair(catalog.tools[tool_type], sent)


def test_what_is_absent_becomes_the_default(catalog):
    assert repaired(catalog, "sora2-text-to-video-api", prompt="a fox") == {
        "prompt": "a fox",
        "mode": "std",
        "duration": 10,
        "aspect_ratio": "16:9",
    }


@pytest.mark.parametrize(
    ("field", "sent", "used"),
    [
        ("mode", "PRO", "std"),
        ("mode", "pro", "pro"),
        ("mode", None, "std"),
        ("mode", 7, "std"),
        ("duration", 12, 10),
        ("duration", 15, 15),
        ("duration", 15.0, 15),
        ("duration", "15", 10),
        ("duration", True, 10),
        ("aspect_ratio", "1:1", "16:9"),
        ("aspect_ratio", 969, "16:9"),
    ],
)
def test_a_bad_choice_silently_becomes_the_default(catalog, field, sent, used):
    assert repaired(catalog, "sora2-text-to-video-api", prompt="a fox", **{field: sent})[field] == used


@pytest.mark.parametrize(
    ("sent", "used"),
    [
        (7, 7),
        (1, 3),
        (99, 15),
        ("8", 8),
        (" 8 ", 8),
        ("8.4", 8),
        ("eight", 5),
        ("1e99", 5),
        (None, 5),
        (True, 5),
        ([3], 5),
        ("nan", 5),
    ],
)
def test_a_number_is_read_clamped_or_replaced(catalog, sent, used):
    assert repaired(catalog, "kling3-text-to-video-api", prompt="a fox", duration=sent)["duration"] == used


@pytest.mark.parametrize(("sent", "used"), [(False, False), ("false", True), (0, True), (None, True)])
def test_only_a_boolean_is_a_boolean(catalog, sent, used):
    assert (
        repaired(catalog, "kling3-text-to-video-api", prompt="a fox", multi_shot=sent)["multi_shot"] is used
    )


def test_an_unknown_field_is_dropped(catalog):
    assert "seed" not in repaired(catalog, "sora2-text-to-video-api", prompt="a fox", seed=7)


@pytest.mark.parametrize("prompt", [None, "", "  \n", 7])
def test_an_empty_prompt_is_refused(catalog, prompt):
    with pytest.raises(RefusalError, match="prompt"):
        repaired(catalog, "sora2-text-to-video-api", prompt=prompt)


@pytest.mark.parametrize(
    "image",
    [
        "fox.jpg",
        "/fox.jpg",
        "data:image/png;base64,AA",
        "ftp://a/b",
        "https://",
        "http://[",
        7,
        "",
        {"file": "fox.jpg", "sha256": "0" * 64},
    ],
)
def test_an_image_that_is_no_absolute_url_is_refused(catalog, image):
    with pytest.raises(RefusalError, match="image"):
        repaired(catalog, "sora2-image-to-video-api", prompt="a fox", image=image)


def test_a_missing_image_is_refused_where_the_tool_needs_one(catalog):
    with pytest.raises(RefusalError, match="image is required"):
        repaired(catalog, "sora2-image-to-video-api", prompt="a fox")


def test_an_input_that_is_no_object_is_an_empty_one(catalog):
    with pytest.raises(RefusalError, match="prompt is required"):
        repair(catalog.tools["sora2-text-to-video-api"], ["a fox"])


def test_a_list_of_images_is_checked_one_by_one(catalog):
    sent = {"prompt": "a fox", "image_list": [FOX, "fox.jpg"]}
    with pytest.raises(RefusalError, match="image_list"):
        repair(catalog.tools["nano-banana-image-api"], sent)
    assert repair(catalog.tools["nano-banana-image-api"], {**sent, "image_list": [FOX]})["image_list"] == [
        FOX
    ]
