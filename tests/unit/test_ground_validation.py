"""Two validators that are one to everybody else: one decides, one explains."""

import subprocess
import sys

import pytest

from sora2batch.ground.rule import Rule
from sora2batch.ground.validation import BadSchemaError, Draft, Validator, rule_of

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 1}, "hue": {"enum": ["red", "blue"]}},
    "propertyNames": {"pattern": "^[a-z]+$"},
    "required": ["n"],
    "additionalProperties": False,
}
DRAFTS = pytest.mark.parametrize("draft", Draft)


@DRAFTS
@pytest.mark.parametrize("data", [{"n": 1}, {"n": 2.0, "hue": "red"}])
def test_good_data_fits_and_leaves_nothing_to_say(draft, data):
    validator = Validator(SCHEMA, draft)
    assert validator.fits(data)
    assert [*validator.complaints(data), *validator.violations(data)] == []


@DRAFTS
@pytest.mark.parametrize(
    ("data", "keyword", "path", "rule"),
    [
        ([], "type", (), Rule.WRONG_TYPE),
        ({}, "required", (), Rule.MISSING_KEY),
        ({"n": 0}, "minimum", ("n",), Rule.OUT_OF_RANGE),
        ({"n": 1, "hue": "rde"}, "enum", ("hue",), Rule.NOT_ALLOWED_VALUE),
        ({"n": 1, "m": 1}, "additionalProperties", (), Rule.UNKNOWN_KEY),
    ],
)
def test_both_say_the_same_of_bad_data(draft, data, keyword, path, rule):
    validator = Validator(SCHEMA, draft)
    assert not validator.fits(data)
    (complaint,), (violation,) = validator.complaints(data), validator.violations(data)
    assert (complaint.path, complaint.keyword) == (violation.path, violation.keyword) == (path, keyword)
    assert rule_of(keyword) is rule


def test_a_violation_knows_what_would_be_right_and_what_it_is_about():
    minimum, pattern = Validator({**SCHEMA, "additionalProperties": True}).violations({"n": 0, "N": 1})
    assert (minimum.value, minimum.limit, minimum.schema["type"]) == (0, 1, "integer")
    assert (minimum.is_about_name, pattern.is_about_name) == (False, True)
    assert (pattern.path, pattern.value) == ((), "N")


def test_formats_are_checked_where_some_are_given():
    schema = {"properties": {"day": {"format": "weekday"}, "mail": {"format": "email"}}}
    validator = Validator(schema, formats={"weekday": lambda text: text.endswith("day")})
    assert validator.fits({"day": "Monday", "mail": "fox@example.org"})
    assert not validator.fits({"day": "Monday", "mail": "no address"})
    assert Validator(schema).fits({"day": "May", "mail": "no address"})
    assert not validator.fits({"day": "May"})
    assert [violation.keyword for violation in validator.violations({"day": "May", "mail": "x"})] == [
        "format"
    ]
    assert list(validator.violations({"day": 3})) == []


@pytest.mark.parametrize("schema", [{"type": "nothing"}, {"$ref": "http://127.0.0.1:9/x.json"}])
def test_what_is_no_schema_is_refused(schema):
    with pytest.raises(BadSchemaError):
        Validator(schema)


def test_the_wording_validator_is_loaded_when_something_is_wrong():
    program = (
        "import sys; from sora2batch.ground.validation import Validator; "
        "validator = Validator({'type': 'object'}); assert not validator.fits([]); "
        "assert 'jsonschema' not in sys.modules; "
        "assert list(validator.violations([])); assert 'jsonschema' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
