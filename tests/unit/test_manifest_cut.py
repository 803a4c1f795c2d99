"""A plain text of YAML that ends before `` #3``: cut short, if it was meant to go on."""

from __future__ import annotations

import pytest

from fakes.matrix_case import HEAD, expand_text
from sora2batch.manifest.cut import find_cuts

TOP = HEAD.count("\n")


def cuts(text):
    return [(cut.path, cut.position.line, cut.position.column, cut.tail) for cut in find_cuts(text, file="m")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a: shot #3 of the fox"], (("a",), 1, 9, "#3 of the fox")),
        (["a: fox \t#tag "], (("a",), 1, 9, "#tag")),
        (["a:", "- é", "- warm #FF0000 light"], (("a", 1), 3, 8, "#FF0000 light")),
        (["a: one", "  two #3"], (("a",), 2, 7, "#3")),
        (["a: #3 of the fox"], (("a",), 1, 4, "#3 of the fox")),
        (["{a: [b, c #3", "]}"], (("a", 1), 1, 11, "#3")),
        (["a: &x fox #3", "b: *x"], (("a",), 1, 11, "#3")),
        (["a: &x {q: fox #3", "}", "b: {<<: *x}"], (("a", "q"), 1, 15, "#3")),
        ([f"a: fox #{'3' * 50}"], (("a",), 1, 8, f"#{'3' * 39}...")),
    ],
)
def test_a_text_that_may_have_been_cut_is_found_at_its_comment(lines, expected, end):
    assert cuts(end.join([*lines, ""])) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "a: 10  # seconds",
        "a: 10 #seconds",
        "a: true #3",
        "a: text # words",
        'a: "text" #3',
        "a: 'shot #3'",
        "a: |\n  shot #3\nb: >\n  x #4\n",
        "a: http://x/#3",
        "#3\na: b\n  #3\nc: d",
        "a: #3\n  b: c",
        "a: [b, #3\n c]",
    ],
)
def test_a_comment_and_what_is_none_are_left_in_peace(text):
    assert cuts(text) == []


def test_a_notice_names_the_place_and_the_way_out():
    told = expand_text(
        "jobs:\n  a:\n    input:\n      prompt: shot #3 of the fox\n      duration: 10  # seconds\n"
    )
    way = "a comment to YAML; put it in quotes if that belongs to it"
    place = f"batch.yaml:{TOP + 4}:20: jobs.a.input.prompt"
    assert told.notices == (f'{place}: the text ends before "#3 of the fox", {way} [unquoted-comment]',)


def test_where_only_certain_words_can_stand_nothing_is_told():
    text = (
        "run: {retries: 5} #x\ndefaults:\n  input:\n    mode: std #cheap\n"
        "jobs:\n  a:\n    tool: sora2-text-to-video-api #old\n    input: {prompt: x}\n"
    )
    assert expand_text(text).notices == ()


def test_axes_variables_and_data_files_are_looked_at():
    text = (
        "vars:\n  v: a #1\njobs:\n  a:\n    matrix:\n      x:\n      - b #2\n      y: {from: y.yaml}\n"
        '    input: {prompt: "{{ v }}{{ x }}{{ y }}"}\n'
    )
    first, second, third = expand_text(text, y_yaml="- c #3\n").notices
    assert first.startswith(f"batch.yaml:{TOP + 2}:8: vars.v: the text ends before")
    assert second.startswith(f"batch.yaml:{TOP + 7}:11: jobs.a.matrix.x[0]: the text ends before")
    assert third.startswith('y.yaml:1:5: [0]: the text ends before "#3"')
