"""What is wrong with a name or a value is told where the value, or the group, is written."""

from __future__ import annotations

import json
import re

import pytest

from fakes.matrix_case import expand_text, problems_of
from sora2batch.catalog.catalog import load_catalog
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand

INPUT = 'input: {prompt: "take {{ job.index }}"}'
FILENAME = 'output: {filename: "{{ job.key }}.mp4"}\n'


def told(matrix: str, *, end: str = "", **files: str) -> list[str]:
    return problems_of(f"jobs:\n  a:\n    matrix: {matrix}\n    {INPUT}\n{end}", **files)


@pytest.mark.parametrize("end", ["", FILENAME])
@pytest.mark.parametrize(
    ("matrix", "place"),
    [
        ("{x: [fox, con]}", "3:23: jobs.a.matrix.x[1]"),
        ("{x: [{id: nul}]}", "3:23: jobs.a.matrix.x[0].id"),
        ("{x: [{name: AUX}]}", "3:25: jobs.a.matrix.x[0].name"),
        ("{x: [com1], y: [1, 2]}", "3:18: jobs.a.matrix.x[0]"),
        ("{x: [{id: v1.}], y: [1]}", "3:23: jobs.a.matrix.x[0].id"),
        ("{x: [fox], include: [{x: {id: lpt9}}]}", "3:43: jobs.a.matrix.include[0].x.id"),
    ],
)
def test_a_value_that_no_file_can_be_called_is_pointed_at(matrix, place, end):
    (problem,) = told(matrix, end=end)
    assert problem.startswith(f"batch.yaml:{place}: the name of a file made of ")
    assert "(give it another id, such as {id: " in problem


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"s_csv": "id,n\nfox,1\n\ncon,2\n"}, "s.csv:4:1: [1].id"),
        ({"s_csv": 'id;n\r\n"fox\r\n";1\r\n;\r\n"con";2\r\n'}, "s.csv:5:1: [1].id"),
        ({"s_jsonl": '{"id": "fox"}\n\n{"id": "con"}\n'}, "s.jsonl:3:1: [1].id"),
        ({"s_yaml": "- id: fox\n- id: con\n"}, "s.yaml:2:7: [1].id"),
        ({"s_json": '["fox",\n "con"]'}, "s.json:2:2: [1]"),
    ],
)
def test_a_row_of_a_data_file_is_pointed_at(files, place):
    (name,) = files
    (problem,) = told(f"{{x: {{from: {name.replace('_', '.')}}}, y: [1, 2]}}", **files)
    assert problem.startswith(f'{place}: the name of a file made of "con" must not have a part "con": ')
    assert problem.endswith(" (job a/con/1 and 1 more job) (give it another id, such as {id: con-1})")


def test_the_reason_is_told_in_words():
    (problem,) = told("{x: [con]}")
    assert problem == (
        'batch.yaml:3:18: jobs.a.matrix.x[0]: the name of a file made of "con" must not have a part "con": '
        "Windows keeps that name for a device (job a/con) (give it another id, such as {id: con-1})"
    )


@pytest.mark.parametrize("label", ["con", "Con.txt", "aux.tar.gz", "v1.", "lpt1.", "con.."])
def test_an_id_that_is_proposed_is_one_that_a_file_can_have(label):
    (problem,) = told(f"{{x: [{{id: {label}, n: x}}]}}")
    proposed = problem.split("such as ")[1].removesuffix(")").replace("}", ", n: x}")
    assert expand_text(f"jobs:\n  a:\n    matrix: {{x: [{proposed}]}}\n    {INPUT}\n").jobs


def test_two_values_for_one_file_are_told_at_the_second():
    (problem,) = told("{x: [{id: clip}, {id: clip.mp4}]}")
    assert problem.startswith(
        "batch.yaml:3:35: jobs.a.matrix.x[1].id: jobs a/clip and a/clip.mp4 would both be written to "
    )
    assert problem.endswith('(give one of the two another id than "clip.mp4")')


def test_a_template_that_leaves_a_value_out_is_pointed_at_itself():
    (problem,) = told("{x: [fox, owl]}", end='output: {filename: "{{ job.group }}.mp4"}\n')
    assert problem.startswith("batch.yaml:5:20: output.filename: ")


def test_a_group_that_no_file_can_be_called_is_pointed_at():
    (problem,) = problems_of(f"jobs:\n  con:\n    matrix: {{x: [1]}}\n    {INPUT}\n")
    assert problem.startswith('batch.yaml:2:3: jobs.con: the file name "con/1" must not have a part "con"')
    assert problem.endswith("(job con/1) (give the group another name)")


def test_problems_of_one_template_come_in_the_order_of_their_values():
    text = "jobs:\n  a:\n    matrix: {s: [5, 99, 100]}\n    input: {prompt: x, duration: '{{ s }}'}\n"
    assert [re.search(r"duration is (\d+)", problem)[1] for problem in problems_of(text)] == [
        "5",
        "99",
        "100",
    ]


TWICE = "(remove one of the two, or use `repeat: 2` for two takes)"
UNUSED = "(use more of {{ x }} in the input, remove one of the two, or use `repeat: 2` for two takes)"


@pytest.mark.parametrize(
    ("matrix", "prompt", "place", "hint"),
    [
        ("{x: [fox, owl, fox]}", "{{ x }}", "batch.yaml:3:28: jobs.a.matrix.x[2]", TWICE),
        ("{x: [fox, owl]}", "A {x}", "batch.yaml:3:23: jobs.a.matrix.x[1]", UNUSED),
        ("{y: [1], x: [{id: a, n: 1}, {id: b, n: 1}]}", "{{ x.n }} x", "batch.yaml:3:46: jobs.a.matrix.x[1].id", UNUSED),
        ("{x: {from: s.csv}}", "{{ x.n }}", "s.csv:4:1: [2].id", UNUSED),
    ],
)  # fmt: skip
def test_a_request_that_is_made_twice_is_pointed_at_by_its_value(matrix, prompt, place, hint):
    text = f'jobs:\n  a:\n    matrix: {matrix}\n    input: {{prompt: "{prompt}"}}\n'
    (problem,) = problems_of(text, **({"s_csv": "id,n\na,x\nb,y\nc,x\n"} if "csv" in matrix else {}))
    assert problem.startswith(f"{place}: jobs a/")
    assert " are the same request" in problem
    assert problem.endswith(hint)


HEAD = "version: 1\ntool: kling3-text-to-video-api\nbudget: {max_credits: 90000}\njobs:\n  a:\n"
ROWS = [{"id": "fox", "mode": "pro"}, {"id": "owl", "mode": "PRO"}]
FILES = {
    "shots.csv": ('id,note,mode\nfox,"a, b",pro\nowl,"c, d",PRO\n', "3:12"),
    "shots.json": (json.dumps(ROWS, indent=1), "8:11"),
    "shots.yaml": ("- {id: fox, mode: pro}\n- id: owl\n  mode: PRO\n", "3:9"),
    "shots.jsonl": ("".join(f"{json.dumps(row)}\n" for row in ROWS), "2:1"),
}


def sources(folder, matrix, inputs):
    path = folder / "m.yaml"
    path.write_text(f"{HEAD}    matrix: {matrix}\n    input: {inputs}\n")
    with pytest.raises(ManifestError) as caught:
        expand(load_manifest(path), load_catalog(), DiskTree(folder))
    (problem,) = caught.value.problems
    assert problem.position.line == 7
    return [
        f"{one.file.removeprefix(f'{folder}/')}:{one.position.line}:{one.position.column}: {one.name}"
        for one in problem.sources
    ]


@pytest.mark.parametrize("name", FILES)
def test_a_value_of_a_data_file_is_pointed_at_in_its_row(tmp_path, name):
    text, place = FILES[name]
    (tmp_path / name).write_text(text)
    found = sources(tmp_path, f"{{shot: {{from: {name}}}}}", '{prompt: x, model_mode: "{{ shot.mode }}"}')
    assert found == [f"{name}:{place}: shot.mode"]


@pytest.mark.parametrize(
    ("matrix", "template", "value", "name"),
    [
        ("{q: [standard, PRO]}", "{{ q }}", "PRO", "q"),
        ("{q: [{m: pro}, {m: PRO}]}", "{{ q.m }}", "PRO", "q.m"),
        ("{q: [{m: pro}, {m: PRO}]}", "{{ q['m'] }}", "PRO", "q.m"),
        ("{q: [{m: pro}, {m: PRO}]}", "{% for x in [q] %}{{ x.m }}{% endfor %}", "{m: PRO", "q"),
        ("{q: [pro], include: [{q: PRO}]}", "{{ q }}", "PRO", "q"),
        ("{p: [1], q: [standard, PRO]}", "{{ q }}", "PRO", "q"),
    ],
)
def test_a_value_of_an_axis_is_pointed_at_in_the_manifest(tmp_path, matrix, template, value, name):
    found = sources(tmp_path, matrix, f'{{prompt: x, model_mode: "{template}"}}')
    column = f"    matrix: {matrix}".index(value) + 1
    assert found == [f"m.yaml:6:{column}: {name}"]


def test_a_value_that_reaches_a_field_by_way_of_a_variable_is_pointed_at_too(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text(
        HEAD.replace("jobs:", 'vars: {v: "{{ q }}"}\njobs:')
        + '    matrix: {q: [standard, PRO]}\n    input: {prompt: "x {{ q }}", model_mode: "{{ v }}"}\n'
    )
    with pytest.raises(ManifestError) as caught:
        expand(load_manifest(path), load_catalog(), DiskTree(tmp_path))
    assert [(one.position.line, one.name) for one in caught.value.problems[0].sources] == [(7, "q")]


def test_only_the_first_few_values_are_pointed_at(tmp_path):
    (tmp_path / "shots.csv").write_text("n\n" + "x\n" * 500)
    found = sources(tmp_path, "{shot: {from: shots.csv}}", '{prompt: x, duration: "{{ shot.n | int }}"}')
    assert found == [f"shots.csv:{line}:1: shot.n" for line in (2, 3, 4)]


def test_a_name_that_stands_for_nothing_blames_no_value(tmp_path):
    assert sources(tmp_path, "{q: [1, 2]}", '{prompt: "{{ q }} {{ nope }}"}') == []
