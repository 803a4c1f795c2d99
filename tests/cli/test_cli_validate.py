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


SLIPS = """\
version: 1
tool: kling3-text-to-video-api
budget: {max_credits: 5000}
jobs:
  a:
    matrix: {shot: {from: shots.csv}}
    input:
      prompt: "A {{ shot.adjective }} fox in {{ shot.place }}"
  b:
    input:
      prompt: shot #3 of the fox
"""
SHOTS = "adjective,place\nred,{{ town }}\n,snow\n,\n"
HOLE = "the template leaves a hole, or two blanks in a row"
QUOTES = "a comment to YAML; put it in quotes if that belongs to it"
CELL = "it comes from a value of shot, and a value of an axis or a data file is no template"
NOTICES = [
    f'slips.yaml:11:20: jobs.b.input.prompt: the text ends before "#3 of the fox", {QUOTES} [unquoted-comment]',
    f'slips.yaml:8:15: jobs.a.input.prompt: "{{{{" stays as it is in what is sent: {CELL} (job a/1) [template-leftover]',
    f'slips.yaml:8:15: jobs.a.input.prompt: {HOLE}: "A  fox in snow" (job a/2) [template-hole]',
]


def test_slips_are_told_by_validate_plan_and_run_with_their_places(call, folder):
    (folder / "slips.yaml").write_text(SLIPS)
    (folder / "shots.csv").write_text(SHOTS)
    for path in ("slips.yaml", folder / "slips.yaml"):
        document = call("validate", path, "--json").document
        assert (document["valid"], [one["level"] for one in document["problems"]]) == (True, ["warning"] * 3)
        assert {one["file"] for one in document["problems"]} == {str(path)}
        assert call("plan", path, "--json").document["notices"] == NOTICES
    ran = call("validate", "slips.yaml")
    lines = [line.replace(" warning:", "") for line in ran.out.splitlines() if " warning: jobs." in line]
    assert (ran.code, lines) == (0, [*NOTICES[1:], NOTICES[0]])
    told = [f"warning: {notice}" for notice in NOTICES]
    assert [line for line in call("plan", "slips.yaml").out.splitlines() if "warning" in line] == told
    ran = call("run", "slips.yaml", "--simulate", "--no-wait")
    assert [line for line in ran.err.splitlines() if "warning" in line] == told


def test_strictly_a_warning_is_an_error(call, folder):
    (folder / "slips.yaml").write_text(SLIPS)
    (folder / "shots.csv").write_text(SHOTS)
    assert "slips.yaml: valid; 3 jobs" in call("validate", "slips.yaml").err
    ran = call("validate", "slips.yaml", "--strict", "--json")
    assert (ran.code, ran.document["valid"]) == (2, False)
    assert "slips.yaml: not valid; 3 jobs" in ran.err
    assert [(one["rule"], one["level"]) for one in ran.document["problems"]] == [
        ("template-leftover", "error"),
        ("template-hole", "error"),
        ("unquoted-comment", "error"),
    ]
    (folder / "slips.yaml").write_text(
        SLIPS + "lint: {ignore: [template-leftover, template-hole, unquoted-comment]}\n"
    )
    assert call("validate", "slips.yaml", "--strict").code == 0
    assert call("plan", "slips.yaml", "--json").document["notices"] == []


def test_conflict_marks_end_validate_plan_and_run_in_so_many_words(call, folder):
    (folder / "slips.yaml").write_text(SLIPS)
    (folder / "shots.csv").write_text(
        "adjective,place\n<<<<<<< HEAD\nred,snow\n=======\nred,rain\n>>>>>>> x\n"
    )
    for command in ("validate", "plan", "run"):
        ran = call(command, "slips.yaml")
        assert ran.code == 2
        assert "shots.csv:2:1: merge conflict marks at line 2: resolve them first" in ran.out + ran.err


def test_of_files_that_changed_those_manifests_are_checked_that_may_read_them(call, folder):
    for path in ("a/one.yaml", "a/b/two.yaml", "a/c/three.yaml", "four.yaml"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("jobs: {}\nbudget: {}\n")
    (folder / "a/notes.yaml").write_text("x: 1\n")

    def checked(*paths):
        document = call("validate", "--changed", "--json", *paths).document
        return {problem["file"] for problem in document["problems"]}

    assert checked("a/b/shots.csv") == {"a/b/two.yaml", "a/one.yaml", "four.yaml"}
    assert checked("a/c/three.yaml") == {"a/c/three.yaml"}
    assert checked("a/notes.yaml") == {"a/one.yaml", "four.yaml"}
    (folder / "four.yaml").unlink()
    ran = call("validate", "--changed", "notes.md", "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
