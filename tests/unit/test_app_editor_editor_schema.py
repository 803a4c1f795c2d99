import json

import jsonschema
import jsonschema_rs
import pytest

from sora2batch.app.editor.editor_schema import SCHEMA_ID, editor_schema, editor_schema_text
from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.input_check import InputChecker
from sora2batch.ground.schema import load_schema, schema_text

CATALOG = load_catalog()
SCHEMA = load_schema("manifest.schema.json")
FITS = jsonschema_rs.Draft7Validator(SCHEMA).is_valid


def parts(value):
    """Everything in a schema that is a mapping."""
    if isinstance(value, dict):
        yield value
        for inside in value.values():
            yield from parts(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from parts(inside)


def manifest(tool=None, own=None, defaults=None, **input):
    group = {"input": input} | ({"tool": own} if own else {})
    top = ({"tool": tool} if tool else {}) | ({"defaults": {"input": defaults}} if defaults else {})
    return {"version": 1, "budget": {"max_credits": 9}, "jobs": {"a": group}} | top


def test_what_ships_is_what_the_tool_files_say_today():
    assert schema_text("manifest.schema.json") == editor_schema_text(CATALOG), "run `make docs`"


def test_it_is_one_schema_in_one_dialect_with_an_id():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert (SCHEMA["$id"], SCHEMA["$schema"]) == (SCHEMA_ID, "http://json-schema.org/draft-07/schema#")
    inside = [part for part in parts(SCHEMA) if part is not SCHEMA]
    of_others = {"$schema", "$id", "$defs", "format", "media", "unevaluatedProperties"}
    assert not [part for part in inside if part.keys() & of_others]
    references = {part["$ref"] for part in inside if "$ref" in part}
    assert references
    for reference in references:
        found = SCHEMA
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def test_it_says_all_that_the_structure_says():
    """What the structure refuses is refused, whatever else is known."""
    structure = load_schema("manifest-structure.schema.json")
    assert SCHEMA["properties"].keys() == structure["properties"].keys()
    assert not FITS(manifest("veo3-text-to-video-fast-api", prompt="x") | {"zoom": 1})
    assert not FITS(manifest("veo3-text-to-video-fast-api", prompt="x") | {"vars": {"job": 1}})


@pytest.mark.parametrize("name", CATALOG.tools)
def test_a_tool_takes_its_fields_and_no_other_wherever_it_is_named(name):
    tool = CATALOG.tools[name]
    given = dict.fromkeys(tool.required, "{{ x }}")
    for document in (manifest(name, **given), manifest(own=name, **given), manifest(name, defaults=given)):
        assert FITS(document)
    for document in (
        manifest(name, **given, zoom=1),
        manifest(own=name, **given, zoom=1),
        manifest(name, defaults=given | {"zoom": 1}),
        manifest(own=name, defaults=given | {"zoom": 1}),
        manifest(name),
        manifest(own=name),
    ):
        assert not FITS(document)


def test_a_group_names_its_own_tool():
    fields = {"prompt": "x", "duration": 12}
    assert FITS(manifest("sora2-text-to-video-api", "kling3-text-to-video-api", **fields))
    assert not FITS(manifest("kling3-text-to-video-api", "sora2-text-to-video-api", **fields))
    assert not FITS(manifest("sora2", prompt="x"))


STRANGE = {
    "reference": {"$ref": "#/$defs/short"},
    "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    "sequence": {"prefixItems": [{"type": "string"}], "items": False},
    "condition": {"if": {"const": 1}, "then": False},
    "mapping": {"patternProperties": {"^a": True}, "additionalProperties": {"type": "integer"}},
    "choice": {"enum": [["a"], "b"]},
    "nested": {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False},
    "known": {"type": "integer", "readLength": 3, "x-note": "no keyword of any draft"},
    "größe/höhe 50%": {"type": "integer"},
}


def test_what_draft_7_reads_otherwise_is_left_to_the_program(tmp_path):
    tool = json.loads(schema_text("tools/veo3-text-to-video-fast-api.json"))
    del tool["output"]
    tool["input"] = {
        "type": "object",
        "properties": {name: {"description": "x", **schema} for name, schema in STRANGE.items()},
        "additionalProperties": False,
        "$defs": {"short": {"maxLength": 3}},
        "dependentRequired": {"choice": ["nested"]},
    }
    (tmp_path / "strange.json").write_text(json.dumps(tool))
    catalog = load_catalog([tmp_path])
    schema = editor_schema(catalog)
    jsonschema.Draft7Validator.check_schema(schema)
    fits = jsonschema_rs.Draft7Validator(schema).is_valid
    checker = InputChecker(catalog.get("strange"))
    values = (
        1,
        "a",
        "abcd",
        "{{ x }}",
        ["a"],
        ["a", "b"],
        ["{{ x }}"],
        {"a": 1},
        {"ab": "c"},
        {"b": "c"},
        {},
    )
    taken = [(name, value) for name in STRANGE for value in values if not checker.faults({name: value})]
    assert {name for name, _ in taken} == STRANGE.keys() - {"choice"}
    for name, value in (*taken, ("choice", "b"), *((name, "{{ x }}") for name in STRANGE)):
        assert fits(manifest("strange", **{name: value}))
    assert fits(manifest("strange", nested={"a": "{{ x }}"}))
    refused = (
        {"nested": {"a": "b"}},
        {"nested": {"b": 1}},
        {"known": "b"},
        {"größe/höhe 50%": "b"},
        {"other": 1},
    )
    assert [fields for fields in refused if fits(manifest("strange", **fields))] == []


def test_prices_stand_beside_tools_and_beside_the_values_that_decide():
    definitions = SCHEMA["definitions"]
    told = dict(zip(definitions["tool"]["enum"], definitions["tool"]["enumDescriptions"], strict=True))
    assert told.keys() == CATALOG.tools.keys()
    for name, tool in CATALOG.tools.items():
        assert told[name].startswith(f"{tool.title}. ")
        assert tool.price_text in told[name]
    fields = definitions["kling3-text-to-video-api.fields"]["properties"]
    assert fields["model_mode"]["anyOf"][0]["enumDescriptions"] == [
        "200 credits a second",
        "300 credits a second",
    ]
    assert "Credits: 200 a second (model_mode standard)" in fields["duration"]["description"]
