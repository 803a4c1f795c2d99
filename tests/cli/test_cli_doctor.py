from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.lock_entry import completed
from fakes.pictures import picture
from fakes.repository import foreign_git, git
from fakes.watching import load_batch, write_state

KEY = "sk-never-to-be-seen"


def verdicts(ran):
    return {check["name"]: check["verdict"] for check in ran.document["checks"]}


def test_a_sound_set_up_is_well(folder, api, call):
    api()
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    call("init", "campaign.yaml")
    ran = call("doctor", "campaign.yaml", "--json")
    assert ran.code == 0
    assert set(verdicts(ran).values()) == {"ok"}
    assert KEY not in ran.out + ran.err


def test_a_schema_for_editors_of_another_version_is_told(folder, api, call):
    api()
    call("init", "campaign.yaml")
    schema = folder / "sora2batch.schema.json"
    assert "ok    editor: sora2batch.schema.json knows" in call("doctor", "campaign.yaml").out
    schema.write_bytes(schema.read_bytes().replace(b"\n", b"\r\n"))
    assert "ok    editor: sora2batch.schema.json knows" in call("doctor", "campaign.yaml").out
    schema.write_text(schema.read_text().replace("Veo 3", "Veo 2"))
    ran = call("doctor", "campaign.yaml")
    assert ran.code == 0
    assert "note  editor: sora2batch.schema.json is of another version or of other tools: " in ran.out
    schema.write_text(call("schema", "manifest").out)
    assert "ok    editor: " in call("doctor", "campaign.yaml").out


def test_a_missing_key_must_be_mended(call):
    ran = call("doctor")
    assert ran.code == 2
    assert "bad   API: no API key" in ran.out


def test_git_settings_that_lose_money_are_found(folder, api, manifest, call):
    api()
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    (folder / ".gitignore").write_text("*.jsonl\n")
    ran = call("doctor", manifest)
    assert ran.code == 2
    assert "small.lock.jsonl is ignored, but it is what must be committed" in ran.out
    assert "merge=union" in ran.out


def test_a_manifest_with_problems_is_told(folder, api, call):
    api()
    (folder / "bad.yaml").write_text("version: 1\n")
    ran = call("doctor", "bad.yaml", "--json")
    assert ran.code == 2
    assert verdicts(ran)["manifest"] == "bad"


def test_a_repository_of_another_user_is_told_with_gits_own_remedy(
    folder, api, manifest, call, tmp_path_factory, monkeypatch
):
    api()
    git(folder, "init", "-q")
    foreign_git(tmp_path_factory.mktemp("bin"), monkeypatch)
    ran = call("doctor", manifest)
    assert ran.code == 0
    assert "note  git: git refuses to read .: the repository belongs to another user; " in ran.out
    assert f"git config --global --add safe.directory {folder.resolve()}" in ran.out
    ran = call("plan", manifest, "--base", "HEAD")
    assert ran.code == 2
    assert f"git config --global --add safe.directory {folder.resolve()}" in ran.err


def test_a_machine_without_git_is_told(folder, api, manifest, call, monkeypatch):
    api()
    monkeypatch.setenv("PATH", str(folder))
    ran = call("doctor", manifest)
    assert ran.code == 0
    assert "note  git: git cannot be run: no such file or directory; is git installed?" in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders")
def test_a_pipe_for_which_git_would_wait_is_told(folder, api, manifest):
    api()
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    os.mkfifo(folder / ".gitattributes")
    command = [sys.executable, "-m", "sora2batch", "doctor", str(manifest)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 2
    assert ".gitattributes: it is a pipe, no plain file" in ran.stdout


def test_an_output_folder_that_a_link_leads_elsewhere_must_be_mended(
    folder, api, manifest, call, tmp_path_factory
):
    api()
    (folder / "out").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    ran = call("doctor", manifest)
    assert ran.code == 2
    assert "bad   output folder: out/small leads out of the manifest's folder, through a link\n" in ran.out


def test_a_store_is_tried_step_by_step_and_leaves_one_object(folder, manifest, api, call, monkeypatch):
    api()
    (folder / "bucket").mkdir()
    manifest.write_text(manifest.read_text() + f"store: {{url: '{(folder / 'bucket').as_uri()}'}}\n")
    for _ in range(2):
        lines = [line for line in call("doctor", manifest).out.splitlines() if "store: " in line]
        assert [line.split(": ")[:2] for line in lines] == [
            ["ok    store", "write"],
            ["ok    store", "refuse to overwrite"],
            ["note  store", "sign"],
            ["note  store", "fetch"],
            ["note  store", "reach"],
        ]
    assert len([path for path in (folder / "bucket").rglob("*") if path.is_file()]) == 1
    monkeypatch.setenv("SORA2BATCH_STORE", "s3://media/x")
    ran = call("doctor", manifest)
    assert ran.code == 2
    assert "bad   store: there are no credentials for s3://media/x" in ran.out
    monkeypatch.setenv("SORA2BATCH_STORE", "s3://user:hunter2@media/x")
    ran = call("doctor", manifest)
    assert ran.code == 2
    assert "bad   store: " in ran.out
    assert "hunter2" not in ran.out + ran.err


def test_pictures_without_a_store_that_has_urls_are_told_before_a_run_refuses_them(
    folder, api, call, monkeypatch
):
    api()
    picture(folder, "images/fox.png")
    call("init", "campaign.yaml", "--from-folder", "images")
    ran = call("doctor", "campaign.yaml")
    assert ran.code == 2
    told = "bad   inputs: campaign.yaml: the API takes URLs only, and images/fox.png has none: no store is"
    assert told in ran.out
    monkeypatch.setenv("SORA2BATCH_STORE", folder.joinpath("bucket").as_uri())
    told = "bad   inputs: campaign.yaml: the API takes URLs only, and a folder such as file:///"
    assert told in call("doctor", "campaign.yaml").out
    store = f"{{url: '{folder.joinpath('bucket').as_uri()}', public_url: 'https://cdn.example.com'}}"
    monkeypatch.delenv("SORA2BATCH_STORE")
    Path("campaign.yaml").write_text(Path("campaign.yaml").read_text() + f"store: {store}\n")
    assert " inputs: " not in call("doctor", "campaign.yaml").out


def test_pictures_that_were_sent_already_need_no_store(folder, api, call):
    api()
    picture(folder, "images/fox.png")
    call("init", "campaign.yaml", "--from-folder", "images")
    batch = load_batch(Path("campaign.yaml"))
    write_state(batch, completed("task-a"))
    assert " inputs: " not in call("doctor", "campaign.yaml").out


def test_it_shows_where_each_setting_comes_from(call, folder, manifest, monkeypatch):
    def told():
        return [line for line in call("doctor", manifest).out.splitlines() if "credit_price" in line]

    assert told() == ["ok    credit_price: not set: sums are shown in credits alone"]
    (folder / "pyproject.toml").write_text('[tool.sora2batch]\ncredit_price = "0.0006 USD"\n')
    assert told() == [f"ok    credit_price: 0.0006 USD, from {folder / 'pyproject.toml'}:2:1"]
    monkeypatch.setenv("SORA2BATCH_CREDIT_PRICE", "cheap")
    (line,) = told()
    assert line.startswith('bad   settings: SORA2BATCH_CREDIT_PRICE: credit_price is "cheap", which is no')
