from dataclasses import replace

import pytest

from sora2batch.catalog.catalog import load_catalog
from sora2batch.gallery.promotion.setting import SettingError, read_settings

SORA = load_catalog().get("sora2-text-to-video-api")


def value_of(text, schema):
    tool = replace(SORA, input_schema={"type": "object", "properties": {"field": schema}})
    (setting,) = read_settings([f"field={text}"])
    return setting.value(tool)


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "string"}, "15", "15"),
        ({"type": "string"}, " [a] ", " [a] "),
        ({"type": "string"}, "", ""),
        ({"type": "integer"}, "15", 15),
        ({"type": "integer"}, " 15 ", 15),
        ({"type": "integer"}, "ten", "ten"),
        ({"type": "number"}, "0.5", 0.5),
        ({"type": "boolean"}, "true", True),
        ({"type": "boolean"}, "yes", "yes"),
        ({"type": ["integer", "null"]}, "null", None),
        ({"type": ["integer", "string"]}, "15", "15"),
        ({"type": "integer", "enum": [10, 15]}, "15", 15),
        ({"enum": ["10", 15]}, "10", "10"),
        ({"enum": ["10", 15]}, "15", 15),
        ({"enum": ["10", 15]}, "16", "16"),
        ({"const": True}, "true", True),
        ({"type": "array"}, "[a, 2]", ["a", 2]),
        ({"type": "array"}, "https://a.example/b.jpg", "https://a.example/b.jpg"),
        ({"type": "object"}, "{x: 16:9, no: off}", {"x": "16:9", "no": "off"}),
        ({"minimum": 3}, "7", 7),
    ],
)
def test_a_text_is_read_as_the_schema_wants_the_field(schema, text, value):
    found = value_of(text, schema)
    assert (found, type(found)) == (value, type(value))


def test_a_text_that_no_manifest_could_hold_is_refused():
    assert value_of("{" * 50_000, {"type": "string"}) == "{" * 50_000
    with pytest.raises(SettingError, match="is longer than 50,000 characters"):
        value_of("{" * 50_001, {"type": "string"})


def test_what_is_shown_of_a_setting_fits_on_a_line():
    (setting,) = read_settings(["prompt=a\nfox " + "x" * 100])
    assert setting.shown.startswith("prompt=a fox xxx")
    assert len(setting.shown) == len("prompt=") + 60
