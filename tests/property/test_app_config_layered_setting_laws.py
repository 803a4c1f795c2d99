"""Laws of precedence, over all settings and all places where they may stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.app.config.known_settings import SETTINGS
from sora2batch.app.config.layered_setting import Layer, Written, resolve, value_of

ORDER = list(Layer)[:-1]
WORDS = {
    "api_url": ["https://a.example/x", "http://localhost:1/x"],
    "tools_dirs": ["tools", "more"],
    "max_credits": [0, 7, 4000],
    "credit_price": ["1 EUR", "0.5 JPY"],
    "lint.strict": [True, False],
    "output.check": [True, False],
    "store.url": ["s3://a/b", "file:///c"],
    "store.public_url": ["https://a.example", "https://b.example"],
    "queue": ["postgresql://a@b/c", "postgres://d:5433/e"],
    "repository": ["studio/a", "studio/b"],
    "notify": ["bell", "desktop"],
    "color": ["always", "never"],
    "log_file": ["a.log", "b.log"],
    "cache_dir": ["/a", "/b"],
}
NUMBERS = [1, 2, 50]


def word(setting, layer, value):
    if layer is Layer.ENVIRONMENT:
        value = ("off", "yes")[value] if isinstance(value, bool) else str(value)
    return Written(layer=layer, value=value, find=lambda: f"{layer} of {setting.name}")


def samples(setting):
    return WORDS.get(setting.name, NUMBERS)


def words_of(setting):
    choices = st.sampled_from(samples(setting))
    return st.dictionaries(st.sampled_from(setting.layers), choices).map(
        lambda found: [word(setting, layer, value) for layer, value in found.items()]
    )


CASES = st.sampled_from(SETTINGS).flatmap(
    lambda setting: st.tuples(st.just(setting), words_of(setting).flatmap(st.permutations))
)


@given(CASES)
def test_the_nearest_word_counts_and_its_origin_is_known(case):
    setting, words = case
    found = resolve(setting, words)
    if not words:
        assert (found.value, found.layer, found.origin) == (setting.default, Layer.DEFAULT, "default")
        return
    if setting.is_limit:
        assert found.value == min(value_of(setting, one) for one in words)
    else:
        nearest = min(words, key=lambda one: ORDER.index(one.layer))
        assert (found.layer, found.value) == (nearest.layer, value_of(setting, nearest))
    assert found.origin == f"{found.layer} of {setting.name}"
    layers = [one.layer for one in found.others]
    assert layers == sorted(layers, key=ORDER.index)
    assert sorted([found.layer, *layers]) == sorted(one.layer for one in words)


@given(CASES, st.data())
def test_one_word_more_farther_away_changes_nothing_and_raises_no_limit(case, data):
    setting, words = case
    free = [layer for layer in setting.layers if layer not in {one.layer for one in words}]
    if not free or not words:
        return
    more = word(
        setting,
        data.draw(st.sampled_from(free)),
        data.draw(st.sampled_from(samples(setting))),
    )
    before, after = resolve(setting, words), resolve(setting, [*words, more])
    if setting.is_limit:
        assert after.value <= before.value
    elif ORDER.index(more.layer) > ORDER.index(before.layer):
        assert (after.value, after.layer) == (before.value, before.layer)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_each_setting_has_samples_that_can_be_told_apart(setting):
    values = [value_of(setting, word(setting, setting.layers[0], one)) for one in samples(setting)]
    assert len(set(map(str, values))) > 1
