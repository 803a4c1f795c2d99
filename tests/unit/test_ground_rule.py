"""Every rule has an id and a meaning; test_app_rules.py has a manifest that breaks it."""

import re
from pathlib import Path

import pytest

from fakes.matrix_case import HEAD, MemoryTree
from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.tool_file import ToolFileError, ToolFileReader
from sora2batch.ground.rule import Rule
from sora2batch.manifest.document import parse_document
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand

PACKAGE = Path(__file__).parent.parent.parent / "sora2batch"
JOB = "jobs: {a: {input: {prompt: fox}}}\n"
AXIS = "jobs: {a: {matrix: {x: {from: FILE}}, input: {prompt: '{{ x.a }}'}}}\n"


def told(text, name="x.csv", content="a\nb\n"):
    tree = MemoryTree({"batch.yaml": text, name: content})
    try:
        expansion = expand(load_manifest(Path("folder/batch.yaml"), tree=tree), load_catalog(), tree)
    except ManifestError as error:
        return [str(problem) for problem in error.problems]
    return expansion.notices


def test_a_data_file_that_is_not_there_is_told_so():
    (line,) = told(HEAD + AXIS.replace("FILE", "y.csv"))
    assert line.endswith(" [unreadable-file]")


def test_bytes_that_are_no_utf8_are_told_so():
    with pytest.raises(ManifestError) as caught:
        parse_document(b"\xff\xfea", file="m.yaml")
    assert caught.value.problems[0].rule is Rule.NOT_UTF8


def test_an_amount_that_may_be_a_thousand_times_another_is_told_so():
    (line,) = told("version: 1\ntool: sora2-text-to-video-api\nbudget: {max_credits: 12.000}\n" + JOB)
    assert line.endswith(" [ambiguous-number]")


def test_a_file_that_is_no_picture_is_told_so(tmp_path):
    (tmp_path / "x.jpg").write_text("fox")
    (tmp_path / "m.yaml").write_text(
        "version: 1\ntool: sora2-image-to-video-api\nbudget: {max_credits: 420}\n"
        "jobs: {a: {input: {prompt: fox, image: x.jpg}}}\n"
    )
    with pytest.raises(ManifestError) as caught:
        expand(load_manifest(tmp_path / "m.yaml"), load_catalog(), DiskTree(tmp_path))
    assert str(caught.value.problems[0]).endswith(
        'image is the path "x.jpg", and that file is no picture, video or sound (job a) [unusable-media]'
    )


def test_a_tool_file_has_rules_too():
    with pytest.raises(ToolFileError) as caught:
        ToolFileReader().read(b"{}", tool_type="x")
    assert {fault.rule for fault in caught.value.faults} == {Rule.MISSING_KEY}


def test_every_rule_is_used_in_the_program():
    program = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [rule.name for rule in Rule if f"Rule.{rule.name}" not in program] == []


def test_an_id_is_two_or_three_words_and_a_meaning_one_sentence():
    assert len({rule.meaning for rule in Rule}) == len(Rule)
    for rule in Rule:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){0,2}", rule), rule
        assert rule.name == rule.upper().replace("-", "_")
        assert re.fullmatch(r"[A-Z][^\n]{10,90}[.]", rule.meaning), rule.meaning


@pytest.mark.parametrize("word", ["template-hole", "[template-hole]", " Template-Hole ", "[TEMPLATE-HOLE]"])
def test_a_rule_is_meant_by_its_id_however_it_was_copied(word):
    assert Rule.meant_by(word) is Rule.TEMPLATE_HOLE
    assert Rule.meant_by(f"{word}x") is None
