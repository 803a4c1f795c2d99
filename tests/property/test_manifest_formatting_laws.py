"""Whatever a YAML file looks like: laid out it says the same, has the same signs, and stays as it is."""

from __future__ import annotations

import re

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.manifest.construct import load_yaml
from sora2batch.manifest.formatting.tidy import tidied

WORDS = st.text(st.sampled_from("ab:#-,'\"[]{}&*!|>%@ \n\t\u2028é7."), max_size=30)
LEAVES = st.one_of(WORDS, st.integers(-99, 99), st.booleans(), st.none())
KEYS = st.text(st.sampled_from("ab-: #"), min_size=1, max_size=6)
DATA = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
LOOKS = st.fixed_dictionaries(
    {
        "indent": st.integers(2, 8),
        "width": st.sampled_from([12, 40, 1000]),
        "default_style": st.sampled_from([None, None, "'", '"', "|", ">"]),
        "default_flow_style": st.sampled_from([None, True, False]),
        "allow_unicode": st.booleans(),
        "explicit_start": st.booleans(),
        "line_break": st.sampled_from(["\n", "\r\n"]),
    }
)
NOISE = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["", "   ", "# one", "    # two", "  #three  "])),
    max_size=6,
)


def spoiled(text, noise):
    """Put comments and empty lines between the lines of a text."""
    lines = text.split("\n")
    for at, line in noise:
        lines.insert(min(at, len(lines)), line)
    return "\n".join(lines)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    data=st.dictionaries(KEYS, DATA, min_size=1, max_size=4), look=LOOKS, noise=NOISE, is_cut=st.booleans()
)
def test_a_layout_says_the_same_with_the_same_signs_and_stays(data, look, noise, is_cut):
    text = spoiled(yaml.safe_dump(data, sort_keys=False, **look), noise)
    text = text.removesuffix("\n") if is_cut else text
    try:
        meant = load_yaml(text, file="a.yaml")
    except Sora2BatchError:
        assume(False)
    result = tidied(text, file="a.yaml")
    assert repr(load_yaml(result, file="a.yaml")) == repr(meant)
    assert re.sub(r"\s", "", result) == re.sub(r"\s", "", text)
    assert tidied(result, file="a.yaml") == result
