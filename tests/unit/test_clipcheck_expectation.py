import pytest

from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.tool import Kind
from sora2batch.clipcheck.clip_finding import Expected
from sora2batch.clipcheck.expectation import expected_of

TOOLS = load_catalog().tools
SENT = {"file": "fox.jpg", "sha256": "ab" * 32}


@pytest.mark.parametrize(
    ("tool", "input", "expected"),
    [
        (
            "sora2-text-to-video-api",
            {"duration": 10, "aspect_ratio": "9:16"},
            Expected(seconds=10, aspect="9:16", sound=True),
        ),
        (
            "veo3-text-to-video-fast-api",
            {"aspect_ratio": "16:9"},
            Expected(seconds=8, aspect="16:9", sound=True),
        ),
        ("kling3-text-to-video-api", {"duration": "5"}, Expected(seconds=5)),
        ("kling3-image-to-video-api", {"duration": 5, "image": SENT}, Expected(seconds=5, aspect="800x1200")),
        (
            "kling3-image-to-video-api",
            {"duration": True, "image": {**SENT, "sha256": "cd" * 32}},
            Expected(),
        ),
        ("grok-text-to-video-api", {"duration": "NaN"}, Expected()),
        ("gpt-image-2-api", {"aspect_ratio": "auto"}, Expected(kind=Kind.IMAGE, aspect="auto")),
        ("a-tool-of-another-day", {"duration": 10}, Expected()),
    ],
)
def test_what_is_expected_is_what_the_input_and_the_tool_say(tool, input, expected):
    assert expected_of(TOOLS.get(tool), input, {"ab" * 32: (800, 1200)}.get) == expected


def test_a_picture_of_which_no_size_is_known_gives_no_shape():
    url = {"image": "https://h.example/fox.jpg", "duration": 5}
    assert expected_of(TOOLS["kling3-image-to-video-api"], url, lambda _: None).seconds == 5
