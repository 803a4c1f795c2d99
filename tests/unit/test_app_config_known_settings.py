"""The table of settings, held against the manifest's schema: one thing is not read in two ways."""

from __future__ import annotations

import re

import pytest

from sora2batch.app.config.known_settings import SETTINGS
from sora2batch.app.config.layered_setting import Layer, Written, value_of
from sora2batch.ground.errors import UsageError
from sora2batch.ground.schema import load_schema
from sora2batch.ground.validation import Validator

OF_MANIFESTS = [setting for setting in SETTINGS if Layer.MANIFEST in setting.layers]
SAMPLES = [
    0, 1, -1, 2, 7.0, 2.5, 0.04, 0.05, 1e6, 1_000_001, 10_000, 10_001, 100, 101, True, False, "5", "yes", "", [], {}, None,
]  # fmt: skip
STRINGS = ["s3://bucket/prefix", "file:///srv/media", "https://cdn.example.com/x"]


def schema_of(name):
    found = load_schema("manifest-structure.schema.json")
    for key in name.split("."):
        found = found["properties"][key]
    return found


@pytest.mark.parametrize("setting", OF_MANIFESTS, ids=lambda one: one.name)
def test_what_a_manifest_may_say_of_a_setting_a_file_may_say_too(setting):
    schema = schema_of(setting.name)
    if schema["type"] != "string":
        assert schema.get("default") == setting.default
    for sample in STRINGS if schema["type"] == "string" else SAMPLES:
        is_valid = not list(Validator(schema).complaints(sample))
        try:
            value_of(setting, Written(layer=Layer.USER, value=sample, find=lambda: "here"))
            is_read = True
        except UsageError:
            is_read = False
        assert is_read == is_valid, (setting.name, sample)


def test_names_variables_and_flags_are_each_one_settings_own():
    for names in (
        [one.name for one in SETTINGS],
        [one.variable for one in SETTINGS if one.variable],
        [one.flag for one in SETTINGS if one.flag],
    ):
        assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", one.name) for one in SETTINGS)
    assert all(bool(one.flag) == (Layer.FLAG in one.layers) for one in SETTINGS)


def test_what_no_default_says_is_told_in_words():
    assert all(one.unset or one.default not in {None, ()} for one in SETTINGS)


def test_whoever_must_not_have_a_setting_is_told_why():
    for setting in SETTINGS:
        closed = {Layer.PROJECT, Layer.USER} - set(setting.layers)
        assert closed == set(setting.refusals), setting.name
