"""`fmt`: one layout, nothing else changed, and nothing written that means something else."""

import os
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fakes.repository import git
from sora2batch.app.fmt import lay_out
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.schema import load_schema

ROOT = Path(__file__).parents[2]
BEFORE, AFTER = re.findall(
    r"^```yaml\n(.*?)^```", (ROOT / "docs/fmt.md").read_text(), re.DOTALL | re.MULTILINE
)


@pytest.fixture
def ugly(folder):
    path = folder / "ugly.yaml"
    path.write_text(BEFORE)
    return Path("ugly.yaml")


def test_a_manifest_is_laid_out_as_on_the_page_and_stays(call, ugly):
    ugly.chmod(0o640)
    jobs = call("plan", ugly, "--json").document["jobs"]
    ran = call("fmt", ugly)
    assert (ran.code, ran.out, ran.err) == (0, "ugly.yaml\n", "1 manifest laid out anew, 0 as they are\n")
    assert ugly.read_text() == AFTER
    assert ugly.stat().st_mode & 0o777 == 0o640
    assert call("plan", ugly, "--json").document["jobs"] == jobs
    stamp = ugly.stat().st_mtime_ns
    assert (call("fmt", ugly).out, ugly.stat().st_mtime_ns) == ("", stamp)


def test_check_writes_nothing_and_ends_with_1(call, folder, ugly):
    (folder / "neat.yaml").write_text(AFTER)
    ran = call("fmt", folder, "--check")
    assert (ran.code, ran.out) == (1, f"{(folder / 'ugly.yaml').as_posix()}\n")
    assert ran.err == "1 manifest would be laid out anew, 1 as it is\n"
    assert ugly.read_text() == BEFORE
    assert call("fmt", "neat.yaml", "--check").code == 0
    document = call("fmt", ugly, "neat.yaml", "--check", "--json").document
    Draft202012Validator(load_schema("fmt.schema.json")).validate(document)
    assert document == {
        "version": 1,
        "written": False,
        "files": [{"file": "ugly.yaml", "changed": True}, {"file": "neat.yaml", "changed": False}],
    }


@pytest.mark.parametrize(
    "text", [BEFORE, BEFORE.rstrip("\n"), BEFORE.replace("\n", "\r\n")], ids=["lf", "no end", "crlf"]
)
def test_the_difference_is_a_patch_that_git_applies(call, folder, ugly, text):
    ugly.write_bytes(text.encode())
    git(folder, "init", "--quiet")
    ran = call("fmt", ugly, "--diff")
    assert (ran.code, ugly.read_bytes()) == (1, text.encode())
    (folder / "patch").write_bytes(ran.out.encode())
    git(folder, "apply", "patch")
    assert ugly.read_bytes() == AFTER.encode()


def test_a_file_that_is_no_yaml_is_told_and_keeps_no_other_from_being_laid_out(call, folder, ugly):
    (folder / "broken.yaml").write_text("jobs: [\n")
    ran = call("fmt", "broken.yaml", ugly)
    assert (ran.code, ran.out, ugly.read_text()) == (2, "ugly.yaml\n", AFTER)
    assert "broken.yaml:2:1: the file ends here, but something is still open" in ran.err
    assert (folder / "broken.yaml").read_text() == "jobs: [\n"


def test_a_manifest_with_problems_is_laid_out_if_it_is_yaml(call, ugly):
    ugly.write_text(BEFORE.replace("duration:  5", "duration:  50"))
    assert call("fmt", ugly).code == 0
    assert ugly.read_text() == AFTER.replace("duration: 5", "duration: 50")


def test_json_and_what_is_all_in_braces_stay(call, folder):
    text = '{"version":1,\r\n"tool":"kling3-text-to-video-api","budget":{"max_credits":1000},"jobs":{"a":{"input":{"prompt":"x","duration":5}}}}'
    for name in ("a.json", "b.yaml"):
        (folder / name).write_bytes(text.encode())
        assert call("fmt", name, "--check").code == 0


def test_what_we_write_ourselves_is_laid_out_so(call, folder):
    for name in ("campaign", "kling3", "pictures", "quickstart", "storyboard"):
        text = (ROOT / f"manifests/{name}.yaml").read_bytes()
        (folder / f"{name}.yaml").write_bytes(text)
    assert call("init", "new.yaml").code == 0
    ran = call("fmt", folder, "--check")
    assert (ran.code, ran.out) == (0, "")


def test_the_jobs_are_compared_with_their_data_files_and_pictures(folder, ugly):
    """Both are expanded: a data file that is missing is the same problem before and after."""
    ugly.write_text(BEFORE.replace("[ slow pan,dolly in ]", "{ from:  cameras.csv }"))
    assert b"{ from: cameras.csv }" in lay_out(ugly, load_catalog()).after
    (folder / "cameras.csv").write_text("id\npan\n")
    assert b"{ from: cameras.csv }" in lay_out(ugly, load_catalog()).after


def test_a_file_stays_what_it_was_to_the_file_system(call, folder, ugly):
    (folder / "far").mkdir()
    real = folder / "far" / "real.yaml"
    ugly.rename(real)
    ugly.symlink_to("far/real.yaml")
    os.link(real, folder / "far" / "other.yaml")
    assert call("fmt", ugly).code == 0
    assert ugly.is_symlink()
    assert real.read_text() == (folder / "far" / "other.yaml").read_text() == AFTER


def test_a_read_only_file_is_told_and_keeps_no_other_from_being_laid_out(call, folder, ugly):
    (folder / "fixed.yaml").write_text(BEFORE)
    (folder / "fixed.yaml").chmod(0o444)
    ran = call("fmt", "fixed.yaml", ugly)
    assert (ran.code, ran.out) == (2, "ugly.yaml\n")
    assert "error: fixed.yaml cannot be written: it is read-only\n" in ran.err
    assert (folder / "fixed.yaml").read_text() == BEFORE
    assert call("fmt", "fixed.yaml", "--check").code == 1
