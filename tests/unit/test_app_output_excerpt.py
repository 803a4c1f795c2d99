"""A problem is shown with its line and a caret under the place; nothing on the way makes it fail."""

import pytest

from sora2batch.app.output.excerpt import in_order, problem_lines
from sora2batch.ground.problem import Position, Problem, Source
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import visible


def shown(folder, text, line, column, **more):
    path = folder / "m.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    problem = Problem(
        file=str(path), position=Position(line, column), rule=Rule.WRONG_TYPE, message="is wrong", **more
    )
    return list(problem_lines([problem]))[1:]


@pytest.mark.parametrize(
    ("text", "line", "column", "excerpt"),
    [
        ("a: 1\nb: PRO\n", 2, 4, ["    2 | b: PRO", "      |    ^"]),
        ("\tb: x\n", 1, 5, ["    1 |     b: x", "      |        ^"]),
        ("b: 東京 x\n", 1, 7, ["    1 | b: 東京 x", "      |         ^"]),
        ("b: e\u0301 x\n", 1, 7, ["    1 | b: e\u0301 x", "      |      ^"]),
        ("b: का x\n", 1, 7, ["    1 | b: का x", "      |      ^"]),
        ("b: \u200bx\n", 1, 5, ["    1 | b: \\u200bx", "      |          ^"]),
        ("a: 1\r\nb: 2\r\n", 2, 1, ["    2 | b: 2", "      | ^"]),
        ("\ufeffa: 1\n", 1, 4, ["    1 | a: 1", "      |    ^"]),
        ("a: 1\n", 1, 5, ["    1 | a: 1", "      |     ^"]),
        ("a: 1\n\n", 2, 1, []),
        ("a: 1\n", 99, 1, []),
        (b"a: \xff\n", 1, 4, ["    1 | a: \ufffd", "      |    ^"]),
    ],
)
def test_the_caret_stands_under_the_column(tmp_path, text, line, column, excerpt):
    assert shown(tmp_path, text, line, column) == excerpt


@pytest.mark.parametrize("column", [1, 50, 500, 999])
@pytest.mark.parametrize("letter", ["x", "東"])
def test_a_long_line_is_cut_around_the_caret(tmp_path, column, letter):
    text = letter * (column - 1) + "!" + letter * (1000 - column)
    line, caret = shown(tmp_path, text, 1, column)
    assert len(caret) < 80
    before = line[: line.index("!")]
    assert caret.index("^") == sum(2 if one == "東" else 1 for one in before)
    assert len(line) <= 110


def test_a_url_s_secrets_are_not_shown(tmp_path):
    text = "image: https://user:pw@h.example/a.jpg?X-Amz-Signature=abcdef\n"
    assert "abcdef" not in str(shown(tmp_path, text, 1, 8))
    assert "pw@" not in str(shown(tmp_path, text, 1, 8))


def test_whatever_keys_and_names_hold_a_problem_is_one_line_that_steers_nothing():
    hostile = "x\n::error::y\x1b[31m\u202e\udcff"
    place = Position(1, 1)
    source = Source(file=hostile, position=place, name=hostile)
    problem = Problem(
        file=hostile, position=place, path=(hostile,), rule=Rule.BAD_NAME, message=hostile, sources=(source,)
    )
    told = list(problem_lines([problem]))
    assert len(told) == 2
    assert all(line.isprintable() and not line.startswith("::") for line in told)
    assert r"x\u000a::error::y\u001b[31m\u202e\udcff" in told[0]


@pytest.mark.parametrize("name", ["absent.yaml", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_not_shown(tmp_path, name):
    problem = Problem(
        file=f"{tmp_path}/{name}", position=Position(1, 1), rule=Rule.WRONG_TYPE, message="is wrong"
    )
    assert list(problem_lines([problem])) == [visible(str(problem))]


def test_where_the_value_comes_from_is_shown_below(tmp_path):
    (tmp_path / "shots.csv").write_text("id,mode\nfox,PRO\n")
    source = Source(file=str(tmp_path / "shots.csv"), position=Position(2, 5), name="shot.mode")
    lines = shown(tmp_path, "mode: x\n", 1, 7, sources=(source,))
    assert lines[2:] == [f"  from {tmp_path}/shots.csv:2:5: shot.mode", "    2 | fox,PRO", "      |     ^"]


def test_of_a_flood_the_first_are_shown_and_the_rest_is_counted():
    flood = [
        Problem(file="m.yaml", position=Position(at, 1), rule=Rule.WRONG_TYPE, message="is wrong")
        for at in range(1, 85)
    ]
    lines = list(problem_lines(flood))
    assert lines[:2] == ["m.yaml:1:1: is wrong [wrong-type]", "m.yaml:2:1: is wrong [wrong-type]"]
    assert (len(lines), lines[-1]) == (51, "… and 34 more (--json lists all)")


def test_problems_are_sorted_by_place_and_told_once():
    def at(file, line, column):
        return Problem(file=file, position=Position(line, column), rule=Rule.WRONG_TYPE, message="is wrong")

    mixed = [at("b", 1, 1), at("a", 10, 2), at("a", 9, 3), at("a", 10, 1), at("a", 9, 3)]
    assert in_order(mixed) == (at("a", 9, 3), at("a", 10, 1), at("a", 10, 2), at("b", 1, 1))
