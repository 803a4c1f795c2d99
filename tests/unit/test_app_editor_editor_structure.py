import jsonschema_rs
import pytest

from sora2batch.app.editor.editor_structure import editor_structure
from sora2batch.ground.schema import load_schema

STRUCTURE = editor_structure()
FITS = jsonschema_rs.Draft7Validator(STRUCTURE).is_valid
SHIPPED_FITS = jsonschema_rs.Draft7Validator(load_schema("manifest-structure.schema.json")).is_valid


def manifest(**more):
    return {"version": 1, "tool": "t", "budget": {"max_credits": 9}, "jobs": {"a": {}}} | more


@pytest.mark.parametrize(
    ("document", "is_good"),
    [
        (manifest(), True),
        (manifest(vars={"brand": 1}), True),
        (manifest(vars={"job": 1}), False),
        (manifest(jobs={"a b": {}}), False),
        (manifest(jobs={"a": {"matrix": {"x": [1]}}}), True),
        (manifest(jobs={"a": {"matrix": {"x": {"from": "a.csv"}}}}), True),
        (manifest(jobs={"a": {"matrix": {"if": [1]}}}), False),
        (manifest(jobs={"a": {"sample": {"method": "pairwise", "count": 1}}}), False),
        (manifest(zoom=1), False),
    ],
)
def test_it_judges_as_the_structure_does(document, is_good):
    assert FITS(document) is SHIPPED_FITS(document) is is_good


@pytest.mark.parametrize(
    "document",
    [
        manifest(vars={"<<": {}}),
        manifest(jobs={"a": {}, "<<": {}}),
        manifest(jobs={"a": {"matrix": {"x": [1], "<<": [2]}}}),
    ],
)
def test_a_merge_key_is_a_name_to_an_editor(document):
    assert FITS(document)


def test_an_example_that_is_a_mapping_is_yaml_in_what_is_told():
    budget = STRUCTURE["properties"]["budget"]
    assert "examples" not in budget
    assert budget["markdownDescription"].endswith("Example:\n\n```yaml\nmax_credits: 12000\n```")
    assert STRUCTURE["properties"]["name"]["examples"] == ["spring-campaign"]


def test_the_structure_itself_is_not_changed():
    editor_structure()["properties"].clear()
    assert editor_structure() == STRUCTURE
    assert "<<" not in str(load_schema("manifest-structure.schema.json"))
