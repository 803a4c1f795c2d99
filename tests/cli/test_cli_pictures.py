"""Pictures from the folder: found, planned, compared, bound by saved plans."""

from __future__ import annotations

import subprocess

import pytest

from fakes.pictures import picture

TEXT = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 10000}
jobs:
  hero:
    matrix:
      product: {from: "images/*.jpg"}
      exclude: [{product: owl}]
    input:
      prompt: "{{ product.name }}, {{ product.width }} by {{ product.height }}{{ product.suffix }}"
      image: "{{ product.path }}"
  one:
    input: {prompt: one, image: images/owl.jpg}
"""


@pytest.fixture
def pictures(folder):
    (folder / "images").mkdir()
    for name, size in {"fox": (32, 16), "owl": (16, 32), "red cat": (24, 24)}.items():
        picture(folder, f"images/{name}.jpg", (200, 0, 0), size)
    (folder / "pictures.yaml").write_text(TEXT)
    return folder / "pictures.yaml"


def jobs_of(call, *more):
    return {job["key"]: job for job in call("plan", "pictures.yaml", "--json", *more).document["jobs"]}


def test_an_axis_of_pictures_knows_names_and_sizes_and_is_labelled_by_the_stem(pictures, call):
    jobs = jobs_of(call)
    assert {key: job["input"]["prompt"] for key, job in jobs.items()} == {
        "hero/fox": "fox.jpg, 32 by 16.jpg",
        "hero/red-cat": "red cat.jpg, 24 by 24.jpg",
        "one": "one",
    }
    assert jobs["hero/fox"]["input"]["image"].keys() == {"file", "sha256"}
    assert jobs["hero/fox"]["input"]["image"]["file"] == "images/fox.jpg"


def test_moving_and_touching_a_picture_changes_no_fingerprint_and_a_byte_changes_one(pictures, folder, call):
    before = jobs_of(call)
    (folder / "images/owl.jpg").rename(folder / "bird.png")
    (folder / "images/fox.jpg").touch()
    pictures.write_text(
        TEXT.replace("image: images/owl.jpg", "image: bird.png").replace("exclude", "# exclude")
    )
    assert {key: job["fingerprint"] for key, job in jobs_of(call).items()} == {
        key: job["fingerprint"] for key, job in before.items()
    }
    with (folder / "images/fox.jpg").open("ab") as file:
        file.write(b"x")
    after = jobs_of(call)
    assert [key for key in after if after[key]["fingerprint"] != before[key]["fingerprint"]] == ["hero/fox"]


def test_a_saved_plan_is_stale_once_a_picture_is_another_one(pictures, folder, call):
    assert call("plan", "pictures.yaml", "--out", "saved.json").code == 0
    picture(folder, "images/fox.jpg", (0, 0, 200), (32, 16))
    ran = call("run", "--plan", "saved.json", "--yes")
    assert ran.code == 2
    assert "stale plan" in ran.err
    assert "images/fox.jpg" in ran.err


def test_a_plan_against_a_base_tells_that_the_picture_changed(pictures, folder, call):
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    who = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    subprocess.run(["git", *who, "commit", "-q", "-m", "x"], cwd=folder, check=True)
    picture(folder, "images/fox.jpg", (0, 0, 200), (32, 16))
    picture(folder, "images/new.jpg", (0, 200, 0), (32, 16))
    base = call("plan", "pictures.yaml", "--base", "HEAD", "--json").document["base"]
    assert [one["key"] for one in base["replaced"]] == ["hero/fox"]
    assert base["added"] == ["hero/new"]
    told = call("plan", "pictures.yaml", "--base", "HEAD", "--format", "markdown").out
    assert "input.image: the picture changed" in told


def test_everything_that_is_wrong_with_files_is_told_at_once_with_its_place(pictures, folder, call):
    (folder / "notes.jpg").write_text("no picture")
    (folder / "many.jpg").write_bytes(b"\xff\xd8\xff" + bytes(31 * 2**20))
    pictures.write_text(
        TEXT
        + """\
  gone: {input: {prompt: gone, image: images/fix.jpg}}
  words: {input: {prompt: words, image: notes.jpg}}
  out: {input: {prompt: out, image: ../x.jpg}}
  large: {input: {prompt: large, image: many.jpg}}
"""
    )
    ran = call("validate", "pictures.yaml")
    assert ran.code == 2
    lines = [
        line for line in ran.err.splitlines() + ran.out.splitlines() if line.startswith("pictures.yaml:")
    ]
    assert [(line.partition(": ")[0], line.rpartition(" ")[2]) for line in lines] == [
        ("pictures.yaml:14:39", "[unreadable-file]"),
        ("pictures.yaml:15:41", "[unusable-media]"),
        ("pictures.yaml:16:37", "[unreadable-file]"),
        ("pictures.yaml:17:41", "[unusable-media]"),
    ]
    assert 'did you mean "images/fox.jpg"?' in lines[0]
    assert "31 MiB" in lines[3] or "31.1 MiB" in lines[3]


def test_a_pattern_that_finds_nothing_is_told(pictures, call):
    pictures.write_text(TEXT.replace("images/*.jpg", "images/*.JPG"))
    ran = call("plan", "pictures.yaml")
    assert ran.code == 2
    assert '"images/*.JPG" finds no file' in ran.err
    assert "upper and lower case are different" in ran.err


def test_a_real_run_without_a_store_is_refused_before_anything_is_asked(pictures, call, api):
    api()
    ran = call("run", "pictures.yaml", "--yes")
    assert ran.code == 2
    assert "no store is configured" in ran.err
    assert "images/fox.jpg" in ran.err


def test_a_manifest_is_written_for_the_pictures_of_a_folder(folder, call):
    picture(folder, "shots/images/fox.jpg")
    picture(folder, "shots/images/owl 2.PNG")
    picture(folder, "shots/images/zorro, a copy.jpg")
    (folder / "shots/images/cat.heic").write_text("x")
    (folder / "shots/images/notes.txt").write_text("x")
    ran = call("init", "campaign.yaml", "--from-folder", "shots/images/")
    assert ran.code == 0
    assert '"cat.heic"' in ran.err
    assert 'byte for byte: "shots/images/zorro, a copy.jpg"' in ran.err
    jobs = call("plan", "campaign.yaml", "--json").document
    assert [job["key"] for job in jobs["jobs"]] == ["hero/fox", "hero/owl-2"]
    assert [job["input"]["image"]["file"] for job in jobs["jobs"]] == [
        "shots/images/fox.jpg",
        "shots/images/owl 2.PNG",
    ]
    assert jobs["summary"]["credits"]["remaining"] == 0
    tool = "sora2-image-to-video-api"
    assert call("init", "shots/s.yaml", "--tool", tool, "--from-folder", "shots/images").code == 0
    assert [
        job["input"]["aspect_ratio"] for job in call("plan", "shots/s.yaml", "--json").document["jobs"]
    ] == ["16:9"] * 2


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--from-folder", "nowhere"], "there is no such folder"),
        (["--from-folder", "."], "there is no picture in it"),
        (["--from-folder", ".."], "the manifest's folder, or below it"),
        (["--from-folder", "bad"], '"bad/x.jpg" is no picture'),
        (["--from-folder", "bad"], '"bad/y.PNG" is empty'),
        (["--from-folder", "images", "--tool", "veo3-text-to-video-fast-api"], "takes no pictures"),
    ],
)
def test_a_folder_that_is_no_good_is_told_and_nothing_is_written(pictures, folder, call, more, told):
    (folder / "bad").mkdir()
    (folder / "bad/x.jpg").write_text("x")
    (folder / "bad/y.PNG").touch()
    ran = call("init", "campaign.yaml", *more)
    assert ran.code == 2
    assert told in ran.err
    assert not (folder / "campaign.yaml").exists()
