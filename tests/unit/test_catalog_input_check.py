"""Bad inputs: each is found once, at its path, in words that help."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.input_check import InputChecker, compile_schema, fill_defaults
from sora2batch.catalog.tool import ExpectedSeconds, FixedPrice, Kind, Tool
from sora2batch.ground.problem import Fault, Target
from sora2batch.ground.rule import Rule

GOOD = {"prompt": "A fox.", "image": "https://cdn.example.com/fox.jpg"}
SORA = "sora2-image-to-video-api"


def faults_of(tool_type, request_):
    return InputChecker(load_catalog().get(tool_type)).faults(request_)


def only_fault(change, *, tool_type=SORA, good=GOOD):
    (fault,) = faults_of(tool_type, good | change)
    return fault


def tool_taking(**properties):
    return Tool(
        tool_type="my-tool-api",
        title="Mine",
        kind=Kind.VIDEO,
        input_schema={"type": "object", "properties": properties, "additionalProperties": False},
        price=FixedPrice(credits=1),
        expected_seconds=ExpectedSeconds(min=1, max=2),
    )


def test_a_good_request_has_no_faults():
    assert faults_of(SORA, GOOD | {"mode": "pro", "duration": 15, "aspect_ratio": "9:16"}) == ()


def test_a_wrong_case_is_a_fault_with_the_right_one_as_its_hint():
    assert only_fault({"mode": "PRO"}) == Fault(
        path=("mode",),
        rule=Rule.NOT_ALLOWED_VALUE,
        message='is "PRO", must be "std" or "pro"; SJinn may silently use "std" instead',
        hint='did you mean "pro"?',
    )


def test_a_length_that_is_not_offered_is_a_fault():
    assert only_fault({"duration": 12}) == Fault(
        path=("duration",),
        rule=Rule.NOT_ALLOWED_VALUE,
        message="is 12, must be 10 or 15; SJinn may silently use 10 instead",
        hint="leave it out for 10",
    )


def test_a_shape_that_is_not_offered_is_a_fault():
    assert only_fault({"aspect_ratio": "1:1"}) == Fault(
        path=("aspect_ratio",),
        rule=Rule.NOT_ALLOWED_VALUE,
        message='is "1:1", must be "16:9" or "9:16"; SJinn may silently use "16:9" instead',
        hint='leave it out for "16:9"',
    )


def test_a_number_as_text_is_one_fault_that_tells_how_to_write_it():
    assert only_fault({"duration": "10"}) == Fault(
        path=("duration",),
        rule=Rule.WRONG_TYPE,
        message='is the text "10", must be a whole number: 10 or 15; SJinn may silently use 10 instead',
        hint='write 10 without quotes; in a template, end with "| int"',
    )


def test_a_text_that_would_be_wrong_as_a_number_too_is_not_recommended():
    assert only_fault({"duration": "12"}).hint == "leave it out for 10"
    assert only_fault({"duration": "ten"}).hint == "leave it out for 10"
    kling = only_fault({"duration": "99"}, tool_type="kling3-image-to-video-api")
    assert kling.hint == "leave it out for 5"


@pytest.mark.parametrize("prompt", ["", " ", "\n\t", "\u00a0", "\u200b", "\ufeff", "\x1c"])
def test_a_prompt_without_a_visible_character_is_empty(prompt):
    fault = Fault(path=("prompt",), rule=Rule.EMPTY_VALUE, message="is empty, must be text")
    assert only_fault({"prompt": prompt}) == fault


def test_a_null_is_called_empty():
    assert only_fault({"prompt": None}).message == "is empty (null), must be text that is not empty"


@pytest.mark.parametrize(
    ("image", "hint"),
    [
        (
            "data:image/png;base64,AA",
            "SJinn takes no data: URLs; name the file itself by its path, such as images/fox.jpg",
        ),
        ("https://a.example/a b.jpg", "it holds white space or something invisible; a space is written %20"),
        ("ftp://a.example/a.jpg", "write it as https://HOST/PATH"),
    ],
)
def test_an_image_that_is_neither_a_url_nor_a_path_is_a_fault(image, hint):
    fault = only_fault({"image": image})
    assert fault.path == ("image",)
    assert fault.message == f'is "{image}", must be an absolute http(s) URL or the path of a picture'
    assert fault.hint == hint


@pytest.mark.parametrize("path", ["fox.jpg", "images/a b?.jpg", "../x", "/etc/passwd", "http.jpg"])
def test_any_other_text_may_be_a_path(path):
    assert faults_of(SORA, GOOD | {"image": path}) == ()


def test_a_field_that_holds_no_media_takes_no_path():
    tool = tool_taking(callback={"type": "string", "description": "x", "format": "http-url"})
    (fault,) = InputChecker(tool).faults({"callback": "fox.jpg"})
    assert fault.message == 'is "fox.jpg", must be an absolute http(s) URL'
    assert fault.hint is not None
    assert "cannot read local files" in fault.hint


def test_a_bad_url_is_shown_without_its_secrets():
    fault = only_fault({"image": "https://u:pw@a.example/a b.jpg?signature=abc"})
    assert (
        fault.message
        == 'is "https://…@a.example/a b.jpg?…", must be an absolute http(s) URL or the path of a picture'
    )
    assert "abc" not in only_fault({"image": ["https://a.example/a?signature=abc"]}).message


def test_a_list_where_one_url_belongs_says_so():
    fault = only_fault({"image": ["https://a.example/a.jpg"]})
    assert fault.hint == 'write "https://a.example/a.jpg" itself, not a list of it'


def test_an_unknown_field_lists_those_that_are_known():
    assert only_fault({"moed": "pro"}) == Fault(
        path=("moed",),
        rule=Rule.UNKNOWN_INPUT,
        message=(
            f'is no input of {SORA}, which takes "prompt", "image", "mode", "duration", "aspect_ratio"; '
            "SJinn may silently ignore it"
        ),
        hint='did you mean "mode"?',
        target=Target.KEY,
    )


def test_an_unknown_field_like_no_other_has_no_hint():
    assert only_fault({"seed": 7}).hint is None


@pytest.mark.parametrize(
    ("tool_type", "good", "field", "hint"),
    [
        (SORA, GOOD, "image_list", "this tool takes image, one URL or path"),
        (SORA, GOOD, "image_url", "this tool takes image, one URL or path"),
        (
            "nano-banana-image-api",
            {"prompt": "x"},
            "image",
            "this tool takes image_list, a list of URLs or paths",
        ),
        ("sora2-text-to-video-api", {"prompt": "x"}, "image", f"this tool takes no picture; see {SORA}"),
    ],
)
def test_a_picture_in_the_wrong_field_is_told_the_right_one(tool_type, good, field, hint):
    fault = only_fault({field: "https://a.example/a.jpg"}, tool_type=tool_type, good=good)
    assert (fault.path, fault.hint) == ((field,), hint)


def test_a_text_where_a_list_of_urls_belongs_is_told_to_be_a_list():
    fault = only_fault(
        {"image_list": "https://a.example/a"}, tool_type="gpt-image-2-api", good={"prompt": "x"}
    )
    assert fault.hint == 'write a list: ["https://a.example/a"]'


def test_each_bad_item_of_a_list_is_a_fault_at_its_index():
    request_ = {"prompt": "x", "image_list": ["http://", "https://a.example/b", *["x.jpg"] * 8, ""]}
    assert [fault.path for fault in faults_of("gpt-image-2-api", request_)] == [
        ("image_list", 0),
        ("image_list", 10),
    ]


def test_missing_fields_are_faults_at_their_own_paths():
    assert faults_of(SORA, {}) == (
        Fault(
            path=("image",),
            rule=Rule.MISSING_INPUT,
            message="is missing, must be an absolute http(s) URL or the path of a picture",
        ),
        Fault(
            path=("prompt",), rule=Rule.MISSING_INPUT, message="is missing, must be text that is not empty"
        ),
    )


@pytest.mark.parametrize("duration", [2, 16])
def test_a_length_out_of_bounds_is_a_fault(duration):
    fault = only_fault({"duration": duration}, tool_type="kling3-image-to-video-api")
    assert (
        fault.message == f"is {duration}, must be a whole number from 3 to 15; SJinn may silently change it"
    )


@pytest.mark.parametrize("duration", [True, 10.5, None, [10], {"s": 10}, float("nan"), float("inf")])
def test_what_is_no_whole_number_is_a_fault(duration):
    fault = only_fault({"duration": duration})
    assert "must be a whole number: 10 or 15" in fault.message


def test_a_word_for_a_switch_is_told_to_be_true_or_false():
    fault = only_fault({"multi_shot": "yes"}, tool_type="kling3-image-to-video-api")
    assert fault.hint == "write true or false without quotes; a template must be one {{ expression }}"


def test_several_faults_come_together_sorted_by_path():
    faults = faults_of(SORA, {"prompt": "", "mode": "PRO", "duration": 12, "zoom": 1})
    assert [fault.path for fault in faults] == [("duration",), ("image",), ("mode",), ("prompt",), ("zoom",)]


def test_messages_are_one_short_line_without_control_characters():
    fault = only_fault({"mode": "\x1b[31m\n\x9b" + "x" * 1000})
    assert fault.message.isprintable()
    assert len(fault.message) < 200


def test_half_a_surrogate_pair_is_a_fault_where_it_stands():
    fault = only_fault({"prompt": "a \ud83d fox"})
    assert fault.path == ("prompt",)
    assert "half a surrogate pair" in fault.message
    assert fault.message.isprintable()
    nested = only_fault({"image_list": ["\ud800"]}, tool_type="gpt-image-2-api", good={"prompt": "x"})
    assert nested.path == ("image_list", 0)


def test_a_keyword_we_have_no_words_for_is_worded_by_the_validator():
    tool = tool_taking(prompt={"type": "string", "description": "x", "maxLength": 3})
    (fault,) = InputChecker(tool).faults({"prompt": "four"})
    assert (fault.path, fault.message) == (("prompt",), "'four' is too long")


def test_a_pattern_that_python_cannot_read_is_still_decided_and_worded():
    tool = tool_taking(name={"type": "string", "description": "x", "pattern": "^\\p{Lu}"})
    assert InputChecker(tool).faults({"name": "Fox"}) == ()
    (fault,) = InputChecker(tool).faults({"name": "fox"})
    assert fault.path == ("name",)
    assert "does not match" in fault.message


@pytest.mark.parametrize("reference", ["http://127.0.0.1:9/x.json", "file:///x.json", "other.json"])
def test_a_schema_that_refers_elsewhere_is_refused_and_not_fetched(reference):
    with pytest.raises(ValueError, match="retrieving it failed"):
        compile_schema({"$ref": reference})


def test_defaults_are_filled_in_and_the_request_is_left_as_it_was():
    request_ = {"prompt": "x", "duration": 15.0}
    filled = fill_defaults(load_catalog().get("sora2-text-to-video-api"), request_)
    assert filled == {"prompt": "x", "duration": 15, "mode": "std", "aspect_ratio": "16:9"}
    assert isinstance(filled["duration"], int)
    assert list(request_) == ["prompt", "duration"]


def test_a_written_value_beats_the_default_even_if_it_is_null():
    filled = fill_defaults(load_catalog().get("sora2-text-to-video-api"), {"mode": None})
    assert filled["mode"] is None


def test_an_optional_field_without_a_default_stays_absent():
    filled = fill_defaults(load_catalog().get("kling3-image-to-video-api"), GOOD)
    assert set(filled) == {"prompt", "image", "duration", "model_mode", "multi_shot"}


def test_checking_good_requests_never_loads_the_slow_validator():
    program = (
        "import sys; from sora2batch.catalog.catalog import load_catalog; "
        "from sora2batch.catalog.input_check import InputChecker; "
        "checker = InputChecker(load_catalog().get('gpt-image-2-api')); "
        "assert checker.faults({'prompt': 'x'}) == (); assert 'jsonschema' not in sys.modules; "
        "assert checker.faults({}); assert 'jsonschema' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
