"""The catalogue: shipped files, the user's folders, and the files that are refused."""

from __future__ import annotations

import json
import os

import jsonschema_rs
import pytest

from sora2batch.catalog.catalog import Catalog, CatalogError, UnknownToolError, load_catalog
from sora2batch.catalog.field_info import FieldInfo, fields_of
from sora2batch.catalog.tool import Availability, FixedPrice, Kind, ToolOutput, UnknownPrice
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.schema import load_schema, schema_dir

SHIPPED = sorted(path.stem for path in (schema_dir() / "tools").iterdir())


def entry(**changes):
    mode = {"description": "Quality.", "type": "string", "enum": ["std", "pro"], "default": "std"}
    seconds = {"description": "Length.", "type": "integer", "minimum": 1, "default": 5}
    base = {
        "title": "Mine",
        "kind": "video",
        "availability": "active",
        "expected_seconds": {"min": 1, "max": 2},
        "price": {"rule": "fixed", "credits": 7},
        "input": {
            "type": "object",
            "properties": {"mode": mode, "seconds": seconds},
            "additionalProperties": False,
        },
    }
    return base | changes


def with_input(required=(), **properties):
    base = entry()["input"]
    return base | {"properties": base["properties"] | properties, "required": list(required)}


def write(folder, name, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text, encoding="utf-8")


def reasons_for(folder, content, name="my-tool.json"):
    write(folder, name, content)
    with pytest.raises(CatalogError) as caught:
        load_catalog([folder])
    prefix = f"{folder / name}: "
    assert all(reason.startswith(prefix) for reason in caught.value.reasons)
    return [reason.removeprefix(prefix) for reason in caught.value.reasons]


def test_every_shipped_tool_is_there_sorted_by_name():
    assert list(load_catalog().tools) == SHIPPED


def test_the_schema_of_tool_files_is_itself_a_valid_schema():
    jsonschema_rs.meta.validate(load_schema("tool.schema.json"))


def test_shipped_kinds_are_right():
    kinds = {name: tool.kind for name, tool in load_catalog().tools.items()}
    assert {name for name, kind in kinds.items() if kind is Kind.IMAGE} == {
        name for name in SHIPPED if name.startswith(("gpt", "nano", "seedream"))
    }


@pytest.mark.parametrize("tool_type", ["sora2-image-to-video-api", "sora2-text-to-video-api"])
def test_sora2_warns_that_its_model_was_ended(tool_type):
    tool = load_catalog().get(tool_type)
    assert tool.availability is Availability.ACTIVE
    assert tool.notice is not None
    assert "2026-09-24" in tool.notice
    assert "--limit 1" in tool.notice


def test_only_lip_sync_has_no_price():
    unpriced = [name for name, tool in load_catalog().tools.items() if isinstance(tool.price, UnknownPrice)]
    assert unpriced == ["image-lipsync-api"]


def test_an_unknown_tool_is_answered_with_those_that_are_known():
    with pytest.raises(UnknownToolError) as caught:
        load_catalog().get("sora2-image-to-vido-api")
    assert all(name in caught.value.message for name in SHIPPED)
    assert caught.value.hint == 'did you mean "sora2-image-to-video-api"?'
    assert caught.value.exit_code is ExitCode.USAGE


def test_fields_are_told_in_the_order_of_the_file():
    fields = fields_of(load_catalog().get("grok-text-to-video-api"))
    assert [field.name for field in fields] == ["prompt", "duration", "aspect_ratio"]
    assert fields[2] == FieldInfo(
        name="aspect_ratio",
        required=False,
        default="16:9",
        allowed='"16:9", "9:16" or "1:1"',
        description="Width to height.",
    )
    assert [field.required for field in fields] == [True, True, False]


def test_a_folder_adds_tools(tmp_path):
    write(tmp_path, "my-tool.json", entry(notice="Mind.", docs="https://example.com/docs"))
    tool = load_catalog([tmp_path]).get("my-tool")
    assert (tool.title, tool.price, tool.notice) == ("Mine", FixedPrice(credits=7), "Mind.")
    assert tool.docs == "https://example.com/docs"


def test_a_tool_says_what_is_known_of_its_results_and_names_only_inputs_that_it_has(tmp_path):
    write(tmp_path, "my-tool.json", entry(output={"seconds": "seconds", "sound": False}))
    assert load_catalog([tmp_path]).get("my-tool").output == ToolOutput(seconds="seconds", sound=False)
    assert load_catalog().get("veo3-text-to-video-fast-api").output == ToolOutput(
        8, "aspect_ratio", sound=True
    )
    reasons = reasons_for(tmp_path, entry(output={"seconds": "length", "aspect": "shape"}))
    assert reasons == [
        'output.seconds: "length" is not among the properties',
        'output.aspect: "shape" is not among the properties',
    ]
    for wrong in ({"seconds": 0}, {"seconds": True}, {"sound": "yes"}, {"colour": "red"}):
        assert reasons_for(tmp_path, entry(output=wrong))


def test_a_later_folder_overrides_an_earlier_one_and_the_shipped_tools(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    for folder, title in ((first, "First"), (second, "Second")):
        folder.mkdir()
        write(folder, "gpt-image-2-api.json", entry(title=title))
    catalog = load_catalog([first, second])
    assert catalog.get("gpt-image-2-api").title == "Second"
    assert list(catalog.tools) == SHIPPED


def test_other_files_a_copy_of_the_schema_and_folders_are_passed_over(tmp_path):
    write(tmp_path, "notes.txt", "x")
    write(tmp_path, "tool.schema.json", "{}")
    (tmp_path / "old.json").mkdir()
    assert list(load_catalog([tmp_path]).tools) == SHIPPED


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "my-tool.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(entry()).encode())
    assert load_catalog([tmp_path]).get("my-tool").title == "Mine"


def test_a_missing_folder_is_refused_by_name(tmp_path):
    with pytest.raises(CatalogError, match="no such file or directory") as caught:
        load_catalog([tmp_path / "nowhere"])
    assert str(tmp_path / "nowhere") in caught.value.message
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_broken_link_and_a_pipe_are_refused(tmp_path):
    (tmp_path / "gone.json").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(CatalogError) as caught:
        load_catalog([tmp_path])
    assert caught.value.reasons == (
        f"{tmp_path / 'gone.json'}: no such file or directory",
        f"{tmp_path / 'pipe.json'}: it is a pipe, no plain file",
    )


def test_every_bad_file_is_named_at_once(tmp_path):
    write(tmp_path, "a.json", "{")
    write(tmp_path, "b.json", "[]")
    with pytest.raises(CatalogError) as caught:
        load_catalog([tmp_path, tmp_path / "nowhere"])
    assert len(caught.value.reasons) == 3
    assert caught.value.message.count("\n") == 2


def test_many_reasons_are_cut_to_a_number_that_can_be_read(tmp_path):
    for number in range(25):
        write(tmp_path, f"t{number:02}.json", "{")
    with pytest.raises(CatalogError) as caught:
        load_catalog([tmp_path])
    assert len(caught.value.reasons) == 25
    assert caught.value.message.endswith("\nand 5 more")


def test_a_file_that_is_no_json_is_refused(tmp_path):
    (reason,) = reasons_for(tmp_path, "{'a': 1}")
    assert reason.startswith("is not JSON: ")


def test_a_name_that_is_no_tool_type_is_refused(tmp_path):
    assert reasons_for(tmp_path, entry(), name="my tool.json") == [
        "the file's name must be a tool_type: letters, digits, - and _"
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"kind": "audio"}, "kind: "),
        ({"availability": "gone"}, "availability: "),
        ({"title": " "}, "title: "),
        ({"color": "red"}, ""),
        ({"docs": "ftp://x"}, "docs: "),
        ({"expected_seconds": {"min": 1}}, "expected_seconds: "),
        ({"price": {"rule": "free"}}, "price.rule: "),
        ({"price": {"rule": "fixed", "credits": 0}}, "price.credits: "),
        ({"price": {"rule": "fixed", "credits": 1.5}}, "price.credits: "),
        ({"price": {"rule": "fixed"}}, "price: "),
        ({"price": {"rule": "fixed", "credits": 1, "field": "mode"}}, "price: "),
        ({"price": {"rule": "by_value", "field": "mode", "credits": {}}}, "price.credits: "),
        (
            {"price": {"rule": "by_value", "field": "mode", "credits": {"std": 0, "pro": 1}}},
            "price.credits.std: ",
        ),
        ({"price": {"rule": "per_second", "seconds": "seconds", "credits": {"std": 1}}}, "price.credits: "),
        (
            {"price": {"rule": "per_second", "seconds": "seconds", "field": "mode", "credits": 1}},
            "price.credits: ",
        ),
        ({"price": {"rule": "unknown"}}, "price: "),
        (
            {"input": {"type": "object", "properties": {}, "additionalProperties": False}},
            "input.properties: ",
        ),
        ({"input": with_input() | {"additionalProperties": True}}, "input.additionalProperties: "),
        ({"input": with_input(extra={"type": "string"})}, "input.properties.extra: "),
    ],
)
def test_what_the_schema_of_tool_files_refuses_is_refused_at_its_place(tmp_path, change, place):
    (reason,) = reasons_for(tmp_path, entry(**change))
    assert reason.startswith(place)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a\nb", "input.properties.a\\u000ab.default: "),
        ("a\u202eb", "input.properties.a\\u202eb.default: "),
        ("https://u:pw@x.y/?token=abc", "input.properties.https://"),
        ("n" * 300, "input.properties.nnn"),
    ],
)
def test_a_strange_name_in_a_tool_file_is_told_in_one_line_without_secrets(tmp_path, name, told):
    broken = with_input(**{name: {"description": "x", "enum": ["a"], "default": "b"}})
    reason = reasons_for(tmp_path, entry(input=broken))[0]
    assert reason.startswith(told)
    assert reason.isprintable()
    assert len(reason) <= 240
    assert "pw@" not in reason
    assert "token" not in reason


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        (with_input(extra={"description": "x", "type": "strin"}), "input"),
        (with_input(extra={"description": "x", "pattern": "("}), "input"),
        (with_input(extra={"description": "x", "$ref": "http://127.0.0.1:9/x"}), "input: "),
        (
            with_input(extra={"description": "x", "enum": ["a"], "default": "b"}),
            "input.properties.extra.default: ",
        ),
        (with_input(required=["mdoe"]), 'input.required: "mdoe" is not among the properties'),
    ],
)
def test_a_broken_input_schema_is_refused(tmp_path, broken, place):
    reasons = reasons_for(tmp_path, entry(input=broken))
    assert reasons
    assert all(reason.startswith(place) for reason in reasons)


@pytest.mark.parametrize(
    ("price", "reasons"),
    [
        (
            {"rule": "by_value", "field": "mode", "credits": {"std": 1}},
            ['price.credits: no price for mode "pro"'],
        ),
        (
            {"rule": "by_value", "field": "mode", "credits": {"std": 1, "pro": 2, "ultra": 3}},
            ['price.credits: mode can never be "ultra"'],
        ),
        (
            {"rule": "by_value", "field": "quality", "credits": {"std": 1}},
            ['price.field: "quality" is not among the inputs'],
        ),
        (
            {"rule": "by_value", "field": "seconds", "credits": {"1": 1}},
            ['price.field: "seconds" needs an enum, or its values cannot all have a price'],
        ),
        (
            {"rule": "per_second", "seconds": "length", "credits": 1},
            ['price.seconds: "length" is not among the inputs'],
        ),
        (
            {"rule": "per_second", "seconds": "free", "credits": 1},
            [
                'price: "free" may be left out; require it or give it a default',
                'price.seconds: "free" needs a minimum of at least 1, or an enum, so that nothing costs 0',
            ],
        ),
        (
            {"rule": "per_second", "seconds": "mode", "field": "mode", "credits": {"std": 1, "pro": 2}},
            [
                'price.seconds: "mode" must be of type integer, so that every price is whole',
                'price.seconds: "mode" needs a minimum of at least 1, or an enum, so that nothing costs 0',
            ],
        ),
    ],
)
def test_a_gap_between_inputs_and_prices_is_refused(tmp_path, price, reasons):
    broken = entry(price=price, input=with_input(free={"description": "x", "type": "integer"}))
    assert reasons_for(tmp_path, broken) == reasons


def test_prices_by_number_and_by_switch_are_read(tmp_path):
    sizes = {"description": "x", "type": "integer", "enum": [10, 15], "default": 10}
    sound = {"description": "x", "type": "boolean", "default": False}
    for name, field in (("size", sizes), ("sound", sound)):
        credits_ = {"10": 1, "15": 2} if name == "size" else {"true": 1, "false": 2}
        price = {"rule": "by_value", "field": name, "credits": credits_}
        write(tmp_path, f"by-{name}.json", entry(price=price, input=with_input(**{name: field})))
    catalog = load_catalog([tmp_path])
    assert catalog.get("by-size").price_text == "1 (size 10), 2 (size 15)"
    assert catalog.get("by-sound").price_text == "1 (sound true), 2 (sound false)"


@pytest.mark.parametrize(
    ("gone", "instead"),
    [
        ("sora2-image-to-video-api", "veo3-image-to-video-fast-api"),
        ("sora2-text-to-video-api", "veo3-text-to-video-fast-api"),
        ("kling3-image-to-video-api", "veo3-image-to-video-fast-api"),
        ("seedream-v4-5-api", "seedream-v5-lite-api"),
    ],
)
def test_the_nearest_live_tool_does_the_same_work(gone, instead):
    catalog = load_catalog()
    nearest = catalog.nearest_live(catalog.get(gone))
    assert nearest is not None
    assert nearest.tool_type == instead


def test_no_tool_that_is_retired_or_without_a_price_stands_in(tmp_path):
    unknown = {"rule": "unknown", "text": "ask"}
    write(tmp_path, "a-video-api.json", entry(availability="retired"))
    write(tmp_path, "b-video-api.json", entry(availability="deprecated"))
    write(tmp_path, "c-video-api.json", entry(price=unknown))
    write(tmp_path, "d-video-api.json", entry(kind="image"))
    own = {name: tool for name, tool in load_catalog([tmp_path]).tools.items() if name not in SHIPPED}
    assert Catalog(tools=own).nearest_live(own["a-video-api"]) is None
