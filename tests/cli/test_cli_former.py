"""A prompt is edited, run, and edited back: which file has which name, and who finds it."""

from __future__ import annotations

import json

import pytest

from fakes.repository import commit

BEFORE, AFTER = "A {{ animal }}.", "A red {{ animal }}."


@pytest.fixture
def edit(manifest):
    def edit(before, after):
        text = manifest.read_text()
        assert before in text
        manifest.write_text(text.replace(before, after))

    return edit


def paths_of(call, manifest, *flags):
    """Where the manifest's jobs have their files, by key."""
    jobs = call("status", manifest, "--json", *flags).document["jobs"]
    return {job["key"]: [one["path"] for one in job["outputs"]] for job in jobs}


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.mp4")}


def test_an_edited_prompt_has_the_plain_name_and_everything_follows_the_lockfile(
    call, manifest, folder, edit
):
    assert call("run", manifest, "--simulate", "--yes").code == 0
    out = folder / "out/small.sim"
    before = files_in(out)
    edit(BEFORE, AFTER)
    ran = call("run", manifest, "--simulate", "--yes")
    assert ran.code == 0
    former = "out/small.sim/.former"
    assert f"2 files have a new path: what the manifest no longer asks for is in {former}" in ran.err
    assert paths_of(call, manifest, "--simulate") == {
        "hero/fox": ["hero/fox.mp4"],
        "hero/owl": ["hero/owl.mp4"],
    }
    after = files_in(out)
    aside = {name: data for name, data in after.items() if name.startswith(".former/hero/")}
    assert sorted(aside.values()) == sorted(before.values())
    assert set(after) == {"hero/fox.mp4", "hero/owl.mp4", *aside}
    assert call("verify", manifest, "--simulate").code == 0
    assert call("report", manifest, "--simulate", "--sheet", "sheet.png").code == 0
    page = (folder / "small.sim.report.html").read_text()
    assert all(f"{former}/{name.removeprefix('.former/')}" in page for name in aside)


def test_what_is_edited_back_has_its_name_back_without_a_key_or_a_network(
    call, manifest, folder, edit, api, monkeypatch
):
    served = api()
    assert call("run", manifest, "--yes").code == 0
    first = files_in(folder / "out/small")
    edit(BEFORE, AFTER)
    assert call("run", manifest, "--yes").code == 0
    second = files_in(folder / "out/small")
    served.stop()
    monkeypatch.delenv("SJINN_API_KEY")
    edit(AFTER, BEFORE)
    assert call("plan", manifest).code == 0
    assert files_in(folder / "out/small") == second, "a plan moves nothing"
    assert call("run", manifest, "--yes").code == 0
    now = files_in(folder / "out/small")
    assert {name: data for name, data in now.items() if not name.startswith(".former")} == first
    assert sorted(now.values()) == sorted(second.values())
    assert call("verify", manifest).code == 0
    lockfile = folder / "small.lock.jsonl"
    before = lockfile.read_bytes(), lockfile.stat().st_ino
    ran = call("run", manifest, "--yes")
    assert (ran.code, "new path" in ran.err) == (0, False)
    assert (lockfile.read_bytes(), lockfile.stat().st_ino) == before


def test_a_comparison_shows_the_old_clip_where_it_is_now(call, manifest, folder, edit):
    assert call("run", manifest, "--simulate", "--yes").code == 0
    commit(folder, "small.yaml", "small.sim.lock.jsonl")
    edit(BEFORE, AFTER)
    assert call("run", manifest, "--simulate", "--yes").code == 0
    assert call("report", manifest, "--simulate", "--compare", "HEAD").code == 0
    page = (folder / "small.sim.report.html").read_text()
    lines = [json.loads(line) for line in (folder / "small.sim.lock.jsonl").read_text().splitlines()[1:]]
    paths = [line["outputs"][0]["path"] for line in lines]
    assert sum(path.startswith(".former/") for path in paths) == 2
    assert all(page.count(f'out/small.sim/{path}"') >= 1 for path in paths)
    plain = [path for path in paths if not path.startswith(".former/")]
    assert all(page.count(f'out/small.sim/{path}"') == 1 for path in plain), "it is the new clip's alone"


@pytest.mark.parametrize("filename", ['"{{ job.key }}.mp4"', '"{{ job.key }}"', '"{{ job.key }}.MOV"'])
def test_a_picture_is_named_as_one_whatever_the_manifest_calls_it(call, folder, filename):
    (folder / "still.yaml").write_text(
        "version: 1\ntool: nano-banana-image-api\nbudget: {max_credits: 5000}\n"
        "jobs: {hero: {input: {prompt: A fox.}}}\n"
        f"run: {{poll_interval: 0.05}}\noutput: {{filename: {filename}}}\n"
    )
    assert call("run", "still.yaml", "--simulate", "--yes").code == 0
    ((path,),) = paths_of(call, "still.yaml", "--simulate").values()
    (found,) = (one for one in (folder / "out/still.sim").rglob("*") if one.is_file())
    assert found.relative_to(folder / "out/still.sim").as_posix() == path
    assert (found.suffix, found.read_bytes()[:3]) in {(".jpg", b"\xff\xd8\xff"), (".png", b"\x89PN")}
    assert call("verify", "still.yaml", "--simulate").code == 0
    assert call("report", "still.yaml", "--simulate", "--sheet", "sheet.png").code == 0
    assert f"out/still.sim/{path}" in (folder / "still.sim.report.html").read_text()
