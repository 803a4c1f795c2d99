"""Names of every kind on the command line: files, groups, axes and values."""

from __future__ import annotations

import shlex

import pytest


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("spring (1).yaml", "spring-1"),
        ("été.yaml", None),
        ("e\u0301te\u0301.yaml", None),
        ("名前.yaml", None),
        ("हिन्दी.yaml", None),
        ("1.yaml", None),
        ("no.yaml", None),
        ("null.yml", None),
        ("a b.yml", "a-b"),
        ("x'y\".yaml", "x-y"),
        ("-x.yaml", "x"),
        ("..yaml", "batch"),
        ("# a.yaml", "a"),
        ("{{x}}.yaml", "x"),
        ("a: 1.yaml", "a-1"),
        ("(2).yaml", '"2"'),
        ("$HOME.yaml", "home"),
        ("🦊.yaml", None),
        ("x" * 150 + ".yaml", "x" * 64),
    ],
)
def test_init_writes_a_manifest_that_validates_whatever_its_name(call, folder, file, name):
    ran = call("init", "--", file)
    assert ran.code == 0
    line = next(line for line in ran.err.splitlines() if line.startswith("next: "))
    words = shlex.split(line.removeprefix("next: sora2batch "))
    assert (folder / words[1]).samefile(folder / file)
    assert call(*words, "--json").document["summary"]["jobs"] == 6
    assert call("validate", words[1]).code == 0
    written = [line for line in (folder / file).read_text().splitlines() if line.startswith("name:")]
    assert written == ([] if name is None else [f"name: {name}"])


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (".yaml", "name it something.yaml"),
        ("x" * 210 + ".yaml", "200 are the most"),
        ("a\nb.yaml", "without control"),
        ("a\u202eb.yaml", "without control"),
    ],
)
def test_init_refuses_a_name_that_nothing_can_be_done_with(call, folder, file, why):
    ran = call("init", file)
    assert ran.code == 2
    assert why in ran.err
    assert list(folder.iterdir()) == []


def test_everything_may_be_named_in_any_script(call, folder):
    """File, group, axis and variable; one letter's mark is one letter's difference."""
    (folder / "春.yaml").write_text(
        """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 5000}
vars: {場所: in the snow}
jobs:
  ヒーロー:
    matrix: {被写体: [ガラス, カラス], मौसम: [हिन्दी], exclude: [{被写体: カ\u3099ラス}]}
    input: {prompt: "{{ 被写体 }} {{ मौसम }} {{ 場所 }}"}
run: {poll_interval: 0.05}
""",
        encoding="utf-8",
    )
    ran = call("run", "春.yaml", "--simulate", "--where", "被写体=カラス", "--select", "ヒーロー/*")
    assert ran.code == 0
    assert (folder / "out/春.sim/ヒーロー/カラス/हिन्दी.mp4").is_file()
    assert (folder / "春.sim.lock.jsonl").is_file()
    assert call("status", "春.yaml", "--simulate").out.splitlines()[1].split()[:2] == [
        "completed",
        "ヒーロー/カラス/हिन्दी",
    ]
    refused = call("plan", "春.yaml", "--where", "被写体=ガラス")
    assert (refused.code, 'no job has this value; 被写体 is one of "カラス"' in refused.err) == (2, True)
