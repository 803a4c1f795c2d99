import hashlib
import os
from pathlib import Path

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.ground.problem import Position
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.model import (
    Axis,
    FileAxis,
    OutputOptions,
    Pairwise,
    RandomDraw,
    RunOptions,
)
from sora2batch.manifest.tree import MissingFileError

SMALL = "version: 1\ntool: t\nbudget: {max_credits: 5}\njobs: {a: {}}\n"
FULL = """\
version: 1
name: spring-campaign
tool: sora2-image-to-video-api
budget: {max_credits: 12000}
vars: {brand: Aurora}
defaults:
  input: {mode: std, duration: 10, aspect_ratio: 16:9}
jobs:
  hero:
    matrix:
      subject:
        - {id: fox, noun: a red fox}
        - {id: owl, noun: an owl}
      quality: [std, pro]
      exclude:
        - {subject: owl, quality: pro}
      include:
        - {subject: {id: cat}, quality: std, extra: 1}
    sample: {method: random, count: 20, seed: 7}
    repeat: 2
    input: {prompt: "{{ subject.noun }}"}
  shots:
    tool: other-api
    matrix:
      shot: {from: data/shots.csv}
    sample: {method: pairwise}
run: {concurrency: 9, submit_concurrency: 3, submit_rate: 2, poll_interval: 0.5, timeout: 60, retries: 0, stop_after: 3}
output: {dir: clips, filename: "{{ job.key }}.mp4"}
"""


class MemoryTree:
    def __init__(self, **files):
        self.files = files

    def read(self, name):
        try:
            return self.files[name.removesuffix(".yaml")]
        except KeyError:
            raise MissingFileError(f"{name} is not there") from None


def load(text, name="m.yaml"):
    return load_manifest(Path("some") / name, tree=MemoryTree(**{name.removesuffix(".yaml"): text.encode()}))


def test_everything_that_is_written_arrives():
    manifest = load(FULL)
    hero, shots = manifest.groups
    assert manifest.name == "spring-campaign"
    assert manifest.max_credits == 12000
    assert manifest.vars == {"brand": "Aurora"}
    assert manifest.default_input == {"mode": "std", "duration": 10, "aspect_ratio": "16:9"}
    assert (hero.name, hero.tool_type, hero.repeat) == ("hero", "sora2-image-to-video-api", 2)
    assert hero.matrix.axes == (
        Axis(name="subject", values=({"id": "fox", "noun": "a red fox"}, {"id": "owl", "noun": "an owl"})),
        Axis(name="quality", values=("std", "pro")),
    )
    assert hero.matrix.exclude == ({"subject": "owl", "quality": "pro"},)
    assert hero.matrix.include == ({"subject": {"id": "cat"}, "quality": "std", "extra": 1},)
    assert hero.sample == RandomDraw(count=20, seed=7)
    assert hero.input == {"prompt": "{{ subject.noun }}"}
    assert (shots.tool_type, shots.repeat, shots.input) == ("other-api", 1, {})
    assert shots.matrix.axes == (FileAxis(name="shot", source="data/shots.csv"),)
    assert shots.sample == Pairwise()
    assert manifest.run == RunOptions(
        concurrency=9,
        submit_concurrency=3,
        submit_rate=2.0,
        poll_interval=0.5,
        timeout=60.0,
        retries=0,
        stop_after=3,
    )
    assert manifest.output == OutputOptions(dir="clips", filename="{{ job.key }}.mp4")


def test_what_is_not_written_has_its_default():
    manifest = load(SMALL)
    (group,) = manifest.groups
    assert manifest.name == "m"
    assert (manifest.vars, manifest.default_input) == ({}, {})
    assert (group.matrix, group.sample, group.repeat, group.input) == (None, None, 1, {})
    assert manifest.run == RunOptions()
    assert manifest.output == OutputOptions(dir="out/m", filename=None)


def test_a_whole_float_is_taken_for_a_whole_number():
    manifest = load(SMALL + "run: {concurrency: 3.0, timeout: 5}\n")
    assert (manifest.run.concurrency, type(manifest.run.concurrency)) == (3, int)
    assert type(manifest.run.timeout) is float


def test_the_digest_is_of_the_bytes_and_the_file_is_named_as_given():
    manifest = load(SMALL)
    assert manifest.digest == hashlib.sha256(SMALL.encode()).hexdigest()
    assert manifest.file == "m.yaml"
    assert manifest.document.file == "some/m.yaml"
    assert manifest.data_file("data/shots.csv") == "some/data/shots.csv"


def test_places_of_input_fields_can_be_asked_for():
    document = load(FULL).document
    assert document.position(("jobs", "hero", "input", "prompt")) == Position(21, 21)
    assert document.position(("defaults", "input", "duration")) == Position(7, 32)


def test_a_manifest_on_disk_is_read(tmp_path):
    path = tmp_path / "spring.yaml"
    path.write_text(SMALL)
    assert load_manifest(path).name == "spring"


def test_a_manifest_in_json_is_read(tmp_path):
    path = tmp_path / "m.json"
    path.write_text('{"version":1,\n\t"tool":"t","budget":{"max_credits":5},"jobs":{"a":{}}}')
    assert load_manifest(path).groups[0].name == "a"


def test_a_manifest_that_is_a_link_is_read(tmp_path):
    (tmp_path / "real").write_text(SMALL)
    (tmp_path / "m.yaml").symlink_to("real")
    assert load_manifest(tmp_path / "m.yaml").name == "m"


def test_a_missing_manifest_is_one_line_and_a_hint(tmp_path):
    with pytest.raises(UsageError, match=r"there is no manifest .*/no.yaml$") as caught:
        load_manifest(tmp_path / "no.yaml")
    assert "sora2batch init" in caught.value.hint


@pytest.mark.parametrize(
    ("given", "told"),
    [("spring.yml", "spring.yaml"), ("spring", "spring.yaml"), ("sprng.yaml", "spring.yaml")],
)
def test_of_a_missing_manifest_the_nearest_one_is_named(tmp_path, given, told):
    (tmp_path / "spring.yaml").write_text(SMALL)
    (tmp_path / "spring.csv").write_text("a\n")
    with pytest.raises(UsageError) as caught:
        load_manifest(tmp_path / given)
    assert caught.value.hint == f"did you mean {(tmp_path / told).as_posix()}?"


def test_a_folder_is_no_manifest(tmp_path):
    with pytest.raises(UsageError, match=r"cannot be read: it is a folder$"):
        load_manifest(tmp_path)


def test_a_path_below_a_file_is_no_manifest(tmp_path):
    (tmp_path / "a").write_text("x")
    with pytest.raises(UsageError, match="cannot be read"):
        load_manifest(tmp_path / "a" / "m.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_manifest(tmp_path):
    os.mkfifo(tmp_path / "m.yaml")
    with pytest.raises(UsageError, match=r"it is a pipe, no plain file$"):
        load_manifest(tmp_path / "m.yaml")


def test_a_device_is_no_manifest():
    with pytest.raises(UsageError, match=r"a manifest must be a file in a folder$"):
        load_manifest(Path(os.devnull))


def test_a_manifest_missing_in_its_tree_is_told_by_the_tree():
    with pytest.raises(MissingFileError):
        load_manifest(Path("m.yaml"), tree=MemoryTree())


def test_a_file_name_that_is_no_name_is_a_problem_unless_a_name_is_written():
    with pytest.raises(ManifestError) as caught:
        load(SMALL, name="my batch.yaml")
    (problem,) = caught.value.problems
    assert problem.path == ("name",)
    assert load(SMALL + "name: fine\n", name="my batch.yaml").output.dir == "out/fine"


def test_the_error_sums_up_and_lists_every_problem_in_order():
    with pytest.raises(ManifestError) as caught:
        load("version: 2\nbudget: {}\n")
    error = caught.value
    assert error.message == "some/m.yaml has 3 problems"
    assert error.exit_code == 2
    assert [problem.position.line for problem in error.problems] == [1, 1, 2]
    assert str(error).splitlines()[0] == error.message
    assert len(str(error).splitlines()) == 4
