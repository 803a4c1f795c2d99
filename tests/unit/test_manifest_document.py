import gc
import json
from contextlib import suppress

import pytest

from fakes.problem_line import without_rule
from sora2batch.ground.problem import Position
from sora2batch.manifest.document import parse_document
from sora2batch.manifest.manifest_error import ManifestError


def load(text, file="m.yaml"):
    return parse_document(text.encode(), file=file)


def problems(text, file="m.yaml"):
    with pytest.raises(ManifestError) as caught:
        load(text, file)
    return [without_rule(problem) for problem in caught.value.problems]


def test_aspect_ratios_switches_and_dates_stay_text():
    text = "{a: 16:9, b: no, c: 2026-11-22, d: 1_000, e: [9:16, on]}"
    assert load(text).data == {
        "a": "16:9",
        "b": "no",
        "c": "2026-11-22",
        "d": "1_000",
        "e": ["9:16", "on"],
    }


def test_quoted_and_block_scalars_stay_text():
    assert load("a: '12'\nb: \"true\"\nc: |\n  3\nd: ! 4\n").data == {
        "a": "12",
        "b": "true",
        "c": "3\n",
        "d": "4",
    }


def test_keys_are_texts_as_written():
    assert load("2024: a\ntrue: b\n~: c\n!!str 1.0: d\n").data == {
        "2024": "a",
        "true": "b",
        "~": "c",
        "1.0": "d",
    }


def test_windows_line_ends_are_accepted():
    document = load("a: 1\r\nb:\r\n  - x\r\n")
    assert document.data == {"a": 1, "b": ["x"]}
    assert document.position(("b", 0)) == Position(3, 5)


def test_a_slip_is_found_where_lines_end_in_cr_alone():
    assert problems("a:1\rb: c\rd: 2\n") == problems("a:1\nb: c\nd: 2\n")
    assert problems("a:1\r\r\rb: c\r") == problems("a:1\n\n\nb: c\n")


def test_line_separators_of_unicode_are_ordinary_characters():
    document = load('a: x\u2028y\u2029z\x85 # c\u2028d\nb: "\\L\u2028"\n')
    assert document.data == {"a": "x\u2028y\u2029z\x85", "b": "\u2028\u2028"}
    assert document.position(("b",)) == Position(2, 4)


def test_an_explicit_key_wins_over_a_merged_one_wherever_it_stands():
    text = "b: &b {x: 1, y: 2}\nbefore: {x: 9, <<: *b}\nafter: {<<: *b, x: 9}\n"
    data = load(text).data
    assert data["before"] == data["after"] == {"x": 9, "y": 2}


def test_the_first_of_several_merged_mappings_wins():
    text = "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: [*a, *b]\nd:\n  <<: {x: 5}\n"
    data = load(text).data
    assert data["c"] == {"x": 1, "y": 3}
    assert data["d"] == {"x": 5}


def test_a_quoted_merge_key_is_an_ordinary_key():
    assert load("{'<<': 1}").data == {"<<": 1}


def test_what_an_anchor_names_is_shared():
    data = load("a: &a [1, &s x]\nb: *a\nc: *s\n").data
    assert data["a"] is data["b"]
    assert data["c"] == "x"


def test_the_last_anchor_of_a_name_counts():
    assert load("[&a 1, *a, &a 2, *a]").data == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "m.yaml:3:1: a: the key is already written in line 1"),
        ("a: {x: 1, x: 2}\n", "m.yaml:1:11: a.x: the key is already written in line 1"),
        (
            "a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n",
            "m.yaml:4:3: b.<<: the key is already written in line 3 (merge several with <<: [*a, *b])",
        ),
        ("a: {<<: 3}\n", "m.yaml:1:9: a.<<: << needs a mapping, an alias of one, or a list of these"),
        (
            "a:\n  - {{ x }}\n",
            'm.yaml:2:5: a[0]: {{ starts a mapping here (put a template in quotes: "{{ ... }}")',
        ),
        (
            "a: {{ x }} of\n",
            'm.yaml:1:4: a: {{ starts a mapping here (put a template in quotes: "{{ ... }}")',
        ),
        ("? [a]\n: b\n", "m.yaml:1:3: a list or a mapping cannot be a key; write a text"),
        ("a: &a x\n*a : y\n", "m.yaml:2:1: an alias cannot be a key; write the key out"),
        (
            "a: &base 1\nb: *bse\n",
            'm.yaml:2:4: b: no anchor &bse stands above this alias (did you mean "base"? Else put the text in quotes if no alias is meant)',
        ),
        ("a: &x [*x]\n", "m.yaml:1:8: a[0]: *x stands inside of &x itself; data cannot be endless"),
        ("b: &x 1\na: &x [*x]\n", "m.yaml:2:8: a[0]: *x stands inside of &x itself; data cannot be endless"),
        (
            "a: !!binary aGk=\n",
            'm.yaml:1:4: a: the tag !!binary is not allowed; a manifest is plain data, and a text that starts with "!" needs quotes',
        ),
        (
            "a: !!python/tuple [1]\n",
            'm.yaml:1:4: a: the tag !!python/tuple is not allowed; a manifest is plain data, and a text that starts with "!" needs quotes',
        ),
        (
            "!foo a: 1\n",
            'm.yaml:1:1: a: the tag !foo is not allowed; a manifest is plain data, and a text that starts with "!" needs quotes',
        ),
        ("a: .inf\n", "m.yaml:1:4: a: .inf is not a number that JSON can carry"),
        ("", "m.yaml:1:1: the file is empty"),
        ("# nothing\n", "m.yaml:1:1: the file is empty"),
        ("a: 1\n---\nb: 2\n", "m.yaml:2:1: a second document starts here; one file holds one document"),
        ("a: 1\n...\nb: 2\n", "m.yaml:3:1: the document has ended before this"),
        ("a:\n\tb: 1\n", "m.yaml:2:1: a tab is used for indentation (YAML wants spaces)"),
        ("a: |\n\tb\n", "m.yaml:2:1: a tab is used for indentation (YAML wants spaces)"),
        ("a: @b\n", 'm.yaml:1:4: a text without quotes cannot start with "@" (put it in quotes)'),
        ("a: *b* c\n", 'm.yaml:1:4: "*" starts an alias here (put the text in quotes)'),
        ("a: & b\n", 'm.yaml:1:4: "&" starts an anchor here (put the text in quotes)'),
        ("a: 'b\nc: 1\n", "m.yaml:1:4: the quoted text that starts here is never closed"),
        ("a: [1, 2\nb: 3\n", 'm.yaml:1:4: the list that starts here is not closed with "]"'),
        ("a: {b: 1\nc: 3\n", 'm.yaml:1:4: the mapping that starts here is not closed with "}"'),
        ("a: [1", 'm.yaml:1:4: the list that starts here is not closed with "]"'),
        ("a: [1,,2]\n", "m.yaml:1:7: a value is missing before this"),
        ("%YAML 3.0\n---\na: 1\n", "m.yaml:1:1: this YAML version is not known (remove the %YAML line)"),
        (
            "a: b: c\n",
            'm.yaml:1:5: a ":" with a space after it cannot stand here (put the text in quotes, or check the indentation)',
        ),
        ("- a\nb: 1\n", 'm.yaml:2:1: a list item "- " was expected here (check the indentation)'),
        (
            "a: - b\n",
            'm.yaml:1:4: a list item "- " cannot start here (begin the list on a line of its own, or put the text in quotes)',
        ),
    ],
)
def test_a_yaml_mistake_is_told_once_in_plain_words(text, expected):
    assert problems(text) == [expected]


def test_mistakes_before_a_syntax_error_are_told_with_it():
    assert problems("a: 1\na: 2\nb: [\n") == [
        "m.yaml:2:1: a: the key is already written in line 1",
        "m.yaml:4:1: the file ends here, but something is still open (close quotes, brackets and braces)",
    ]


def test_a_hundred_levels_are_taken_and_one_more_is_refused():
    assert load("a: " + "[" * 99 + "]" * 99).data
    assert problems("a: " + "[" * 100 + "]" * 100) == ["m.yaml:1:103: nested more than 100 levels deep"]


def test_a_hundred_levels_of_json_are_taken_and_one_more_is_refused():
    assert load("[" * 100 + "]" * 100).data
    assert problems("[" * 101 + "]" * 101) == ["m.yaml:1:101: nested more than 100 levels deep"]
    assert problems("[" * 200_000) == ["m.yaml:1:101: nested more than 100 levels deep"]


def test_aliases_cannot_build_deeper_than_a_hundred_levels():
    towers = [f"a0: &a0 {'[' * 40}x{']' * 40}"]
    towers += [f"a{n}: &a{n} {'[' * 40}*a{n - 1}{']' * 40}" for n in (1, 2)]
    assert problems("\n".join(towers)) == ["m.yaml:3:49: nested more than 100 levels deep"]


def test_an_alias_bomb_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    (problem,) = problems("\n".join(lines))
    assert "aliases make more than 100000 values out of the" in problem


def test_a_merge_bomb_is_refused():
    entries = ", ".join(f"k{n}: 1" for n in range(1000))
    text = f"a: &a {{{entries}}}\nb:\n" + "- <<: *a\n" * 1000
    (problem,) = problems(text)
    assert "aliases make more than" in problem


def test_many_aliases_of_a_small_thing_are_no_bomb():
    data = load("a: &a {x: 1, y: 2}\nb:\n" + "- {<<: *a, z: 1}\n" * 50_000).data
    assert data["b"][-1] == {"x": 1, "y": 2, "z": 1}


def test_json_escapes_and_tabs_are_read_as_json():
    document = load('{\n\t"a": "\\ud83d\\ude00\\/",\n\t"b": [1e5,\t-0, 0.5]\n}')
    assert document.data == {"a": "😀/", "b": [1e5, 0, 0.5]}
    assert document.position(("b", 2)) == Position(3, 17)
    assert document.key_position(("b",)) == Position(3, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1,\n "a": 2}', "m.yaml:2:2: a: the key is already written in line 1"),
        ('{"a": [1, NaN]}', "m.yaml:1:11: a[1]: NaN is not a number that JSON can carry"),
        ('{"a": -Infinity}', "m.yaml:1:7: a: -Infinity is not a number that JSON can carry"),
        ('[{"a": 1e999}]', "m.yaml:1:8: [0].a: 1e999 is too large a number"),
        ('{"a": "\\ud83d"}', "m.yaml:1:7: a: half of a surrogate pair (\\ud800 to \\udfff) is no character"),
        ('{"a": 1\n "b": 2}', "m.yaml:2:2: is not JSON: Expecting ',' delimiter"),
    ],
)
def test_a_json_mistake_is_told_at_its_place(text, expected):
    assert problems(text) == [expected]


def test_a_json_number_beyond_two_to_the_53_is_refused_however_long():
    for digits in ("9007199254740992", "1" * 5000):
        (problem,) = problems(f'{{"a": {digits}}}')
        assert problem.startswith("m.yaml:1:7: a: ")
        assert "9007199254740991" in problem


def test_escaped_keys_are_the_same_key():
    assert problems('{"a": 1, "\\u0061": 2}') == ["m.yaml:1:10: a: the key is already written in line 1"]


def test_yaml_that_only_looks_like_json_is_yaml():
    assert load("{a: 1, b: [x]}").data == {"a": 1, "b": ["x"]}
    assert load("[a,\n # comment\n b]\n").data == ["a", "b"]


def test_a_json_name_makes_json_of_a_scalar():
    assert load('"\\ud83d\\ude00"', file="x.json").data == "😀"


def test_a_value_stands_where_it_was_written_even_if_merged():
    document = load("a: &a {x: 1,\n  y: {z: 2}}\nb:\n  <<: *a\n  w: *a\nc: [1, *a]\n")
    assert document.data["b"]["x"] == 1
    assert document.position(("b", "x")) == Position(1, 11)
    assert document.key_position(("b", "x")) == Position(1, 8)
    assert document.position(("b", "w", "y", "z")) == Position(2, 10)
    assert document.key_position(("b", "w")) == Position(5, 3)
    assert document.position(("c", 1, "x")) == Position(1, 11)


def test_an_overridden_value_stands_where_it_wins():
    document = load("a: &a {x: 1}\nb:\n  <<: *a\n  x: 2\n")
    assert document.position(("b", "x")) == Position(4, 6)
    assert document.key_position(("b", "x")) == Position(4, 3)


def test_a_path_that_does_not_exist_is_placed_at_its_nearest_ancestor():
    document = load("a:\n  b: [1]\n")
    assert document.position(("a", "nope", 3)) == Position(2, 3)
    assert document.position(("a", "b", 7)) == Position(2, 6)
    assert document.position(("a", "b", 0, "deeper")) == Position(2, 7)
    assert document.key_position(("a", "nope")) == Position(2, 3)
    assert document.key_position(("nope", "b")) == Position(1, 1)
    assert document.key_position(()) == Position(1, 1)


def test_columns_count_characters():
    document = load("a: {é😀: [ü, x]}")
    assert document.key_position(("a", "é😀")) == Position(1, 5)
    assert document.position(("a", "é😀", 1)) == Position(1, 13)


@pytest.mark.parametrize("text", ["- some text\n" * 20_000, "- [\n" + "- some text\n" * 20_000])
def test_the_cyclic_collector_is_on_again_after_a_large_text(text):
    assert gc.isenabled()
    with suppress(ManifestError):
        load(text)
    assert gc.isenabled()


def test_a_long_json_list_is_the_same_as_json_says():
    data = [{"n": n, "t": "x" * (n % 7)} for n in range(2000)]
    assert load(json.dumps(data)).data == data
