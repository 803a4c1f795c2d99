"""A status for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pytest

from sora2batch.ground.job import fingerprint_of

TOOL = "sora2-image-to-video-api"
HOSTILE = """\
version: 1
tool: kling3-text-to-video-api
budget: {max_credits: 50000}
jobs:
  "rain":
    matrix: {shot: ["=1+1", "@sum", "-2", "plain, with comma"]}
    input: {prompt: "A boat, {{ shot }}.", duration: 5}
"""


def table(ran):
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(ran.out, newline="")))


def test_a_job_is_a_line_and_an_axis_a_column(call, manifest):
    call("run", manifest, "--simulate", "--limit", 1)
    ran = call("status", manifest, "--simulate", "--csv")
    assert ran.out.splitlines()[0] == (
        "key,group,axis.animal,take,tool,state,credits,task_id,submitted_at,finished_at,seconds,path,url,error,look"
    )
    fox, owl = table(ran)
    assert (fox["key"], fox["axis.animal"], fox["state"], fox["credits"]) == (
        "hero/fox",
        "fox",
        "completed",
        "420",
    )
    assert fox["seconds"].isdecimal()
    assert fox["path"] == "hero/fox.mp4"
    assert "?" not in fox["url"]
    assert (owl["state"], owl["task_id"], owl["path"]) == ("pending", "", "")


def test_money_is_an_exact_number_where_a_price_is_known(call, manifest, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_CREDIT_PRICE", "0.0006 USD")
    assert [row["money_usd"] for row in table(call("status", manifest, "--csv"))] == ["0.2520", "0.2520"]


def test_several_manifests_have_a_column_and_axes_of_all(call, manifest, folder):
    (folder / "rain.yaml").write_text(HOSTILE)
    rows = table(call("status", manifest, "rain.yaml", "--csv"))
    assert [row["manifest"] for row in rows] == ["small.yaml"] * 2 + ["rain.yaml"] * 4
    assert (rows[0]["axis.shot"], rows[2]["axis.animal"]) == ("", "")


def test_no_cell_is_a_formula(call, folder):
    (folder / "rain.yaml").write_text(HOSTILE)
    entry = {
        "key": "rain/1-1", "state": "failed", "credits": 1000, "task_id": " =HYPERLINK(1)", "tool_type": TOOL, "take": 1,
        "input": {"prompt": "x"}, "error": {"message": "\t=cmd|' /C calc'!A0; =1;x"},
        "fingerprint": fingerprint_of(TOOL, {"prompt": "x"}, 1),
    }  # fmt: skip
    jobs = call("status", "rain.yaml", "--json").document["jobs"]
    tool, entry["fingerprint"] = "kling3-text-to-video-api", jobs[0]["fingerprint"]
    plan = call("plan", "rain.yaml", "--json").document["jobs"][0]
    entry |= {"key": plan["key"], "tool_type": tool, "input": plan["input"]}
    lines = [{"lock_version": 1, "manifest": "rain.yaml"}, entry]
    (folder / "rain.lock.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    ran = call("status", "rain.yaml", "--csv")
    rows = table(ran)
    assert (rows[0]["task_id"], rows[0]["error"]) == ("' =HYPERLINK(1)", "'=cmd|' /C calc'!A0;' =1;x")
    for cell in (cell for row in rows for cell in row.values()):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("other", ["--json", "--watch"])
def test_one_table_is_one_table(call, manifest, other):
    ran = call("status", manifest, "--csv", other)
    assert ran.code == 2
    assert "--csv is one table: leave out --watch and --json" in ran.out + ran.err
