from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.building import job_of
from fakes.promotion_case import KLING, picked, promotion_of, without_mode
from sora2batch.catalog.catalog import load_catalog
from sora2batch.gallery.promotion.promoted_request import PromotionError
from sora2batch.gallery.promotion.setting import SettingError, read_settings
from sora2batch.ground.errors import UsageError

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


class TestSettings:
    def promoted(self, tmp_path, *settings, tool_type=KLING):
        job = without_mode(tool_type=tool_type)
        return promotion_of(picked(tmp_path, "key: hero/fox"), job, settings=settings).jobs[0].input

    def test_values_are_read_as_the_tool_wants_them(self, tmp_path):
        found = self.promoted(tmp_path, "duration=7", "multi_shot=false", "prompt=12", "aspect_ratio=9:16")
        assert found == {
            "prompt": "12",
            "model_mode": "standard",
            "duration": 7,
            "aspect_ratio": "9:16",
            "multi_shot": False,
        }

    def test_fields_stand_in_the_order_of_the_tool_s_page(self, tmp_path):
        found = self.promoted(tmp_path, "duration=7", "model_mode=pro")
        assert list(found) == ["prompt", "model_mode", "duration", "aspect_ratio", "multi_shot"]

    def test_a_value_may_hold_an_equals_sign_and_be_anything(self, tmp_path):
        text = "a = b {{ c }}\n🦊 "
        assert self.promoted(tmp_path, f"prompt={text}")["prompt"] == text

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            (
                "[https://a.example/b.jpg, https://a.example/c.jpg]",
                ["https://a.example/b.jpg", "https://a.example/c.jpg"],
            ),
            ('["https://a.example/b.jpg"]', ["https://a.example/b.jpg"]),
        ],
    )
    def test_a_list_is_written_as_yaml_or_json(self, tmp_path, text, value):
        job = without_mode(tool_type="nano-banana-image-2-api")
        found = promotion_of(picked(tmp_path, "key: hero/fox"), job, settings=[f"image_list={text}"])
        assert found.jobs[0].input["image_list"] == value

    def wrong(self, tmp_path, *settings, tool_type="sora2-text-to-video-api"):
        with pytest.raises(PromotionError) as caught:
            self.promoted(tmp_path, *settings, tool_type=tool_type)
        return caught.value.message.split("\n")

    def test_what_the_tool_does_not_take_is_said_in_the_catalogue_s_words_all_at_once(self, tmp_path):
        assert self.wrong(tmp_path, "mode=PRO", "duraton=15", "duration=ten") == [
            (
                '--set duration=ten for sora2-text-to-video-api: is the text "ten", must be a whole number: 10 or 15; '
                "SJinn may silently use 10 instead (leave it out for 10)"
            ),
            (
                '--set duraton=15: is no input of sora2-text-to-video-api, which takes "prompt", "mode", "duration", '
                '"aspect_ratio"; SJinn may silently ignore it (did you mean "duration"?)'
            ),
            (
                '--set mode=PRO for sora2-text-to-video-api: is "PRO", must be "std" or "pro"; '
                'SJinn may silently use "std" instead (did you mean "pro"?)'
            ),
        ]

    def test_a_fault_inside_a_list_says_where(self, tmp_path):
        job = without_mode(tool_type="nano-banana-image-2-api")
        with pytest.raises(PromotionError, match=r"--set image_list=.* for .*: image_list\[1\] is \"ftp:"):
            promotion_of(
                picked(tmp_path, "key: hero/fox"),
                job,
                settings=["image_list=[https://a.example/b.jpg, ftp://b]"],
            )

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ("image_list=[a", '--set image_list=[a: the list that starts here is not closed with "]"'),
            ("image_list=[.nan]", "--set image_list=[.nan]: .nan is not a number that JSON can carry"),
        ],
    )
    def test_a_value_that_cannot_be_read(self, tmp_path, setting, message):
        job = job_of("fox", tool_type="nano-banana-image-2-api")
        with pytest.raises(PromotionError) as caught:
            promotion_of(picked(tmp_path, "key: hero/fox"), job, settings=[setting])
        assert caught.value.message.startswith(message)

    def test_a_number_beyond_json(self, tmp_path):
        assert self.wrong(tmp_path, "duration=99999999999999999999") == [
            (
                "--set duration=99999999999999999999: 99999999999999999999 is beyond 9007199254740991, where JSON "
                "numbers stop being exact; a text needs quotes"
            )
        ]

    def test_a_field_that_one_of_several_tools_lacks(self, tmp_path):
        jobs = [job_of("fox"), without_mode("owl")]
        with pytest.raises(PromotionError) as caught:
            promotion_of(
                picked(tmp_path, "key: hero/fox", "key: hero/owl"), *jobs, settings=["multi_shot=true"]
            )
        assert caught.value.message.startswith(
            "--set multi_shot=true: is no input of sora2-text-to-video-api,"
        )
        assert "\n" not in caught.value.message

    @pytest.mark.parametrize("text", ["mode", "=pro", " =pro", ""])
    def test_without_a_field_or_an_equals_sign(self, tmp_path, text):
        with pytest.raises(UsageError, match="sets nothing"):
            self.promoted(tmp_path, text)

    def test_a_field_twice(self, tmp_path):
        with pytest.raises(UsageError, match="--set mode is given twice"):
            self.promoted(tmp_path, "mode=std", "mode=pro")
