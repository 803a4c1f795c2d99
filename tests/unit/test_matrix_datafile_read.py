from __future__ import annotations

import pytest

from fakes.matrix_case import MemoryTree
from fakes.problem_line import without_rule
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.matrix.datafile.parse import parse_values
from sora2batch.matrix.datafile.read import DataFiles, has_known_ending


def values(name, content):
    return list(parse_values(content if isinstance(content, bytes) else content.encode(), file=name))


def problems(name, content):
    with pytest.raises(ManifestError) as caught:
        values(name, content)
    return [without_rule(problem) for problem in caught.value.problems]


def test_csv_gives_a_mapping_of_texts_for_each_row():
    content = '\ufeffid,prompt\r\n1,"A fox, red"\r\n\r\n   \r\n2,"two\nlines ""quoted"""\r\n'
    assert values("a.csv", content) == [
        {"id": "1", "prompt": "A fox, red"},
        {"id": "2", "prompt": 'two\nlines "quoted"'},
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "a.csv:1:1: is empty: a header line and a row are needed"),
        ("\n\nid\n", "a.csv:3:1: has a header but no row: an axis needs one value at least"),
        ("a,,b\n1,2,3\n", "a.csv:1:1: column 2 of the header has no name"),
        ("a,b,a\n1,2,3\n", 'a.csv:1:1: the header names "a" twice'),
        (
            'a,b\n1,"x\ny"\n1,2,3\n',
            'a.csv:4:1: the row has 3 fields, the header has 2: "a", "b" (a value with a',
        ),
        ("a,b\n\n1\n", 'a.csv:3:1: the row has 1 fields, the header has 2: "a", "b" (an empty value'),
        ('a\n"x"y\n', "a.csv:2:1: is not CSV:"),
        ('a\n"x\n\n', "a.csv:2:1: is not CSV:"),
    ],
)
def test_csv_that_cannot_be_is_refused_at_its_line(content, expected):
    assert problems("a.csv", content)[0].startswith(expected)


def test_every_bad_row_of_a_csv_file_is_told():
    assert len(problems("a.csv", "a,b\n1\n1,2\n1,2,3\n")) == 2


def test_json_lines_give_a_value_a_line():
    content = '\ufeff{"id": "fox"}\r\n\n  \n"text"\n[1, 2.5]\nnull'
    assert values("a.jsonl", content) == [{"id": "fox"}, "text", [1, 2.5], None]
    assert values("a.ndjson", "1\n2") == [1, 2]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1\n{x}\n", "a.jsonl:2:2: the line is not JSON:"),
        ("NaN", "a.jsonl:1:1: the line is not JSON:"),
        ('\n{"a": 1, "b": {"c": 1, "c": 2}}', 'a.jsonl:2:1: the key "c" stands twice in one mapping'),
        ("9007199254740993", "a.jsonl:1:1: the line holds a number or a text that JSON cannot carry safely"),
        ("[" * 200 + "]" * 200, "a.jsonl:1:1: the value is nested deeper than 100 levels"),
        ("[" * 90000, "a.jsonl:1:"),
        ("\n\n", "a.jsonl:1:1: is empty: an axis needs one value at least"),
        ('{"a": 1}\n{}\n', "a.jsonl:2:1: the row is empty: none of its fields has a value (remove it)"),
        ('{"a": "", "b": null, "c": " "}\n', "a.jsonl:1:1: the row is empty"),
        ('{"a": 1},\n', "a.jsonl:1:9: the line is not JSON:"),
    ],
)
def test_a_bad_line_of_json_is_refused_at_its_place(content, expected):
    assert problems("a.jsonl", content)[0].startswith(expected)


def test_every_bad_line_is_told():
    assert len(problems("a.jsonl", "x\n1\ny\n")) == 2


def test_lists_are_read_from_yaml_and_json():
    assert values("a.yaml", "- {id: fox, ratio: 16:9}\n- no\n") == [{"id": "fox", "ratio": "16:9"}, "no"]
    assert values("a.json", '[{"id": 1}, true]') == [{"id": 1}, True]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.yml", "id: fox\n", "a.yml:1:1: a data file must hold a list"),
        ("a.json", "[]", "a.json:1:1: the list is empty"),
        ("a.yaml", "- {a: 1, a: 2}\n", "a.yaml:1:10:"),
        ("a.yaml", "- {a: 1}\n- {}\n", "a.yaml:2:3: the row is empty: none of its fields has a value"),
        ("a.json", '[{"a": 1},\n {"a": null}]', "a.json:2:2: the row is empty"),
        ("a.yaml", "- a\n---\n- b\n", "a.yaml:2:1: a second document starts here; one file holds one"),
        ("a.json", '["fox", // the first\n "owl"]', "a.json:1:9: JSON has no comments"),
        ("a.json", '["fox" /* the first */, "owl"]', "a.json:1:8: JSON has no comments"),
        ("a.json", '// animals\n["fox"]', "a.json:1:1: JSON has no comments"),
        ("a.csv", b"id\n\xff\n", "a.csv:2:1:"),
        ("a.jsonl", b"1\n2\xff\n", "a.jsonl:2:2:"),
    ],
)
def test_other_files_that_cannot_be_are_refused_at_their_place(name, content, expected):
    assert problems(name, content)[0].startswith(expected)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("name", "lines", "expected"),
    [
        (
            "a.yaml",
            ["- |", "  x", "  y", '- "a', '  b"', "- c", "  d", "- >-", "  e", "", "  f"],
            ["x\ny\n", "a b", "c d", "e\nf"],
        ),
        ("a.json", ['["x",', '"a\\r\\n"]'], ["x", "a\r\n"]),
        ("a.jsonl", ['"x"', "", '"a\\r\\n"', ""], ["x", "a\r\n"]),
        ("a.csv", ["x", '"1', '2"', ""], [{"x": "1\n2"}]),
    ],
)
def test_a_checkout_with_other_line_ends_says_the_same(name, lines, expected, end):
    assert values(name, end.join(lines)) == expected


def test_a_comma_too_many_and_comments_of_yaml_do_no_harm_in_json():
    assert values("a.json", "[1, 2,] # two") == [1, 2]
    assert values("a.yaml", "[//cdn.example/x]") == ["//cdn.example/x"]


def test_a_value_of_nothing_is_one_where_it_was_written_alone():
    assert values("a.yaml", "- ~\n- noir\n") == [None, "noir"]


def test_a_file_is_read_once_and_its_bytes_are_hashed():
    tree = MemoryTree({"b.json": "[1]", "a.json": "[2]"})
    files = DataFiles(tree, lambda name: f"folder/{name}")
    assert files.values("b.json") == files.values("b.json") == (1,)
    assert files.values("a.json") == (2,)
    assert tree.reads == ["b.json", "a.json"]
    assert [name for name, _ in files.digests] == ["a.json", "b.json"]
    assert files.digests[1][1] == "080a9ed428559ef602668b4c00f114f1a11c3f6b02a435f0bdc154578e4d7f22"


def test_endings_are_known_in_upper_case_too():
    assert has_known_ending("folder/SHOTS.CSV")
    assert not has_known_ending("shots.xlsx")
    assert not has_known_ending("csv")
