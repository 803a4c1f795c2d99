"""Every rule has an id, a meaning and a manifest that breaks it."""

import re
from pathlib import Path

import pytest

from fakes.matrix_case import HEAD, MemoryTree
from sora2batch.catalog.catalog import load_catalog
from sora2batch.catalog.tool_file import ToolFileError, ToolFileReader
from sora2batch.gallery.picks_fault import picks_faults
from sora2batch.ground.rule import Rule
from sora2batch.manifest.document import parse_document
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand

PACKAGE = Path(__file__).parent.parent.parent / "sora2batch"
JOB = "jobs: {a: {input: {prompt: fox}}}\n"
AXIS = "jobs: {a: {matrix: {x: {from: FILE}}, input: {prompt: '{{ x.a }}'}}}\n"

BROKEN = {
    # the rule, and what comes below the head of a manifest
    Rule.CONTROL_CHARACTER: "name: a\x01b\n",
    Rule.MERGE_CONFLICT: "<<<<<<< mine\nname: a\n",
    Rule.YAML_SYNTAX: "jobs: [\n",
    Rule.SEVERAL_DOCUMENTS: "---\na: 1\n",
    Rule.DUPLICATE_KEY: "tool: a\n",
    Rule.NO_KEY: "jobs: {[a]: {}}\n",
    Rule.UNQUOTED_TEMPLATE: "jobs: {a: {input: {prompt: {{ x }}}}}\n",
    Rule.UNQUOTED_TEXT: "name: &fox runs\n",
    Rule.UNQUOTED_COMMA: "jobs: {a: {input: {prompt: a fox, running}}}\n",
    Rule.UNQUOTED_COMMENT: "jobs:\n  a:\n    input:\n      prompt: shot #3 of a fox\n",
    Rule.BAD_TAG: "name: !!binary a\n",
    Rule.BAD_ALIAS: "name: *nobody\n",
    Rule.BAD_MERGE_KEY: "<<: a\n",
    Rule.TOO_MANY_ALIASES: "a: &a [{}]\n".format(", ".join("x" * 100))
    + "".join(f"{two}: &{two} [{', '.join([f'*{one}'] * 20)}]\n" for one, two in ("ab", "bc", "cd", "de")),
    Rule.TOO_DEEP: "vars: {a: " + "[" * 101 + "]" * 101 + "}\n",
    Rule.UNSAFE_VALUE: "vars: {a: 99999999999999999999}\n",
    Rule.UNKNOWN_KEY: JOB + "nmae: a\n",
    Rule.MISSING_KEY: "name: a\n",
    Rule.WRONG_TYPE: "jobs: 1\n",
    Rule.NOT_ALLOWED_VALUE: "jobs: {a: {input: {prompt: fox, mode: PRO}}}\n",
    Rule.OUT_OF_RANGE: "jobs: {a: {repeat: 0}}\n",
    Rule.BAD_TEXT: JOB + 'output: {dir: "a\\nb"}\n',
    Rule.TOO_LONG: f"name: {'x' * 101}\n",
    Rule.EMPTY_VALUE: "jobs: {}\n",
    Rule.BAD_NAME: "name: a b\n",
    Rule.BAD_FOLDER: JOB + "output: {dir: ~/clips}\n",
    Rule.UNKNOWN_TOOL: "jobs: {a: {tool: sora9, input: {prompt: fox}}}\n",
    Rule.UNKNOWN_INPUT: "jobs: {a: {input: {prompt: fox, seed: 1}}}\n",
    Rule.MISSING_INPUT: "jobs: {a: {input: {mode: std}}}\n",
    Rule.UNKNOWN_PRICE: "jobs: {a: {tool: image-lipsync-api, input: {image: 'https://a.b/c', audio: 'https://a.b/c'}}}\n",
    Rule.UNKNOWN_AXIS: "jobs: {a: {matrix: {x: [b], exclude: [{y: b}]}}}\n",
    Rule.MATRIX_TOO_LARGE: "jobs: {a: {matrix: {"
    + ", ".join(f"{axis}: {list(range(100))}" for axis in "xyzw")
    + "}, input: {prompt: fox}}}\n",
    Rule.DUPLICATE_REQUEST: "jobs: {a: {input: {prompt: fox}}, b: {input: {prompt: fox}}}\n",
    Rule.DUPLICATE_FILE: "jobs: {a: {input: {prompt: fox}}, b: {input: {prompt: owl}}}\noutput: {filename: x}\n",
    Rule.BAD_FILE_NAME: JOB + "output: {filename: ../x}\n",
    Rule.TEMPLATE_SYNTAX: "jobs: {a: {input: {prompt: '{{ x'}}}\n",
    Rule.TEMPLATE_FAILED: "vars: {x: fox}\njobs: {a: {input: {prompt: '{{ x + 1 }}'}}}\n",
    Rule.TEMPLATE_LIMIT: "jobs: {a: {input: {prompt: \"{{ 'x' * 900000000 }}\"}}}\n",
    Rule.UNDEFINED_NAME: "jobs: {a: {input: {prompt: '{{ fox }}'}}}\n",
    Rule.CIRCULAR_VARIABLE: "vars: {x: '{{ y }}', y: '{{ x }}'}\njobs: {a: {input: {prompt: '{{ x }}'}}}\n",
    Rule.TEMPLATE_LEFTOVER: "jobs: {a: {matrix: {x: ['{{ b }}']}, input: {prompt: '{{ x }}'}}}\n",
    Rule.CONFLICT_LEFTOVER: "jobs: {a: {input: {prompt: '<<<<<<< mine'}}}\n",
    Rule.IDLE_EXCLUDE: "jobs: {a: {matrix: {x: [b], exclude: [{x: c}]}, input: {prompt: '{{ x }}'}}}\n",
    Rule.NO_JOBS: "jobs: {a: {matrix: {x: [b], exclude: [{x: b}]}, input: {prompt: '{{ x }}'}}}\n",
    Rule.UNKNOWN_RULE: JOB + "# sora2batch: ignore template-whole\n",
    Rule.TEMPLATE_HOLE: "jobs: {a: {matrix: {x: ['']}, input: {prompt: 'a {{ x }} fox'}}}\n",
}
FILES = {
    # the rule, the name of a data file, and what is in it
    Rule.UNKNOWN_FILE_TYPE: ("x.txt", ""),
    Rule.EMPTY_FILE: ("x.yaml", ""),
    Rule.JSON_SYNTAX: ("x.jsonl", "{\n"),
    Rule.CSV_SYNTAX: ("x.csv", 'a\n"b\n'),
    Rule.NO_VALUES: ("x.csv", "a\n"),
    Rule.EMPTY_ROW: ("x.json", '[{"a": ""}]'),
    Rule.UNEVEN_ROW: ("x.csv", "a,b\nc\n"),
    Rule.UNNAMED_COLUMN: ("x.csv", "a,,b\nc,d,e\n"),
    Rule.FORMULA_ERROR: ("x.csv", "a\n#REF!\n"),
}
OTHERWISE = {
    Rule.UNREADABLE_FILE,
    Rule.NOT_UTF8,
    Rule.AMBIGUOUS_NUMBER,
    Rule.SCHEMA,
    Rule.TOO_MANY_PROBLEMS,
    Rule.UNKNOWN_JOB,
    Rule.CONTRADICTION,
    Rule.UNUSABLE_MEDIA,
}


def told(text, name="x.csv", content="a\nb\n"):
    tree = MemoryTree({"batch.yaml": text, name: content})
    try:
        expansion = expand(load_manifest(Path("folder/batch.yaml"), tree=tree), load_catalog(), tree)
    except ManifestError as error:
        return [str(problem) for problem in error.problems]
    return expansion.notices


@pytest.mark.parametrize("rule", BROKEN)
def test_a_manifest_that_breaks_a_rule_is_told_so(rule):
    assert any(line.endswith(f" [{rule}]") for line in told(HEAD + BROKEN[rule])), told(HEAD + BROKEN[rule])


@pytest.mark.parametrize("rule", FILES)
def test_a_data_file_that_breaks_a_rule_is_told_so(rule):
    name, content = FILES[rule]
    lines = told(HEAD + AXIS.replace("FILE", name), name, content)
    assert any(line.endswith(f" [{rule}]") for line in lines), lines


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


def test_picks_that_contradict_each_other_are_told_so():
    (fault,) = picks_faults([{"key": "a", "rating": 1}, {"key": "a", "rating": 2}])
    assert fault.rule is Rule.CONTRADICTION


def test_a_tool_file_has_rules_too():
    with pytest.raises(ToolFileError) as caught:
        ToolFileReader().read(b"{}", tool_type="x")
    assert {fault.rule for fault in caught.value.faults} == {Rule.MISSING_KEY}


def test_every_rule_is_broken_here_and_used_in_the_program():
    assert {*BROKEN, *FILES, *OTHERWISE} == set(Rule)
    program = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [rule.name for rule in Rule if f"Rule.{rule.name}" not in program] == []


def test_an_id_is_two_or_three_words_and_a_meaning_one_sentence():
    assert len({rule.meaning for rule in Rule}) == len(Rule)
    for rule in Rule:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){0,2}", rule), rule
        assert rule.name == rule.upper().replace("-", "_")
        assert re.fullmatch(r"[A-Z][^\n]{10,90}[.]", rule.meaning), rule.meaning
