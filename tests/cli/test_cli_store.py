"""Results in a store that is a folder: put, looked for, taken from there."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from fakes.pictures import picture

CLIPS = ("small.sim/hero/fox.mp4", "small.sim/hero/owl.mp4")


@pytest.fixture
def bucket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store for everything; the manifest wants no results there."""
    path = folder / "bucket"
    path.mkdir()
    monkeypatch.setenv("SORA2BATCH_STORE", path.as_uri())
    return path


def objects_in(bucket: Path) -> list[Path]:
    return sorted(path for path in bucket.rglob("*.mp4"))


def clips_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("out/**/*.mp4")}


def wants_outputs(manifest: Path) -> None:
    manifest.write_text(manifest.read_text() + "store: {outputs: true}\n")


def stored_in(folder: Path) -> list[bool]:
    lines = (folder / "small.sim.lock.jsonl").read_text().splitlines()[1:]
    return [output.get("stored", False) for line in lines for output in json.loads(line)["outputs"]]


def test_a_colleague_with_lockfile_and_store_alone_gets_the_clips(folder, manifest, bucket, call):
    wants_outputs(manifest)
    ran = call("run", manifest, "--simulate")
    assert ran.code == 0
    assert "2/2 stored" in ran.err
    assert stored_in(folder) == [True, True]
    assert len(objects_in(bucket)) == 2
    clips, lines = clips_in(folder), (folder / "small.sim.lock.jsonl").read_bytes()
    assert len(clips) == 2
    for command in ("download", "pull"):
        shutil.rmtree(folder / "out")
        assert call(command, manifest, "--simulate").code == 0
        assert clips_in(folder) == clips
        assert (folder / "small.sim.lock.jsonl").read_bytes() == lines


def test_what_is_not_in_the_store_yet_is_a_reason_and_a_run_puts_it_there(folder, manifest, bucket, call):
    assert call("run", manifest, "--simulate").code == 0
    assert objects_in(bucket) == []
    assert "download" not in call("plan", manifest, "--simulate").out
    wants_outputs(manifest)
    assert "download: hero/fox.mp4 is not in the store yet" in call("plan", manifest, "--simulate").out
    assert call("run", manifest, "--simulate").code == 0
    assert len(objects_in(bucket)) == 2
    assert call("run", manifest, "--simulate").err.startswith("small.yaml: nothing to do")


def test_push_puts_what_is_on_disk_and_says_what_is_nowhere(folder, manifest, bucket, call):
    assert call("run", manifest, "--simulate").code == 0
    fox = next(folder.glob("out/**/fox.mp4"))
    fox.rename(folder / "kept")
    ran = call("push", manifest, "--simulate", "--json")
    assert (ran.code, ran.document["put"], ran.document["there"]) == (4, 1, 0)
    assert ran.document["missing"] == [{"key": "hero/fox", "message": "hero/fox.mp4 is missing"}]
    assert stored_in(folder) == [False, True]
    (folder / "kept").rename(fox)
    assert "1 put in the store, 1 were there" in call("push", manifest, "--simulate").err
    assert call("push", manifest, "--simulate").code == 0
    assert stored_in(folder) == [True, True]


def test_push_counts_what_it_puts_side_by_side(manifest, bucket, call):
    assert call("run", manifest, "--simulate").code == 0
    assert "2 put in the store, 0 were there" in call("push", manifest, "--simulate").err
    assert len(objects_in(bucket)) == 2


def test_pull_and_verify_say_what_the_store_does_not_have(folder, manifest, bucket, call):
    wants_outputs(manifest)
    assert call("run", manifest, "--simulate").code == 0
    assert call("verify", manifest, "--simulate", "--store").code == 0
    gone, short = objects_in(bucket)
    gone.unlink()
    short.write_bytes(b"short")
    ran = call("verify", manifest, "--simulate", "--store", "--json")
    assert (ran.code, ran.document["ok"]) == (1, False)
    told = {one["object"]: one["message"].partition(",")[0] for one in ran.document["faults"]}
    assert told[gone.relative_to(bucket).as_posix()] == "there is no such object"
    assert told[short.relative_to(bucket).as_posix()].startswith("it has 5 bytes")
    shutil.rmtree(folder / "out")
    ran = call("pull", manifest, "--simulate", "--json")
    assert (ran.code, ran.document["fetched"], len(ran.document["missing"])) == (4, 0, 2)
    assert call("download", manifest, "--simulate").code == 0, "the API has them still"


def test_verify_says_how_results_get_into_a_store_that_lacks_them(folder, manifest, bucket, call):
    assert call("run", manifest, "--simulate").code == 0
    ran = call("verify", manifest, "--simulate", "--store")
    assert ran.code == 1
    assert ran.err.splitlines()[1:] == [
        "notice: runs put no results there, as the manifest does not say `store: {outputs: true}`",
        "next: `sora2batch push small.yaml --simulate` puts there what is on disk",
    ]
    assert call("push", manifest, "--simulate").code == 0
    assert "next: " not in call("verify", manifest, "--simulate", "--store").err


@pytest.mark.parametrize("arguments", [["push"], ["pull"], ["verify", "--store"]])
def test_without_a_store_it_is_said_how_to_name_one(manifest, call, arguments):
    ran = call(arguments[0], manifest, *arguments[1:])
    assert ran.code == 2
    assert "no store is configured" in ran.err
    assert "SORA2BATCH_STORE" in ran.err


def test_a_trial_does_not_touch_a_bucket_elsewhere(manifest, call, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_STORE", "s3://studio/campaigns")
    wants_outputs(manifest)
    ran = call("run", manifest, "--simulate")
    assert ran.code == 0
    assert "notice: a simulated run does not touch s3://studio/campaigns" in ran.err
    assert "stored" not in ran.err
    assert call("push", manifest, "--simulate").code == 2


def test_a_store_that_fails_leaves_the_clips_on_disk_and_the_next_run_goes_on(folder, manifest, bucket, call):
    wants_outputs(manifest)
    bucket.rmdir()
    bucket.write_text("no folder")
    ran = call("run", manifest, "--simulate")
    assert ran.code == 4
    assert ran.err.count("warning:") == 1
    assert len(clips_in(folder)) == 2
    bucket.unlink()
    bucket.mkdir()
    assert call("run", manifest, "--simulate").code == 0
    assert len(objects_in(bucket)) == 2


def test_a_clone_without_the_pictures_gets_them_from_the_store_as_well(folder, bucket, call):
    fox = picture(folder, "images/fox.jpg")
    Path("small.yaml").write_text(
        "version: 1\ntool: kling3-image-to-video-api\nbudget: {max_credits: 3000}\nstore: {outputs: true}\n"
        "jobs: {hero: {matrix: {animal: {from: images/*.jpg}},"
        " input: {prompt: a, duration: 3, image: '{{ animal.path }}'}}}\n"
    )
    assert call("run", "small.yaml", "--simulate").code == 0
    clips = clips_in(folder)
    shutil.rmtree(folder / "out")
    shutil.rmtree(folder / "images")
    assert call("plan", "small.yaml", "--simulate").code == 2
    ran = call("pull", "small.yaml", "--simulate")
    assert (ran.code, "1 input file fetched" in ran.err) == (0, True)
    assert sha256((folder / "images/fox.jpg").read_bytes()).hexdigest() == fox.sha256
    assert clips_in(folder) == clips
    assert call("verify", "small.yaml", "--simulate", "--store").code == 0
    for path in bucket.rglob(f"{fox.sha256}.jpg"):
        path.unlink()
    ran = call("verify", "small.yaml", "--simulate", "--store")
    assert (ran.code, fox.sha256 in ran.out) == (1, True)
    ran = call("push", "small.yaml", "--simulate")
    assert (ran.code, "1 put in the store, 1 were there" in ran.err) == (0, True)
    assert call("verify", "small.yaml", "--simulate", "--store").code == 0


def test_a_picture_whose_name_tells_another_type_is_found_in_the_store(folder, bucket, call):
    fox = picture(folder, "images/fox.png")
    (folder / "images/fox.png").rename(folder / "images/fox.jpg")
    Path("small.yaml").write_text(
        "version: 1\ntool: kling3-image-to-video-api\nbudget: {max_credits: 3000}\n"
        "jobs: {hero: {input: {prompt: a, duration: 3, image: images/fox.jpg}}}\nstore: {outputs: true}\n"
    )
    assert call("run", "small.yaml", "--simulate").code == 0
    assert [path.suffix for path in bucket.rglob(f"{fox.sha256}.*")] == [".png"]
    assert call("verify", "small.yaml", "--simulate", "--store").code == 0
    shutil.rmtree(folder / "images")
    assert call("pull", "small.yaml", "--simulate").code == 0
    assert sha256((folder / "images/fox.jpg").read_bytes()).hexdigest() == fox.sha256


def test_a_clone_gets_all_pictures_that_can_be_had_and_is_told_of_the_others(folder, bucket, call):
    pictures = [picture(folder, f"images/{number}.jpg", (number, 0, 0)) for number in (10, 90, 200)]
    Path("small.yaml").write_text(
        "version: 1\ntool: nano-banana-image-api\nbudget: {max_credits: 3000}\n"
        "jobs: {hero: {matrix: {p: {from: images/*.jpg}}, input: {prompt: a, image_list: ['{{ p.path }}']}}}\n"
    )
    assert call("run", "small.yaml", "--simulate", "--no-download").code in (0, 4)
    shutil.rmtree(folder / "images")
    for path in bucket.rglob(f"{pictures[1].sha256}.jpg"):
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    ran = call("pull", "small.yaml", "--simulate")
    assert ran.code == 4
    assert "images/90.jpg" in ran.err
    assert sorted(path.name for path in (folder / "images").iterdir() if path.suffix == ".jpg") == [
        "10.jpg",
        "200.jpg",
    ]
