from pathlib import Path

import jsonschema
import pytest

from sora2batch.ground.rule import Level, Rule
from sora2batch.ground.schema import load_schema
from sora2batch.manifest import messages as word
from sora2batch.manifest.model import RandomDraw, RunOptions

SCHEMA = load_schema("manifest-structure.schema.json")


def described(schema, path=""):
    """Every part of the schema that stands for a key or a value of a manifest."""
    for name, part in schema.get("properties", {}).items():
        if "title" in part or "type" in part:
            yield f"{path}.{name}", part
            yield from described(part, f"{path}.{name}")
    for keyword in ("additionalProperties", "items"):
        if isinstance(part := schema.get(keyword), dict):
            part = SCHEMA["definitions"][Path(part["$ref"]).name] if "$ref" in part else part
            yield f"{path}.<{keyword}>", part
            yield from described(part, f"{path}.<{keyword}>")
    for number, part in enumerate(schema.get("oneOf", ())):
        yield f"{path}|{number}", part
        yield from described(part, f"{path}|{number}")


PARTS = dict(described(SCHEMA))


def test_the_schema_is_a_schema():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert len(PARTS) > 30


@pytest.mark.parametrize("path", PARTS)
def test_every_key_has_a_title_a_description_and_valid_examples(path):
    part = PARTS[path]
    assert part["title"]
    assert part["description"].endswith(".")
    assert part["examples"]
    root = {"definitions": SCHEMA["definitions"], **part}
    for example in part["examples"]:
        jsonschema.Draft7Validator(root).validate(example)


@pytest.mark.parametrize("path", PARTS)
def test_every_mapping_says_whether_further_keys_may_stand_in_it(path):
    part = PARTS[path]
    if part.get("type") == "object":
        assert "additionalProperties" in part


def test_the_example_of_the_whole_validates():
    jsonschema.Draft7Validator(SCHEMA).validate(SCHEMA["examples"][0])


def test_the_schema_and_the_model_have_the_same_defaults():
    written = {name: part.get("default") for name, part in SCHEMA["properties"]["run"]["properties"].items()}
    standard = RunOptions()
    assert written == {name: getattr(standard, name) for name in RunOptions.__slots__}
    assert PARTS[".jobs.<additionalProperties>.sample.seed"]["default"] == RandomDraw(count=1).seed


def test_every_key_of_a_manifest_has_a_home_to_be_sent_to():
    names = {path.rsplit(".", 1)[-1] for path in PARTS if not path.endswith((">", "|0", "|1", "|2"))}
    assert names - set(word._HOMES) == set()


def test_no_reference_leads_out_of_the_file():
    references = []

    def visit(part):
        if isinstance(part, dict):
            references.extend([part["$ref"]] if "$ref" in part else [])
            for value in part.values():
                visit(value)
        elif isinstance(part, list):
            for value in part:
                visit(value)

    visit(SCHEMA)
    assert references
    assert all(reference.startswith("#/definitions/") for reference in references)


def test_lint_can_name_every_rule_that_is_no_error():
    lenient = [rule.value for rule in Rule if rule.level is not Level.ERROR]
    assert SCHEMA["definitions"]["lint_rule"]["enum"] == lenient
