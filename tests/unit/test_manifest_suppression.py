"""What a manifest does not want to hear of: its ``lint:``, and its comments."""

from __future__ import annotations

import pytest

from fakes.matrix_case import HEAD, expand_text
from sora2batch.ground.problem import Fault, Position
from sora2batch.ground.rule import Level, Rule
from sora2batch.manifest.suppression import LintOptions, ignore_comments, judged

TOP = HEAD.count("\n")
HOLE = '{matrix: {x: ["", b]}, input: {prompt: "A {{ x }} fox"}}'


def rules(text, **files):
    return [finding.rule.value for finding in expand_text(text, **files).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b # sora2batch: ignore x", [(1, "x", (1, 27))]),
        ("a: b #sora2batch:ignore x,y-z", [(1, "x", (1, 25)), (1, "y-z", (1, 27))]),
        ("a: b # sora2batch: ignore x y -- it is meant", [(1, "x", (1, 27)), (1, "y", (1, 29))]),
        ("# sora2batch: ignore x\r\n\r\n# why\r\na: b", [(4, "x", (1, 22))]),
        ("# sora2batch: ignore x", [(1, "x", (1, 22))]),
        ("a: b # sora2batch: ignore", [(1, "", (1, 6))]),
        ("a: b # sora2batch: forget x", [(1, "", (1, 6))]),
    ],
)
def test_a_comment_is_about_its_line_or_else_about_the_next(text, expected):
    assert [tuple(comment) for comment in ignore_comments(text)] == expected


@pytest.mark.parametrize(
    "text", ["a: b", "a: b#sora2batch: ignore x", "a: sora2batch: ignore x", "# sora2batch"]
)
def test_other_texts_are_no_such_comment(text):
    assert ignore_comments(text) == ()


@pytest.mark.parametrize(
    "jobs",
    [
        f"  a: {HOLE}  # sora2batch: ignore template-hole\n",
        f"  # sora2batch: ignore no-jobs, template-hole -- it is meant\n  a: {HOLE}\n",
    ],
)
def test_a_comment_silences_a_rule_in_its_line_only(jobs):
    assert rules(f"jobs:\n{jobs}") == []
    assert rules(f"jobs:\n{jobs}  b: {HOLE.replace('fox', 'owl')}\n") == ["template-hole"]


def test_a_comment_where_a_data_file_is_named_is_about_all_that_is_in_it():
    text = "jobs:\n  a:\n    matrix:\n      s: {from: x.csv}%s\n    input: {prompt: '{{ s.n }} {{ s.i }}'}\n"
    csv = "i,n\n1,#N/A\n2,red\n"
    assert rules(text % "", x_csv=csv) == ["formula-error"]
    assert rules(text % "  # sora2batch: ignore formula-error", x_csv=csv) == []


def test_a_data_file_may_have_comments_of_its_own():
    text = "jobs: {a: {matrix: {x: {from: x.yaml}}, input: {prompt: '{{ x }}'}}}\n"
    assert rules(text, x_yaml="- b #1\n- c #2\n") == ["unquoted-comment"] * 2
    assert rules(text, x_yaml="- b #1\n# sora2batch: ignore unquoted-comment\n- c #2\n") == [
        "unquoted-comment"
    ]
    assert rules(text, x_yaml="- b # sora2batch: ignore unquoted\n") == ["unknown-rule"]


def test_the_manifest_can_silence_a_rule_everywhere():
    assert rules(f"jobs: {{a: {HOLE}}}\nlint: {{ignore: [template-hole]}}\n") == []


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        ("template-whole", 'there is no rule "template-whole" (did you mean "template-hole"?)'),
        ("wrong-type", "[wrong-type] is an error, and errors cannot be ignored"),
        ("", "a comment of this kind must name what it ignores (write # sora2batch: ignore ID)"),
    ],
)
def test_a_comment_that_can_silence_nothing_is_told(comment, told):
    (finding,) = expand_text(
        f"jobs: {{a: {{input: {{prompt: fox}}}}}}  # sora2batch: ignore {comment}\n"
    ).findings
    assert (finding.sentence, finding.rule, finding.position.line) == (told, Rule.UNKNOWN_RULE, TOP + 1)


def test_a_notice_can_be_made_a_warning_and_an_error_stays_one():
    notice = next(rule for rule in Rule if rule.level is not Level.ERROR)
    finding = Fault(rule=notice, message="is odd").at("m.yaml", Position(1, 1))
    (one,) = judged([finding], LintOptions(warn=frozenset({notice.value})), (), file="m.yaml")
    assert (finding.level, one.level) == (notice.level, Level.WARNING)
    assert one.line == f"m.yaml:1:1: warning: is odd [{notice}]"
