"""A problem with a value points at the value, in the manifest or its data file, as well as at the template."""

import json

import pytest

from sora2batch.catalog.catalog import load_catalog
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand

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
