from __future__ import annotations

from pathlib import Path

import pytest

from fakes.matrix_case import HEAD, MemoryTree
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError

GROUP = "jobs:\n  g: {input: {prompt: x}}\n"


def sound(text):
    with pytest.raises(ManifestError) as caught:
        load_manifest(Path("batch.yaml"), tree=MemoryTree({"batch.yaml": text}))
    return caught.value.sound


def group_of(text):
    (group,) = sound(f"{HEAD}jobs:\n  g: {text}\n").groups
    return group


def test_a_missing_budget_and_version_leave_the_groups_whole():
    manifest = sound(f"tool: t\n{GROUP}")
    assert [(group.name, group.tool_type, group.is_whole) for group in manifest.groups] == [("g", "t", True)]


def test_a_bad_setting_goes_back_to_its_default():
    manifest = sound(f"{HEAD}run: {{concurrency: many, retries: 2}}\noutput: {{dir: 3}}\n{GROUP}")
    assert (manifest.run.concurrency, manifest.run.retries, manifest.output.dir) == (8, 2, "out/batch")
    assert manifest.groups[0].is_whole


@pytest.mark.parametrize("slip", ["repet: 2", "repeat: two"])
def test_a_slip_in_repeat_leaves_the_group_whole(slip):
    group = group_of(f"{{{slip}, input: {{prompt: x}}}}")
    assert (group.repeat, group.is_whole) == (1, True)


@pytest.mark.parametrize(
    "slip", ["matrx: {x: [1]}", "prompt: x", "matrix: {x: []}", "input: text", "sample: 3"]
)
def test_a_slip_that_other_fields_may_lean_on_leaves_the_group_in_part(slip):
    assert not group_of(f"{{{slip}}}").is_whole


def test_a_bad_axis_leaves_the_other_axes():
    group = group_of("{matrix: {x: [], y: {from: a.csv}}}")
    assert [axis.name for axis in group.matrix.axes] == ["y"]


@pytest.mark.parametrize("slip", ["vars: {loop: 1}", "defaults: {inputs: {}}", "varz: {a: b}"])
def test_a_slip_in_what_groups_share_leaves_every_group_in_part(slip):
    assert not sound(f"{HEAD}{slip}\n{GROUP}").groups[0].is_whole


@pytest.mark.parametrize("slip", ["tool: 3", "tol: veo3"])
def test_a_bad_tool_is_not_taken_for_the_manifests(slip):
    group = group_of(f"{{{slip}, input: {{prompt: x}}}}")
    assert (group.tool_type, group.is_whole) == ("", True)


def test_a_group_that_is_no_mapping_is_dropped_and_the_others_stay():
    manifest = sound(f"{HEAD}{GROUP}  h: text\n")
    assert [group.name for group in manifest.groups] == ["g"]


def test_a_group_with_a_bad_name_keeps_its_fields():
    (group,) = sound(f"{HEAD}jobs:\n  a b: {{input: {{prompt: x}}}}\n").groups
    assert (group.name, group.input, group.is_whole) == ("a b", {"prompt": "x"}, False)


def test_what_an_alias_shares_is_only_taken_out_where_it_is_wrong():
    text = f"{HEAD}vars: {{kept: &it {{repeat: no}}}}\njobs:\n  g: *it\n"
    assert sound(text).vars == {"kept": {"repeat": "no"}}


def test_nothing_is_left_of_what_is_no_mapping():
    assert sound("- 1\n") is None


def test_a_sound_manifest_keeps_its_whole_groups():
    tree = MemoryTree({"batch.yaml": HEAD + GROUP})
    assert load_manifest(Path("batch.yaml"), tree=tree).groups[0].is_whole
