from __future__ import annotations

import shutil


def test_jobs_that_another_manifest_has_paid_for_are_told_before_they_are_paid_twice(manifest, api, call):
    api()
    assert call("run", manifest, "--yes").code == 0
    part = manifest.with_name("part.yaml")
    part.write_text(manifest.read_text().replace("[fox, owl]", "[fox]"))
    ran = call("plan", part, "--json")
    assert ran.document["notices"][-1] == (
        "small.lock.jsonl has 1 of the jobs to submit: copy their lines to part.lock.jsonl, or they are paid twice"
    )
    shutil.copy(manifest.with_name("small.lock.jsonl"), part.with_name("part.lock.jsonl"))
    plan = call("plan", part, "--json").document
    assert plan["summary"]["actions"]["submit"] == 0
    assert not [notice for notice in plan["notices"] if "paid twice" in notice]


def test_the_simulators_folder_has_a_name_even_where_the_real_one_has_none(folder, manifest, call):
    manifest.write_text(manifest.read_text().replace("output: {", "output: {dir: ., "))
    assert call("run", manifest, "--simulate", "--limit", 1).code == 0
    assert (folder / "out.sim" / "hero" / "fox.mp4").is_file()
    assert not (folder / "hero").exists()
