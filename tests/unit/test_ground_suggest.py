"""A hint names another word than the one that is wrong, and one that fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.ground.suggest import did_you_mean, nearest
from sora2batch.ground.text import visible

MODES = ["std", "pro"]


@pytest.mark.parametrize(
    ("word", "choices", "hint"),
    [
        ("sdt", MODES, 'did you mean "std"?'),
        ("STD", MODES, 'did you mean "std"?'),
        ("std ", MODES, 'did you mean "std"? (yours has a blank too many)'),
        ("st\u200bd", MODES, 'did you mean "std"? (yours has the character U+200B)'),
        ("\u0455td", MODES, 'did you mean "std"? (yours has the character U+0455)'),
        ("ｓｔｄ", MODES, 'did you mean "std"? (yours has the character U+FF53)'),
        ("16\u00a0:9", ["16:9", "9:16"], 'did you mean "16:9"? (yours has the character U+00A0)'),
        ("10", [10, 15], "write 10 without quotes"),
        ("true", [], None),
        (10, ["10", "15"], 'put it in quotes: "10"'),
        ("1O5", [10, 105], "did you mean 105?"),
        ("std", MODES, None),
        ("prompt", ["prompt\u200b"], r'did you mean "prompt\u200b"?'),
        ("prompt", ["pro\nmpt"], r'did you mean "pro\u000ampt"?'),
        ("zebra", MODES, None),
        ("mode", ["prompt", "model_mode", "multi_shot"], 'did you mean "model_mode"?'),
        ("lipsync", ["image-lipsync-api", "kling3-image-to-video-api"], 'did you mean "image-lipsync-api"?'),
        ("api", ["image-lipsync-api", "kling3-image-to-video-api"], None),
        ("to", ["text-to-video"], None),
        ("ガラス", ["カラス", "ガラス"], None),
    ],
)
def test_a_hint_names_another_word_and_says_what_nobody_sees(word, choices, hint):
    assert did_you_mean(word, choices) == hint


@given(st.text(max_size=8), st.lists(st.text(min_size=1, max_size=8) | st.integers(), max_size=6))
def test_the_nearest_word_is_one_of_the_choices_and_never_the_word_itself(word, choices):
    near = nearest(word, choices)
    assert near is None or near in choices
    assert near is None or near != word
    assert did_you_mean(word, choices) == did_you_mean(word, list(choices))


def test_what_nobody_sees_is_written_out():
    assert visible("a\u200bb\t\U000e0001") == "a\\u200bb\\u0009\\U000e0001"
