"""What a merge left in a manifest, a data file or a picks file, and what only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.problem_line import without_rule
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.matrix.datafile.parse import parse_values
from sora2batch.picks.picks import read_picks

HEAD = "version: 1\ntool: x\nbudget: {max_credits: 1}\njobs:\n"


def problems(call, *arguments, **named):
    with pytest.raises(ManifestError) as caught:
        call(*arguments, **named)
    return [without_rule(problem) for problem in caught.value.problems]


def conflict(ours, theirs, end="\n"):
    return end.join(["<<<<<<< HEAD", ours, "=======", theirs, ">>>>>>> branch", ""])


ROWS = {
    "a.csv": ("a\n", "1", "2"),
    "b.csv": ('a\n"\n', 'x"', 'y"'),
    "a.json": ("[\n", "1]", "2]"),
    "a.jsonl": ("1\n", "2", "3"),
    "a.ndjson": ("1\n", "2", "3"),
    "a.yaml": ("- a\n", "- b", "- c"),
    "a.yml": ("- |\n", "  b", "  c"),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ROWS)
def test_a_data_file_with_conflict_marks_is_refused_in_so_many_words(name, end):
    head, ours, theirs = ROWS[name]
    line = head.count("\n") + 1
    text = head.replace("\n", end) + conflict(ours, theirs, end)
    expected = [f"{name}:{line}:1: merge conflict marks at line {line}: resolve them first"]
    assert problems(parse_values, text.encode(), file=name) == expected


@pytest.mark.parametrize(
    "rest", ["<<<<<<< HEAD", "<<<<<<<", "||||||| base", "|||||||", "=======", ">>>>>>> a b", ">>>>>>>"]
)
@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.yaml"])
def test_a_mark_that_was_left_behind_is_enough(name, rest):
    head, ours, _ = ROWS[name]
    for text in (f"{head}{ours}\n{rest}\n", f"{head}{ours}\n{rest}"):
        (problem,) = problems(parse_values, text.encode(), file=name)
        assert problem.endswith(": resolve them first")


def test_a_manifest_and_a_picks_file_are_refused_alike(tmp_path: Path):
    manifest, picks = tmp_path / "m.yaml", tmp_path / "picks.json"
    manifest.write_text(HEAD + conflict("  a: {}", "  b: {}"))
    picks.write_text('{"picks": [\n' + conflict('{"key": "a"}', '{"key": "b"}') + "]}")
    assert problems(load_manifest, manifest) == [
        f"{manifest}:5:1: merge conflict marks at line 5: resolve them first"
    ]
    assert problems(read_picks, picks) == [f"{picks}:2:1: merge conflict marks at line 2: resolve them first"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "a\nx ======= y\n", [{"a": "x ======= y"}]),
        ("a.csv", 'a\n"Title\n=======\nText"\n', [{"a": "Title\n=======\nText"}]),
        ("a.csv", 'a\n"======="\n', [{"a": "======="}]),
        ("a.csv", "a,b\n========,x\n=======,y\n", [{"a": "========", "b": "x"}, {"a": "=======", "b": "y"}]),
        ("a.csv", "a\n<<<<<<<<\n>>>>>>>x\n", [{"a": "<<<<<<<<"}, {"a": ">>>>>>>x"}]),
        ("a.yaml", "- |\n  Title\n  =======\n  <<<<<<< x\n", ["Title\n=======\n<<<<<<< x\n"]),
        ("a.yaml", "- ======= x\n", ["======= x"]),
        ("a.json", '["=======",\n "<<<<<<< HEAD"]', ["=======", "<<<<<<< HEAD"]),
    ],
)
def test_what_only_looks_like_a_mark_is_a_value(name, text, expected):
    assert list(parse_values(text.encode(), file=name)) == expected
