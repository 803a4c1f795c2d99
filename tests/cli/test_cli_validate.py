"""Every problem is reported at once, also when kinds mix."""

import pytest

MIXED = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 5}
jobs:
  a: {input: {prompt: x, mode: PRO}}
  b: {input: {prompt: y, mood: 1}, repet: 2}
  c: {tool: sora3, input: {prompt: z}}
  d: {input: {prompt: "{{ nope }}"}}
  e: {matrix: {x: {from: no.csv}}, input: {prompt: q, duration: 12}}
"""
PLACES = [
    (5, 32, "jobs.a.input.mode"),
    (6, 26, "jobs.b.input.mood"),
    (6, 36, "jobs.b.repet"),
    (7, 13, "jobs.c.tool"),
    (8, 23, "jobs.d.input.prompt"),
    (9, 26, "jobs.e.matrix.x.from"),
    (9, 65, "jobs.e.input.duration"),
]


@pytest.fixture
def places(call, tmp_path):
    def validate(text):
        path = tmp_path / "mixed.yaml"
        path.write_text(text, encoding="utf-8")
        ran = call("validate", path, "--json")
        assert (ran.code, ran.document["valid"]) == (2, False)
        return [(one["line"], one["column"], one["path"]) for one in ran.document["problems"]]

    return validate


def test_problems_of_every_kind_are_reported_at_once(places):
    assert places(MIXED) == PLACES


def test_a_missing_budget_hides_nothing_and_nothing_is_told_twice(places):
    found = places(MIXED.replace("budget: {max_credits: 5}", "name: mixed"))
    assert found == [(1, 1, "budget"), *PLACES]


def test_a_misspelled_matrix_makes_no_further_problems(places):
    text = MIXED.partition("jobs:")[0] + 'jobs:\n  a: {matrx: {x: [1]}, input: {prompt: "{{ x }}"}}\n'
    assert places(text) == [(5, 7, "jobs.a.matrx")]
